// SPDX-License-Identifier: Apache-2.0
// The command lines of the test programs: "--name" and "--name value".

#pragma once

#include <charconv>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::testing_support {

struct Option {
    std::string_view name;  ///< with its dashes
    bool has_value;
    /// Takes the value; returns false if it is invalid.
    std::function<bool(std::string_view)> take;
};

/// Reads a whole number; returns false, and leaves `number` alone, if `text` is not one or not
/// within the limits.
template <class Number>
bool read_number(
    std::string_view text,
    Number& number,
    Number least = std::numeric_limits<Number>::min(),
    Number most = std::numeric_limits<Number>::max()
) {
    Number value{};
    const auto* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || at != end || value < least || value > most) return false;
    number = value;
    return true;
}

/// An option that sets `is_given`.
Option flag_option(std::string_view name, bool& is_given);
Option text_option(std::string_view name, std::string& text);
template <class Number>
Option number_option(
    std::string_view name, Number& number, Number least = std::numeric_limits<Number>::min()
) {
    return {name, true, [&number, least](auto text) { return read_number(text, number, least); }};
}

/// Reads the command line. Returns an empty string on success, else an error message.
[[nodiscard]] std::string read_options(
    int argc, const char* const* argv, const std::vector<Option>& options
);

}  // namespace kazoo::testing_support
