// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

// Exported: the components are shared libraries of their own.
KAZOO_API_BEGIN
namespace kazoo::detail {
class DeadlineScope;
class LaneScope;
class ResultStateBase;
}  // namespace kazoo::detail

namespace kazoo::base {

class ReadyQueue;

/// A turn on a completion lane that is running. On the stack of what runs it.
struct RunningTurn {
    detail::ResultStateBase* present = nullptr;  ///< whose links run
    detail::ResultStateBase* rest = nullptr;     ///< what follows in the turn
    RunningTurn* outer = nullptr;                ///< within which this one runs
};

/// What the library keeps per thread or, on threads whose fibers run lanes, per fiber. Only its own
/// thread or fiber uses it, so there is no lock. The pointers refer to objects on that stack.
struct LaneSlot {
    const detail::LaneScope* lane = nullptr;          ///< innermost scope of the caller
    const detail::DeadlineScope* deadline = nullptr;  ///< innermost scope of the caller
    ReadyQueue* ready = nullptr;                      ///< the queue that the caller is draining
    RunningTurn* turn = nullptr;                      ///< innermost turn of the caller
    int helps = 0;                                    ///< nested LaneHelpers of the caller
};

/// Returns the slot of the calling thread; never null.
[[nodiscard]] LaneSlot* thread_lane_slot() noexcept;

/// Finds the slot of the calling thread or fiber. If `enter` is true, a scope is about to begin:
/// the slot is created if needed, and the result is not null. Otherwise null means that the caller
/// is in no scope.
using FindLaneSlot = LaneSlot* (*)(bool enter) noexcept;
/// Replaces the function behind find_lane_slot() for the whole process. For a handler that runs
/// several fibers on one thread.
void find_lane_slots_by(FindLaneSlot find) noexcept;
[[nodiscard]] LaneSlot* find_lane_slot(bool enter) noexcept;

}  // namespace kazoo::base
KAZOO_API_END
