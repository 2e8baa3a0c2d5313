// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::recipe {

/// The names of a queue's entries: `entry-<priority, 3 digits>-<number>`, as in Python's kazoo.
inline constexpr int lowest_priority_value = 0;
inline constexpr int highest_priority_value = 999;

/// What the name of an entry says.
class EntryName {
public:
    EntryName(int entry_priority, std::int32_t entry_number) noexcept
        : priority(entry_priority), number(entry_number) {}
    int priority;         ///< Lower values come first.
    std::int32_t number;  ///< Of the server's sequence, which continues behind 2^31-1 with -2^31.
    friend bool operator==(const EntryName&, const EntryName&) = default;
};

/// Returns the name of a new entry, without its number: "entry-100-". The priority is from 0 to
/// 999.
[[nodiscard]] std::string entry_prefix(int priority);

/// Returns what a name says; nothing if it is not that of an entry.
[[nodiscard]] std::optional<EntryName> parse_entry(std::string_view name) noexcept;

/// Returns the names that are those of entries, in the order in which they are served: by priority,
/// then by number. Numbers are compared on their circle: it begins behind the longest gap, which is
/// right as long as fewer than 2^31 numbers lie between the oldest entry and the latest.
[[nodiscard]] std::vector<std::string> ordered_entries(std::vector<std::string> names);

}  // namespace kazoo::detail::recipe
