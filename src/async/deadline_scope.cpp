// SPDX-License-Identifier: Apache-2.0
#include "async/lane_slot.hpp"

#include <kazoo/detail/retry_run.hpp>

#include <algorithm>
#include <utility>

namespace kazoo::detail {

// An inner scope can only shorten the time that an outer one leaves.
DeadlineScope::DeadlineScope(TimePoint deadline) noexcept
    : deadline_(std::min(deadline, present())),
      slot_(&base::find_lane_slot(true)->deadline),
      outer_(std::exchange(*slot_, this)) {}

DeadlineScope::~DeadlineScope() {
    *slot_ = outer_;
}

TimePoint DeadlineScope::present() noexcept {
    const auto* const slot = base::find_lane_slot(false);
    return slot != nullptr && slot->deadline != nullptr ? slot->deadline->deadline_
                                                        : TimePoint::max();
}

}  // namespace kazoo::detail
