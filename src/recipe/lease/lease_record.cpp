// SPDX-License-Identifier: Apache-2.0
#include "recipe/lease/lease_record.hpp"

#include "recipe/json/json_members.hpp"
#include "recipe/json/json_scalar.hpp"

#include <kazoo/exceptions.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <cstdio>

namespace kazoo::detail::recipe {
namespace {

using nlohmann::json;

constexpr const char* operation = "NonBlockingLease";
constexpr int version = 1;

[[noreturn]] void refuse(std::string detail) {
    throw_error(Error(Errc::bad_arguments, Outcome::not_sent, operation, {}, std::move(detail)));
}

[[noreturn]] void malformed(const std::string& path, const char* what) {
    throw_error(Error(ClientErrc::malformed_data, Outcome::not_applied, operation, path, what));
}

std::string text_of(std::chrono::sys_seconds time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    const int year = int{date.year()};
    if (year < 1000 || year > 9999) {
        refuse("the lease would end in the year " + std::to_string(year));
    }
    std::array<char, 64> text{};
    std::snprintf(
        text.data(),
        text.size(),
        "%04d-%02u-%02uT%02d:%02d:%02d",
        year,
        unsigned{date.month()},
        unsigned{date.day()},
        static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count())
    );
    return text.data();
}

/// Returns the time; nothing if the text has another form or there is no such time.
std::optional<std::chrono::sys_seconds> time_of(std::string_view text) {
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd";
    if (text.size() != form.size()) {
        return std::nullopt;
    }
    std::array<int, 6> numbers{};  // year, month, day, hours, minutes, seconds
    std::size_t field = 0;
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] != 'd') {
            if (text[i] != form[i]) {
                return std::nullopt;
            }
            ++field;
        } else if (is_digit) {
            numbers[field] = numbers[field] * 10 + (text[i] - '0');
        } else {
            return std::nullopt;
        }
    }
    const std::chrono::year_month_day date{
        std::chrono::year{numbers[0]},
        std::chrono::month{static_cast<unsigned>(numbers[1])},
        std::chrono::day{static_cast<unsigned>(numbers[2])}};
    if (!date.ok() || numbers[3] > 23 || numbers[4] > 59 || numbers[5] > 59) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date) + std::chrono::hours(numbers[3]) +
           std::chrono::minutes(numbers[4]) + std::chrono::seconds(numbers[5]);
}

/// Returns the text of the record without what may precede it.
std::string_view checked_object(std::string_view data, const std::string& path) {
    if (data.starts_with(byte_order_mark)) {
        data.remove_prefix(byte_order_mark.size());
    }
    const auto begin = data.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos || data[begin] != '{' || !json::accept(data)) {
        malformed(path, "it is not a JSON object");
    }
    return data;
}

}  // namespace

std::string encode_lease(const LeaseRecord& record) {
    std::string holder;
    try {
        holder = json(record.holder).dump(-1, ' ', true);
    } catch (const json::exception&) {
        refuse("the identifier is not UTF-8");
    }
    return "{\"version\": " + std::to_string(version) + ", \"holder\": " + holder +
           ", \"end\": \"" + text_of(record.end) + "\"}";
}

std::optional<LeaseRecord> decode_lease(std::string_view data, const std::string& path) {
    const auto object = checked_object(data, path);
    const auto number_text = json_member(object, "version");
    if (number_text.empty()) {
        malformed(path, "it has no version");
    }
    const auto number = json_scalar(number_text);
    if (!number.is_number() || number != version) {
        return std::nullopt;
    }
    auto holder = json_string(json_member(object, "holder"));
    if (!holder) {
        malformed(path, "it has no holder");
    }
    const auto end = json_string(json_member(object, "end"));
    if (!end) {
        malformed(path, "it has no end");
    }
    const auto time = time_of(*end);
    if (!time) {
        malformed(path, "its end is not a time such as 2026-11-22T13:30:35");
    }
    return LeaseRecord{*std::move(holder), *time};
}

}  // namespace kazoo::detail::recipe
