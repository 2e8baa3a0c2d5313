// SPDX-License-Identifier: Apache-2.0
#include "ui/http/target.hpp"

#include <cstddef>
#include <utility>

namespace tool::ui {
namespace {

constexpr std::size_t most_parameters = 16;

int digit_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool add_parameter(std::string_view text, Target& target) {
    const std::size_t equals = text.find('=');
    auto name = percent_decoded(text.substr(0, equals));
    auto value = percent_decoded(equals == std::string_view::npos ? "" : text.substr(equals + 1));
    return name && value && target.query.size() < most_parameters &&
           target.query.emplace(std::move(*name), std::move(*value)).second;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const int high = i + 1 < text.size() ? digit_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? digit_value(text[i + 2]) : -1;
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return decoded;
}

std::optional<Target> parse_target(std::string_view text) {
    if (text.empty() || text.front() != '/') {
        return std::nullopt;
    }
    const std::size_t mark = text.find('?');
    auto path = percent_decoded(text.substr(0, mark));
    if (!path) {
        return std::nullopt;
    }
    Target target{std::move(*path), {}};
    std::string_view rest = mark == std::string_view::npos ? "" : text.substr(mark + 1);
    while (!rest.empty()) {
        const std::size_t end = rest.find('&');
        if (!add_parameter(rest.substr(0, end), target)) {
            return std::nullopt;
        }
        rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
    }
    return target;
}

}  // namespace tool::ui
