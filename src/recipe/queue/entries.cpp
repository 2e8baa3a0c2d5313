// SPDX-License-Identifier: Apache-2.0
#include "recipe/queue/entries.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <system_error>
#include <tuple>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

constexpr std::string_view beginning = "entry-";
constexpr std::size_t priority_digits = 3;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// Parses what servers append: ten digits or, for a negative number, "-" and nine or ten.
std::optional<std::int32_t> parse_number(std::string_view text) noexcept {
    const bool negative = text.starts_with('-');
    const auto digits = text.substr(negative ? 1 : 0);
    if (digits.size() != 10 && !(negative && digits.size() == 9)) {
        return std::nullopt;
    }
    if (!std::all_of(digits.begin(), digits.end(), is_digit)) {
        return std::nullopt;
    }
    std::int32_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc() ? std::optional(number) : std::nullopt;
}

/// Returns the number with which the circle of these numbers begins: the one behind the longest
/// gap.
std::uint32_t first_of_circle(std::vector<std::uint32_t> numbers) {
    std::sort(numbers.begin(), numbers.end());
    std::uint32_t first = numbers.front();
    std::uint32_t longest = numbers.front() - numbers.back();  // across the end of the numbers
    for (std::size_t i = 1; i < numbers.size(); ++i) {
        const auto gap = numbers[i] - numbers[i - 1];
        if (gap > longest) {
            longest = gap;
            first = numbers[i];
        }
    }
    return first;
}

}  // namespace

std::string entry_prefix(int priority) {
    assert(priority >= lowest_priority_value && priority <= highest_priority_value);
    const auto digits = std::to_string(priority);
    std::string prefix(beginning);
    prefix.append(priority_digits - digits.size(), '0');
    prefix += digits;
    prefix += '-';
    return prefix;
}

std::optional<EntryName> parse_entry(std::string_view name) noexcept {
    const auto number_at = beginning.size() + priority_digits + 1;
    if (!name.starts_with(beginning) || name.size() <= number_at || name[number_at - 1] != '-') {
        return std::nullopt;
    }
    int priority = 0;
    for (const char digit : name.substr(beginning.size(), priority_digits)) {
        if (!is_digit(digit)) {
            return std::nullopt;
        }
        priority = priority * 10 + (digit - '0');
    }
    const auto number = parse_number(name.substr(number_at));
    return number ? std::optional(EntryName(priority, *number)) : std::nullopt;
}

std::vector<std::string> ordered_entries(std::vector<std::string> names) {
    struct Entry {
        EntryName parsed;
        std::string name;
    };
    std::vector<Entry> entries;
    std::vector<std::uint32_t> numbers;
    for (auto& name : names) {
        if (const auto parsed = parse_entry(name)) {
            entries.push_back({*parsed, std::move(name)});
            numbers.push_back(static_cast<std::uint32_t>(parsed->number));
        }
    }
    names.clear();
    if (entries.empty()) {
        return names;
    }
    const auto first = first_of_circle(std::move(numbers));
    const auto place = [first](const Entry& entry) {
        const auto number = static_cast<std::uint32_t>(entry.parsed.number) - first;
        return std::tuple<int, std::uint32_t, std::string_view>(
            entry.parsed.priority, number, entry.name
        );
    };
    std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
        return place(a) < place(b);
    });
    for (auto& entry : entries) {
        names.push_back(std::move(entry.name));
    }
    return names;
}

}  // namespace kazoo::detail::recipe
