// SPDX-License-Identifier: Apache-2.0
#include "client/server_version.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace kazoo::detail::client {

namespace {

/// Removes a number from the front. Returns false, and removes nothing, if there is none that fits
/// an int.
bool take_number(std::string_view& text, int& number) {
    if (text.starts_with('-')) {
        return false;
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) {
        return false;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

}  // namespace

std::vector<int> parse_server_version(std::string_view answer) {
    constexpr std::string_view label = "version:";
    std::vector<int> numbers;
    const auto at = answer.find(label);
    if (at == std::string_view::npos) {
        return numbers;
    }
    answer.remove_prefix(at + label.size());
    answer.remove_prefix(std::min(answer.find_first_not_of(' '), answer.size()));
    for (int number = 0; take_number(answer, number);) {
        numbers.push_back(number);
        if (!answer.starts_with('.')) {
            break;
        }
        answer.remove_prefix(1);
    }
    return numbers;
}

}  // namespace kazoo::detail::client
