// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kazoo::handler {

/// From now on there is a base::LaneSlot per fiber, instead of one per thread, on threads that have
/// called mark_fiber_thread(). Other threads are not affected.
void use_fiber_lane_slots();
/// Marks the calling thread as one whose fibers run lanes.
void mark_fiber_thread() noexcept;

}  // namespace kazoo::handler
