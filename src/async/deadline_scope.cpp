// SPDX-License-Identifier: Apache-2.0
#include "async/lane_slot.hpp"

#include <kazoo/detail/retry_run.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <utility>

namespace kazoo::detail {
namespace {

/// Of all threads. Calls, most of which are in no scope, then need not look for that of their
/// thread.
std::atomic<std::size_t> scopes{0};

}  // namespace

// An inner scope can only shorten the time that an outer one leaves.
DeadlineScope::DeadlineScope(TimePoint deadline) noexcept
    : deadline_(std::min(deadline, present())),
      slot_(&base::find_lane_slot(true)->deadline),
      outer_(std::exchange(*slot_, this)) {
    scopes.fetch_add(1, std::memory_order_relaxed);
}

DeadlineScope::~DeadlineScope() {
    *slot_ = outer_;
    scopes.fetch_sub(1, std::memory_order_relaxed);
}

TimePoint DeadlineScope::present() noexcept {
    if (scopes.load(std::memory_order_relaxed) == 0) {
        return TimePoint::max();  // a thread sees its own scopes
    }
    const auto* const slot = base::find_lane_slot(false);
    return slot != nullptr && slot->deadline != nullptr ? slot->deadline->deadline_
                                                        : TimePoint::max();
}

}  // namespace kazoo::detail
