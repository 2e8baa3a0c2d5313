// SPDX-License-Identifier: Apache-2.0
#include "recipe/barrier/double_barrier_plan.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kazoo::detail::recipe {

EnterStep enter_step(
    const std::vector<std::string>& children, bool ready, std::string_view own, std::size_t needed
) noexcept {
    std::size_t members = 0;
    bool joined = false;
    for (const auto& name : children) {
        if (name == ready_name) {
            ready = true;
        } else {
            ++members;
            joined = joined || name == own;
        }
    }
    if (!joined) {
        return EnterStep::join;
    }
    if (ready) {
        return EnterStep::enter;
    }
    return members >= needed ? EnterStep::announce : EnterStep::wait;
}

LeaveStep LeavePlan::next(const std::vector<std::string>& children) {
    std::vector<std::string> present;
    std::copy_if(
        children.begin(),
        children.end(),
        std::back_inserter(present),
        [](const std::string& name) { return name != ready_name; }
    );
    std::sort(present.begin(), present.end());
    if (round_) {
        std::vector<std::string> left;
        std::set_intersection(
            round_->begin(), round_->end(), present.begin(), present.end(), std::back_inserter(left)
        );
        present = std::move(left);
    }
    round_ = present;
    LeaveStep step;
    if (present.empty()) {
        return step;
    }
    const bool joined = std::binary_search(present.begin(), present.end(), own_);
    if (joined && (present.size() == 1 || present.front() != own_)) {
        step.kind = LeaveStep::delete_own;
        return step;
    }
    step.kind = LeaveStep::wait;
    step.other = joined ? present.back() : present.front();
    return step;
}

}  // namespace kazoo::detail::recipe
