// SPDX-License-Identifier: Apache-2.0
#include "output/base64.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace tool {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::uint32_t group =
            byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
        const std::size_t count = std::min<std::size_t>(bytes.size() - i, 3) + 1;
        for (std::size_t j = 0; j < 4; ++j) {
            text += j < count ? alphabet[group >> (18 - 6 * j) & 63] : '=';
        }
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    const std::size_t end = text.find_last_not_of('=');
    const std::size_t digits = end == std::string_view::npos ? 0 : end + 1;
    if (text.size() - digits > 2) {
        return std::nullopt;
    }
    std::string bytes;
    std::uint32_t group = 0;
    int bits = 0;
    for (const char digit : text.substr(0, digits)) {
        const std::size_t value = alphabet.find(digit);
        if (value == std::string_view::npos) {
            return std::nullopt;
        }
        group = group << 6 | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(group >> bits & 0xff);
        }
    }
    return bytes;
}

std::string hex_dump(std::string_view bytes) {
    std::string text;
    char buffer[32];
    for (std::size_t i = 0; i < bytes.size(); i += 16) {
        const std::string_view row = bytes.substr(i, 16);
        std::snprintf(buffer, sizeof(buffer), "%08zx ", i);
        text += buffer;
        for (std::size_t j = 0; j < 16; ++j) {
            text += j == 8 ? "  " : " ";
            if (j < row.size()) {
                std::snprintf(buffer, sizeof(buffer), "%02x", static_cast<unsigned char>(row[j]));
                text += buffer;
            } else {
                text += "  ";
            }
        }
        text += "  |";
        for (const char c : row) {
            text += c >= 0x20 && c < 0x7f ? c : '.';
        }
        text += "|\n";
    }
    return text;
}

}  // namespace tool
