// SPDX-License-Identifier: Apache-2.0
#include "server/sasl/digest_directives.hpp"

#include <algorithm>
#include <cstddef>

namespace kazoo::server {

namespace {

constexpr std::string_view blanks = " \t\r\n";

void skip(std::string_view& text, std::string_view what) noexcept {
    text.remove_prefix(std::min(text.find_first_not_of(what), text.size()));
}

/// Removes the characters up to the first of `ends` and returns them.
std::string_view take_until(std::string_view& text, std::string_view ends) noexcept {
    const std::string_view taken = text.substr(0, text.find_first_of(ends));
    text.remove_prefix(taken.size());
    return taken;
}

/// Removes a quoted string, of which `text` begins with the quote.
std::optional<std::string> take_quoted(std::string_view& text) {
    std::string value;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return value;
        }
        if (text[i] == '\\' && ++i == text.size()) {
            break;
        }
        value += text[i];
    }
    return std::nullopt;
}

std::optional<std::string> take_value(std::string_view& text) {
    if (text.starts_with('"')) {
        return take_quoted(text);
    }
    const std::string_view plain = take_until(text, ", \t\r\n\"");
    return plain.empty() ? std::nullopt : std::optional<std::string>(plain);
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return lower;
}

/// Returns the field of a directive, or nullptr for an unknown name.
std::optional<std::string>* field_of(DigestDirectives& all, std::string_view name) noexcept {
    if (name == "username") return &all.username;
    if (name == "realm") return &all.realm;
    if (name == "nonce") return &all.nonce;
    if (name == "cnonce") return &all.cnonce;
    if (name == "nc") return &all.nc;
    if (name == "qop") return &all.qop;
    if (name == "digest-uri") return &all.digest_uri;
    if (name == "response") return &all.response;
    if (name == "charset") return &all.charset;
    return name == "authzid" ? &all.authzid : nullptr;
}

}  // namespace

std::optional<DigestDirectives> parse_directives(std::string_view text) {
    DigestDirectives all;
    for (;;) {
        skip(text, ", \t\r\n");  // lists may have empty elements
        if (text.empty()) {
            return all;
        }
        const std::string name = lower_case(take_until(text, "=, \t\r\n\""));
        skip(text, blanks);
        if (name.empty() || !text.starts_with('=')) {
            return std::nullopt;
        }
        text.remove_prefix(1);
        skip(text, blanks);
        auto value = take_value(text);
        skip(text, blanks);
        if (!value || (!text.empty() && text.front() != ',')) {
            return std::nullopt;
        }
        if (std::optional<std::string>* field = field_of(all, name)) {
            if (*field) {
                return std::nullopt;
            }
            *field = std::move(value);
        }
    }
}

}  // namespace kazoo::server
