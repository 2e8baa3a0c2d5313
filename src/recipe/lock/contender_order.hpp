// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/lock/lock_names.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {

/// Returns whether the number `a` was given before `b`. Correct across the wrap from 2147483647 to
/// -2147483648, as long as fewer than 2^31 children were created between the two.
[[nodiscard]] constexpr bool is_before(std::int32_t a, std::int32_t b) noexcept {
    return static_cast<std::int32_t>(
               static_cast<std::uint32_t>(a) - static_cast<std::uint32_t>(b)
           ) < 0;
}

/// Returns whether the order of a number cannot be trusted. From 3.6 on, servers give 2147483647 to
/// all children once the counter has reached it, except for children that are created at about the
/// same time: these get the numbers behind the wrap, also repeatedly. Servers process a limited
/// number of requests at a time (globalOutstandingLimit), by default 1000.
[[nodiscard]] constexpr bool is_doubtful(std::int32_t number) noexcept {
    constexpr std::int32_t requests_at_a_time = 1 << 20;
    return number == INT32_MAX || number < INT32_MIN + requests_at_a_time;
}

/// The place of an own node among the children of a lock. A value.
class Standing {
public:
    enum class Place {
        missing,   ///< The own node is not among the children.
        first,     ///< No node precedes it.
        behind,    ///< Behind `nearest`.
        doubtful,  ///< The names do not say it: `others` may precede it, depending on their czxids.
    };
    Standing() {}
    explicit Standing(Place the_place) noexcept : place(the_place) {}

    Place place = Place::missing;
    std::string nearest;              ///< The last of the nodes that precede and block it.
    std::vector<std::string> others;  ///< With `doubtful`: all that block it if they precede.
    bool exhausted = false;           ///< The own number is the last that servers give.

    friend bool operator==(const Standing&, const Standing&) = default;
};

/// Returns the place of the node `own` according to the names of the children.
[[nodiscard]] Standing standing(
    const LockNames& names, std::string_view own, const std::vector<std::string>& children
);

/// A node and when it was created; no czxid if it does not exist any more.
class CreatedAt {
public:
    CreatedAt(std::string node_name, std::optional<std::int64_t> node_czxid) noexcept
        : name(std::move(node_name)), czxid(node_czxid) {}
    std::string name;
    std::optional<std::int64_t> czxid;
};

/// Returns the place, never `doubtful`, of a node with this czxid among others that block it if
/// they precede.
[[nodiscard]] Standing standing_by_creation(
    std::int64_t czxid, const std::vector<CreatedAt>& others
);

}  // namespace kazoo::detail::recipe
