#pragma once

#include <kazoo/detail/export.hpp>

// Exported: the components are shared libraries of their own.
KAZOO_API_BEGIN
namespace kazoo::detail {
class DeadlineScope;
class LaneScope;
}  // namespace kazoo::detail

namespace kazoo::base {

class ReadyQueue;

/// What a thread, or a fiber, has of its own.
struct LaneSlot {
    const detail::LaneScope* lane = nullptr;  ///< the innermost scope that it is in
    const detail::DeadlineScope* deadline = nullptr;
    ReadyQueue* ready = nullptr;              ///< that it is working off
    int helps = 0;  ///< callers on a lane that are blocked, each in the next
};

/// The calling thread's.
[[nodiscard]] LaneSlot* thread_lane_slot() noexcept;

/// What runs several fibers on a thread says where the caller's slot is. `enter`: a scope is about
/// to begin, so there must be one; else null says that the caller is in no scope.
using FindLaneSlot = LaneSlot* (*)(bool enter) noexcept;
void find_lane_slots_by(FindLaneSlot find) noexcept;
/// The caller's slot, as that function says.
[[nodiscard]] LaneSlot* find_lane_slot(bool enter) noexcept;

}  // namespace kazoo::base
KAZOO_API_END
