// SPDX-License-Identifier: Apache-2.0
#include "recipe/counter/number_text.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <string>
#include <system_error>

namespace kazoo::detail::recipe {
namespace {

constexpr std::string_view blanks = " \t\n\v\f\r";

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// Returns the text without blanks around it, a plus sign, and underscores between digits; nothing
/// if it has other underscores, or a second sign.
std::optional<std::string> plain(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return std::nullopt;
    }
    text = text.substr(first, text.find_last_not_of(blanks) - first + 1);
    if (text.front() == '+') {
        text.remove_prefix(1);
        if (text.empty() || text.front() == '-') {
            return std::nullopt;
        }
    }
    const auto is_digit_at = [text](std::size_t i) { return i < text.size() && is_digit(text[i]); };
    std::string without;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '_') {
            without += text[i];
        } else if (i == 0 || !is_digit_at(i - 1) || !is_digit_at(i + 1)) {
            return std::nullopt;
        }
    }
    return without;
}

template <class Number>
std::from_chars_result read_number(const std::string& text, Number& number) {
    return std::from_chars(text.data(), text.data() + text.size(), number);
}

#ifndef __cpp_lib_to_chars
/// As std::from_chars, which libc++ 19 does not have for doubles.
std::from_chars_result read_number(const std::string& text, double& number) {
    static const locale_t plain_locale = ::newlocale(LC_ALL_MASK, "C", nullptr);
    if (plain_locale == nullptr) {
        throw std::bad_alloc();
    }
    // Unlike from_chars, strtod skips blanks and a plus sign, and reads hexadecimal numbers.
    const bool is_foreign =
        text.find_first_of("xX") != std::string::npos || text.find_first_of("+ \t\n\v\f\r") == 0;
    char* stop = nullptr;
    errno = 0;
    const double read = ::strtod_l(text.c_str(), &stop, plain_locale);
    if (is_foreign || stop == text.data()) {
        return {text.data(), std::errc::invalid_argument};
    }
    if (errno == ERANGE && (read == 0 || std::isinf(read))) {
        return {stop, std::errc::result_out_of_range};
    }
    number = read;
    return {stop, std::errc()};
}
#endif

template <class Number>
NumberFault convert(std::string_view text, Number& number) {
    const auto stripped = plain(text);
    if (!stripped) {
        return NumberFault::syntax;
    }
    const char* const end = stripped->data() + stripped->size();
    const auto read = read_number(*stripped, number);
    if (read.ec == std::errc::invalid_argument || read.ptr != end) {
        return NumberFault::syntax;
    }
    return read.ec == std::errc() ? NumberFault::none : NumberFault::range;
}

/// The decimal digits of a double, without a point, and where the point is.
struct Digits {
    std::string digits;  // at least one; the first is not 0, unless it is the only one
    int point = 0;       // number of digits in front of the point; may be outside of `digits`
};

Digits shortest_digits(double number) {
    std::array<char, 40> buffer{};
    const auto written = std::to_chars(
        buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::scientific
    );
    const std::string_view text(
        buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data())
    );
    const auto exponent_at = text.find('e');
    Digits result;
    for (const char c : text.substr(0, exponent_at)) {
        if (is_digit(c)) {
            result.digits += c;
        }
    }
    auto exponent = text.substr(exponent_at + 1);
    if (exponent.front() == '+') {
        exponent.remove_prefix(1);
    }
    std::from_chars(exponent.data(), exponent.data() + exponent.size(), result.point);
    ++result.point;
    return result;
}

std::string with_exponent(const Digits& number) {
    std::string text(1, number.digits.front());
    if (number.digits.size() > 1) {
        text += '.';
        text += number.digits.substr(1);
    }
    const int exponent = number.point - 1;
    text += exponent < 0 ? "e-" : "e+";
    const auto digits = std::to_string(std::abs(exponent));
    text += digits.size() < 2 ? "0" + digits : digits;
    return text;
}

std::string without_exponent(const Digits& number) {
    const auto size = static_cast<int>(number.digits.size());
    if (number.point <= 0) {
        return "0." + std::string(static_cast<std::size_t>(-number.point), '0') + number.digits;
    }
    if (number.point >= size) {
        return number.digits + std::string(static_cast<std::size_t>(number.point - size), '0') +
               ".0";
    }
    const auto point = static_cast<std::size_t>(number.point);
    return number.digits.substr(0, point) + "." + number.digits.substr(point);
}

std::optional<double> finite(double number) noexcept {
    return std::isfinite(number) ? std::optional<double>(number) : std::nullopt;
}

}  // namespace

std::string python_text(std::int64_t number) {
    return std::to_string(number);
}

std::string python_text(double number) {
    if (std::isnan(number)) {
        return "nan";
    }
    const std::string sign = std::signbit(number) ? "-" : "";
    if (std::isinf(number)) {
        return sign + "inf";
    }
    const auto digits = shortest_digits(std::fabs(number));
    const bool scientific = digits.point < -3 || digits.point > 16;
    return sign + (scientific ? with_exponent(digits) : without_exponent(digits));
}

NumberFault read_number(std::string_view text, std::int64_t& number) {
    return convert(text, number);
}

/// As Python, takes what is too large for infinity, and what is too small for zero.
NumberFault read_number(std::string_view text, double& number) {
    const auto fault = convert(text, number);
    if (fault != NumberFault::range) {
        return fault;
    }
    const auto stripped = plain(text);
    number = std::strtod(stripped->c_str(), nullptr);
    return NumberFault::none;
}

std::optional<std::int64_t> sum(std::int64_t a, std::int64_t b) noexcept {
    using Limits = std::numeric_limits<std::int64_t>;
    if (b > 0 ? a > Limits::max() - b : a < Limits::min() - b) {
        return std::nullopt;
    }
    return a + b;
}

std::optional<std::int64_t> difference(std::int64_t a, std::int64_t b) noexcept {
    using Limits = std::numeric_limits<std::int64_t>;
    if (b > 0 ? a < Limits::min() + b : a > Limits::max() + b) {
        return std::nullopt;
    }
    return a - b;
}

std::optional<double> sum(double a, double b) noexcept {
    return finite(a + b);
}

std::optional<double> difference(double a, double b) noexcept {
    return finite(a - b);
}

}  // namespace kazoo::detail::recipe
