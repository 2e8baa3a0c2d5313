// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/rules/time.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace kazoo::server {

/// Builds the answer to a four-letter word, with numbers and dates in the format of Java.
class FourLetterText {
public:
    std::string text;

    FourLetterText& operator<<(std::string_view part) {
        text += part;
        return *this;
    }
    template <typename Number>
    requires std::is_integral_v<Number> FourLetterText& operator<<(Number number) {
        return put(number, 10);
    }
    /// Unsigned, with "0x" in front.
    FourLetterText& hex(std::int64_t number) {
        text += "0x";
        return put(static_cast<std::uint64_t>(number), 16);
    }
    /// Appends a non-negative number, given in ten-thousandths, as Java prints a double with up to
    /// four decimals.
    FourLetterText& decimal(std::int64_t fine);
    FourLetterText& operator<<(char c) {
        text += c;
        return *this;
    }
    FourLetterText& operator<<(Milliseconds length) { return *this << length.count(); }
    /// Since the epoch of the clock.
    template <class Clock>
    FourLetterText& operator<<(std::chrono::time_point<Clock, Milliseconds> time) {
        return *this << time.time_since_epoch();
    }
    /// In the format of java.util.Date.toString, in UTC.
    FourLetterText& date(WallTime wall);

private:
    template <typename Number>
    FourLetterText& put(Number number, int base) {
        std::array<char, 24> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base);
        text.append(digits.data(), end.ptr);
        return *this;
    }
    FourLetterText& two_digits(std::int64_t number);
};

}  // namespace kazoo::server
