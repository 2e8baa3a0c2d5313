#pragma once

namespace kazoo::detail {
class LaneScope;
}

namespace kazoo::base {

/// Where a thread, or a fiber, keeps the innermost LaneScope it is in.
using LaneSlot = const detail::LaneScope*;

/// The calling thread's.
[[nodiscard]] LaneSlot* thread_lane_slot() noexcept;

/// What runs several fibers on a thread says where the caller's slot is. `enter`: a scope is about
/// to begin, so there must be one; else null says that the caller is in no scope.
using FindLaneSlot = LaneSlot* (*)(bool enter) noexcept;
void find_lane_slots_by(FindLaneSlot find) noexcept;

}  // namespace kazoo::base
