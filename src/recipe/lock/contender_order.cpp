// SPDX-License-Identifier: Apache-2.0
#include "recipe/lock/contender_order.hpp"

#include <algorithm>
#include <cstdint>

namespace kazoo::detail::recipe {

Standing standing(
    const LockNames& names, std::string_view own, const std::vector<std::string>& children
) {
    const auto own_number = names.own_number(own);
    if (!own_number || std::find(children.begin(), children.end(), own) == children.end()) {
        return Standing(Standing::Place::missing);
    }
    Standing found(Standing::Place::first);
    found.exhausted = *own_number == INT32_MAX;
    bool doubtful = is_doubtful(*own_number);
    std::int32_t nearest = 0;
    for (const auto& child : children) {
        const auto number = names.blocking_number(child);
        if (!number || child == own) {
            continue;
        }
        found.others.push_back(child);
        // Curator gives the number of a write node to the read node of its owner as well.
        doubtful = doubtful || is_doubtful(*number) || *number == *own_number;
        const bool blocks = is_before(*number, *own_number);
        if (blocks && (found.nearest.empty() || is_before(nearest, *number))) {
            found.place = Standing::Place::behind;
            found.nearest = child;
            nearest = *number;
        }
    }
    if (doubtful && !found.others.empty()) {
        found.place = Standing::Place::doubtful;
        found.nearest.clear();
    } else {
        found.others.clear();
    }
    return found;
}

Standing standing_by_creation(std::int64_t czxid, const std::vector<CreatedAt>& others) {
    Standing found(Standing::Place::first);
    std::int64_t nearest = 0;
    for (const auto& other : others) {
        if (other.czxid && *other.czxid<czxid&& * other.czxid> nearest) {
            found.place = Standing::Place::behind;
            found.nearest = other.name;
            nearest = *other.czxid;
        }
    }
    return found;
}

}  // namespace kazoo::detail::recipe
