// SPDX-License-Identifier: Apache-2.0
#include "security/principal_names.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace kazoo::base {

namespace {

constexpr std::string_view keywords[] = {
    "C",          "CN",           "DC",       "DNQ",    "DNQUALIFIER", "EMAIL", "EMAILADDRESS",
    "GENERATION", "GIVENNAME",    "INITIALS", "IP",     "L",           "O",     "OU",
    "S",          "SERIALNUMBER", "ST",       "STREET", "SURNAME",     "T",     "UID",
};

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::string_view without_blanks(std::string_view text, std::string_view blanks) noexcept {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Whether `text` is an object identifier: at least two numbers, of which the first is at most 2
/// and the second, below 2, at most 39.
bool is_object_identifier(std::string_view text) noexcept {
    std::size_t parts = 0;
    std::uint64_t first = 0;
    for (;;) {
        const std::string_view part = text.substr(0, text.find('.'));
        if (part.empty() || !std::all_of(part.begin(), part.end(), is_digit)) return false;
        std::uint64_t value = 0;
        for (const char c : part) {
            value = std::min<std::uint64_t>(value * 10 + static_cast<unsigned>(c - '0'), 1000);
        }
        if (parts == 0) first = value;
        if (parts == 0 && value > 2) return false;
        if (parts == 1 && first < 2 && value > 39) return false;
        ++parts;
        if (part.size() == text.size()) return parts >= 2;
        text.remove_prefix(part.size() + 1);
    }
}

/// Whether `text`, before the '=', names an attribute type: a keyword or an object identifier.
bool is_attribute_type(std::string_view text) {
    std::string keyword(without_blanks(text, "\t\n\v\f\r "));
    for (char& c : keyword) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    if (std::find(std::begin(keywords), std::end(keywords), keyword) != std::end(keywords)) {
        return true;
    }
    constexpr std::string_view prefix = "OID.";
    return is_object_identifier(
        std::string_view(keyword).substr(keyword.starts_with(prefix) ? prefix.size() : 0)
    );
}

/// Whether the backslash at `at` escapes what follows: one of `special`, or two hex digits. Moves
/// `at` to the last character of the sequence.
bool take_escape(std::string_view text, std::size_t& at, std::string_view special) noexcept {
    ++at;
    if (at >= text.size()) return false;
    if (at + 1 < text.size() && is_hex_digit(text[at]) && is_hex_digit(text[at + 1])) {
        ++at;
        return true;
    }
    return special.find(text[at]) != std::string_view::npos;
}

/// Whether `text`, which begins with a quote, is a quoted string with nothing but blanks behind it.
bool is_quoted_value(std::string_view text) noexcept {
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '"') {
            return text.find_first_not_of(" \n", at + 1) == std::string_view::npos;
        }
        if (text[at] == '\\' && !take_escape(text, at, ",=\n+<>#;\\\"")) return false;
    }
    return false;
}

bool is_plain_value(std::string_view text) noexcept {
    constexpr std::string_view to_be_escaped = ",+<>;\"";
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\') {
            if (!take_escape(text, at, ",=\n+<>#;\\\" ")) return false;
        } else if (to_be_escaped.find(text[at]) != std::string_view::npos) {
            return false;
        }
    }
    return true;
}

int digit_of(char c) noexcept {
    return is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/// Whether `text`, behind the '#', is the hexadecimal form of one value in DER, which is a tag, the
/// length of the content, and the content.
bool is_hex_value(std::string_view text) noexcept {
    text = text.substr(0, text.find_last_not_of(" \n") + 1);
    const auto byte = [&](std::size_t at) {
        return static_cast<std::size_t>(digit_of(text[2 * at]) * 16 + digit_of(text[2 * at + 1]));
    };
    if (text.size() % 2 != 0 || !std::all_of(text.begin(), text.end(), is_hex_digit)) return false;
    const std::size_t size = text.size() / 2;
    if (size < 2) return false;
    std::size_t length = byte(1);
    std::size_t header = 2;
    if (length >= 0x80) {
        header += length - 0x80;
        if (length == 0x80 || header > 6 || header > size) return false;
        length = 0;
        for (std::size_t at = 2; at < header; ++at) length = length * 256 + byte(at);
    }
    return size - header == length;
}

/// Whether `text` is one "type=value".
bool is_attribute(std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || !is_attribute_type(text.substr(0, equals))) {
        return false;
    }
    const std::size_t first = text.find_first_not_of(" \n", equals + 1);
    if (first == std::string_view::npos) return true;  // the value is empty
    const std::string_view value = text.substr(first);
    if (value.front() == '#') return is_hex_value(value.substr(1));
    return value.front() == '"' ? is_quoted_value(value) : is_plain_value(value);
}

}  // namespace

bool is_kerberos_name(std::string_view text) noexcept {
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos) return true;
    const std::string_view realm = text.substr(at + 1);
    if (realm.find_first_of("/@") != std::string_view::npos) return false;
    return std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '/') <= 1;
}

bool is_x500_name(std::string_view text) {
    if (text.empty()) return true;
    std::size_t start = 0;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            quoted = !quoted;
        } else if (!quoted && (text[at] == ',' || text[at] == ';' || text[at] == '+')) {
            if (!is_attribute(text.substr(start, at - start))) return false;
            start = at + 1;
        }
    }
    return is_attribute(text.substr(start));
}

}  // namespace kazoo::base
