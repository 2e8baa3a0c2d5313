// SPDX-License-Identifier: Apache-2.0
#include "recipe/watch/node_reading.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kazoo::detail::recipe {

Reading::Reading(ChildrenAndStat node) : stat(node.stat), children(std::move(node.children)) {
    std::sort(children.begin(), children.end());
}

/// Returns whether both exist and are the same node, or neither exists.
bool LastReport::same_node(const Reading& now) const noexcept {
    if (!any_ || stat_.has_value() != now.stat.has_value()) {
        return false;
    }
    return !stat_ || stat_->czxid == now.stat->czxid;
}

bool LastReport::data_differs(const Reading& now) const noexcept {
    return !same_node(now) || (stat_ && stat_->mzxid != now.stat->mzxid);
}

/// The names are compared as well, because not every server counts deletions in cversion.
bool LastReport::children_differ(const Reading& now) const noexcept {
    return !same_node(now) || (stat_ && stat_->cversion != now.stat->cversion) ||
           children_ != now.children;
}

bool LastReport::found_differs(const Reading& now) const noexcept {
    if (now.children.empty()) {
        return !any_ || !children_.empty();
    }
    return data_differs(now);
}

Change LastReport::change_to(Reading now) const {
    Change change;
    const auto& before = children_;
    const auto& after = now.children;
    std::set_difference(
        after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(change.added)
    );
    std::set_difference(
        before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(change.removed)
    );
    change.now = std::move(now);
    return change;
}

void LastReport::remember(const Reading& reported) {
    auto children = reported.children;
    any_ = true;
    stat_ = reported.stat;
    children_ = std::move(children);
}

}  // namespace kazoo::detail::recipe
