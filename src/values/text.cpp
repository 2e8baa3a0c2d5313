// SPDX-License-Identifier: Apache-2.0
#include "values/text.hpp"

namespace kazoo::base {

std::string printable(std::string_view text, std::size_t limit) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : text.substr(0, limit)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 15];
        } else {
            out += c;
        }
    }
    if (text.size() > limit) {
        out += "...";
    }
    return out;
}

std::string quoted(std::string_view text, std::size_t limit) {
    return "'" + printable(text, limit) + "'";
}

}  // namespace kazoo::base
