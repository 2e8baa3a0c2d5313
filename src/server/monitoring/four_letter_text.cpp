// SPDX-License-Identifier: Apache-2.0
#include "server/monitoring/four_letter_text.hpp"

#include <algorithm>
#include <chrono>

namespace kazoo::server {

FourLetterText& FourLetterText::decimal(std::int64_t fine) {
    // Java prints doubles below 0.001 in scientific notation.
    if (fine > 0 && fine < 10) return *this << fine << ".0E-4";
    *this << fine / 10'000 << '.';
    auto digits = std::to_string(10'000 + fine % 10'000).substr(1);
    digits.erase(std::max<std::size_t>(digits.find_last_not_of('0') + 1, 1));
    return *this << digits;
}

FourLetterText& FourLetterText::date(WallTime wall) {
    static constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::string_view months[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(wall);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(wall - day)};
    *this << days[std::chrono::weekday{day}.c_encoding()] << ' ';
    *this << months[static_cast<unsigned>(date.month()) - 1] << ' ';
    two_digits(static_cast<unsigned>(date.day())) << ' ';
    two_digits(clock.hours().count()) << ':';
    two_digits(clock.minutes().count()) << ':';
    two_digits(clock.seconds().count()) << " UTC ";
    return *this << static_cast<int>(date.year());
}

FourLetterText& FourLetterText::two_digits(std::int64_t number) {
    return *this << static_cast<char>('0' + number / 10) << static_cast<char>('0' + number % 10);
}

}  // namespace kazoo::server
