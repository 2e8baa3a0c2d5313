// SPDX-License-Identifier: Apache-2.0
#include "output/utf8.hpp"

#include <cstdint>

namespace tool {
namespace {

struct Range {
    unsigned char least;
    unsigned char most;
};

/// Returns the range of the second byte, which excludes overlong forms and surrogates.
Range second_byte(unsigned char first) noexcept {
    switch (first) {
        case 0xe0:
            return {0xa0, 0xbf};
        case 0xed:
            return {0x80, 0x9f};
        case 0xf0:
            return {0x90, 0xbf};
        case 0xf4:
            return {0x80, 0x8f};
        default:
            return {0x80, 0xbf};
    }
}

std::size_t expected_length(unsigned char first) noexcept {
    if (first < 0x80) {
        return 1;
    }
    if (first < 0xc2 || first > 0xf4) {
        return 0;
    }
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

bool is_control(std::string_view character) noexcept {
    const auto first = static_cast<unsigned char>(character[0]);
    const bool c1 = first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
    return (first < 0x20 && first != '\t') || first == 0x7f || c1;
}

void append_hex(std::string& out, char byte) {
    constexpr char digits[] = "0123456789abcdef";
    const auto value = static_cast<unsigned char>(byte);
    out += "\\x";
    out += digits[value >> 4];
    out += digits[value & 15];
}

}  // namespace

std::size_t character_length(std::string_view text) noexcept {
    if (text.empty()) {
        return 0;
    }
    const auto first = static_cast<unsigned char>(text[0]);
    const std::size_t length = expected_length(first);
    if (length == 0 || length > text.size()) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const Range range = i == 1 ? second_byte(first) : Range{0x80, 0xbf};
        if (byte < range.least || byte > range.most) {
            return 0;
        }
    }
    return length;
}

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0 || is_control(text)) {
            for (const char byte : text.substr(0, length == 0 ? 1 : length)) {
                append_hex(out, byte);
            }
        } else {
            out.append(text.substr(0, length));
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

}  // namespace tool
