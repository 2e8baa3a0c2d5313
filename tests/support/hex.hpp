// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::testing_support {

/// Decodes lower-case hexadecimal digits; ignores spaces and newlines. Throws std::invalid_argument
/// for any other character and for an odd number of digits.
inline std::vector<std::byte> from_hex(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::vector<std::byte> bytes;
    std::size_t nibbles = 0;
    for (const char c : text) {
        if (c == ' ' || c == '\n') {
            continue;
        }
        const std::size_t nibble = digits.find(c);
        if (nibble == std::string_view::npos) {
            throw std::invalid_argument("not hexadecimal: " + std::string(text));
        }
        if (nibbles++ % 2 == 0) {
            bytes.push_back(static_cast<std::byte>(nibble << 4));
        } else {
            bytes.back() |= static_cast<std::byte>(nibble);
        }
    }
    if (nibbles % 2 != 0) {
        throw std::invalid_argument("half a byte: " + std::string(text));
    }
    return bytes;
}

/// Encodes bytes as lower-case hexadecimal digits without separators.
inline std::string to_hex(std::span<const std::byte> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : bytes) {
        text += digits[std::to_integer<std::size_t>(byte >> 4)];
        text += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
    }
    return text;
}

}  // namespace kazoo::testing_support
