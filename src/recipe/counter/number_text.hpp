// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kazoo::detail::recipe {

// Numbers as text, as Python writes and reads them.

/// Returns Python's `repr` of an int or a float: the shortest text that is read back as the same
/// number, with ".0" or an exponent for a double. Throws std::bad_alloc.
[[nodiscard]] std::string python_text(std::int64_t number);
[[nodiscard]] std::string python_text(double number);

/// Why a text is not a number.
enum class NumberFault { none, syntax, range };

/// Reads what Python's `int()` and `float()` read, in ASCII: blanks around it, a sign, and single
/// underscores between digits are allowed. NumberFault::range: an integer outside of 64 bits.
/// Throws std::bad_alloc.
[[nodiscard]] NumberFault read_number(std::string_view text, std::int64_t& number);
[[nodiscard]] NumberFault read_number(std::string_view text, double& number);

// Sums that are not possible give std::nullopt: beyond 64 bits, or not finite.

[[nodiscard]] std::optional<std::int64_t> sum(std::int64_t a, std::int64_t b) noexcept;
[[nodiscard]] std::optional<std::int64_t> difference(std::int64_t a, std::int64_t b) noexcept;
[[nodiscard]] std::optional<double> sum(double a, double b) noexcept;
[[nodiscard]] std::optional<double> difference(double a, double b) noexcept;

}  // namespace kazoo::detail::recipe
