// SPDX-License-Identifier: Apache-2.0
#include "recipe/lock/contender_order.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace kazoo::detail::recipe {

Standing standing(
    const LockNames& names, std::string_view own, const std::vector<std::string>& children
) {
    const auto own_number = names.own_number(own);
    if (!own_number || std::find(children.begin(), children.end(), own) == children.end()) {
        return Standing(Standing::Place::missing);
    }
    bool doubtful = false;
    const std::string* nearest = nullptr;  // no copies: there may be thousands of children
    std::int32_t nearest_number = 0;
    for (const auto& child : children) {
        const auto number = names.blocking_number(child);
        if (!number || child == own) {
            continue;
        }
        // Curator gives the number of a write node to the read node of its owner as well.
        doubtful =
            doubtful || is_doubtful(*own_number) || is_doubtful(*number) || *number == *own_number;
        const bool blocks = is_before(*number, *own_number);
        if (blocks && (nearest == nullptr || is_before(nearest_number, *number))) {
            nearest = &child;
            nearest_number = *number;
        }
    }
    Standing found(Standing::Place::first);
    found.exhausted = *own_number == INT32_MAX;
    if (doubtful) {
        found.place = Standing::Place::doubtful;
        std::copy_if(
            children.begin(),
            children.end(),
            std::back_inserter(found.others),
            [&](const std::string& child) { return child != own && names.blocking_number(child); }
        );
    } else if (nearest != nullptr) {
        found.place = Standing::Place::behind;
        found.nearest = *nearest;
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
