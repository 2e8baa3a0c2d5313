// SPDX-License-Identifier: Apache-2.0
#include "handler/fiber/fiber_lane_slots.hpp"

#include "async/lane_slot.hpp"

#include <boost/fiber/context.hpp>
#include <boost/fiber/fss.hpp>

#include <memory>
#include <new>

namespace kazoo::handler {
namespace {

/// Threads without lanes keep one slot per thread, which is cheaper to find.
thread_local bool runs_lanes = false;

using SlotOfFiber = boost::fibers::fiber_specific_ptr<base::LaneSlot>;

/// Never destroyed: fibers may end after the static objects.
SlotOfFiber& slot_of_fiber() {
    static auto& slot = *new SlotOfFiber;
    return slot;
}

base::LaneSlot* find_slot(bool enter) noexcept {
    if (!runs_lanes || boost::fibers::context::active() == nullptr) {
        return base::thread_lane_slot();
    }
    auto& slot = slot_of_fiber();
    if (enter && slot.get() == nullptr) {
        try {
            auto made = std::make_unique<base::LaneSlot>();
            slot.reset(made.get());  // allocates, and takes the object only if that succeeds
            static_cast<void>(made.release());
        } catch (const std::bad_alloc&) {
            return base::thread_lane_slot();
        }
    }
    return slot.get();
}

}  // namespace

void use_fiber_lane_slots() {
    static_cast<void>(slot_of_fiber());
    base::find_lane_slots_by(find_slot);
}

void mark_fiber_thread() noexcept {
    runs_lanes = true;
}

}  // namespace kazoo::handler
