// SPDX-License-Identifier: Apache-2.0
#include "recipe/json/json_members.hpp"

#include "recipe/json/json_scalar.hpp"

#include <cstddef>

namespace kazoo::detail::recipe {
namespace {

constexpr std::string_view spaces = " \t\r\n";

/// Walks through valid JSON. At the end of the text all members do nothing.
class Scanner {
public:
    explicit Scanner(std::string_view text) noexcept : text_(text) {}

    [[nodiscard]] char next() noexcept {
        skip_spaces();
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    void skip() noexcept { at_ += at_ < text_.size() ? 1 : 0; }

    /// Takes a value of any kind.
    [[nodiscard]] std::string_view value() noexcept {
        skip_spaces();
        const auto begin = at_;
        std::size_t depth = 0;
        do {
            const char c = next();
            if (c == '\0') {
                break;
            }
            if (c == '"') {
                skip_string();
            } else if (c == '{' || c == '[') {
                ++depth;
                skip();
            } else if (c == '}' || c == ']') {
                --depth;
                skip();
            } else if (c == ',' || c == ':') {
                skip();
            } else {
                skip_literal();
            }
        } while (depth > 0);
        return text_.substr(begin, at_ - begin);
    }

private:
    void skip_spaces() noexcept {
        const auto found = text_.find_first_not_of(spaces, at_);
        at_ = found == std::string_view::npos ? text_.size() : found;
    }
    void skip_string() noexcept {
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            at_ += text_[at_] == '\\' ? 1 : 0;
        }
        at_ = at_ < text_.size() ? at_ + 1 : text_.size();
    }
    /// Skips a number, true, false or null.
    void skip_literal() noexcept {
        const auto found = text_.find_first_of(" \t\r\n,]}", at_);
        at_ = found == std::string_view::npos ? text_.size() : found;
    }

    const std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

std::vector<std::string_view> json_elements(std::string_view array) {
    std::vector<std::string_view> elements;
    Scanner scanner(array);
    if (scanner.next() != '[') {
        return elements;
    }
    scanner.skip();
    while (scanner.next() != ']' && scanner.next() != '\0') {
        elements.push_back(scanner.value());
        if (scanner.next() == ',') {
            scanner.skip();
        }
    }
    return elements;
}

std::vector<JsonMember> json_members(std::string_view object) {
    std::vector<JsonMember> members;
    Scanner scanner(object);
    if (scanner.next() != '{') {
        return members;
    }
    scanner.skip();
    while (scanner.next() == '"') {
        const auto key = scanner.value();
        if (scanner.next() == ':') {
            scanner.skip();
        }
        members.emplace_back(key, scanner.value());
        if (scanner.next() == ',') {
            scanner.skip();
        }
    }
    return members;
}

std::string_view json_member(std::string_view object, std::string_view name) {
    std::string_view found;
    for (const auto& [key, value] : json_members(object)) {
        if (json_string(key) == name) {
            found = value;
        }
    }
    return found;
}

}  // namespace kazoo::detail::recipe
