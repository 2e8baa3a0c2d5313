// SPDX-License-Identifier: Apache-2.0
#include "async/ready_queue.hpp"

#include <cassert>
#include <utility>

namespace kazoo::base {

void ReadyQueue::run(detail::RefPtr<detail::ResultStateBase> ready) noexcept {
    if (auto* const slot = find_lane_slot(true); slot->ready != nullptr) {
        slot->ready->push(std::move(ready));
        return;
    }
    ReadyQueue queue;
    queue.push(std::move(ready));
    queue.end(queue.begin());
}

LaneSlot& ReadyQueue::begin() noexcept {
    auto& slot = *find_lane_slot(true);
    assert(slot.ready == nullptr);
    slot.ready = this;
    return slot;
}

void ReadyQueue::end(LaneSlot& slot) noexcept {
    drain();
    if (slot.ready == this) {  // else a link has blocked: run_pending() has detached the queue
        slot.ready = nullptr;
    }
}

bool ReadyQueue::is_running() noexcept {
    const auto* const slot = find_lane_slot(false);
    return slot != nullptr && slot->ready != nullptr;
}

void ReadyQueue::run_pending() noexcept {
    auto* const slot = find_lane_slot(false);
    if (slot != nullptr && slot->ready != nullptr) {
        // Detached, because this queue is not drained again until the caller has stopped waiting:
        // what becomes ready during the wait must not be added to it.
        std::exchange(slot->ready, nullptr)->drain();
    }
}

void ReadyQueue::push(detail::RefPtr<detail::ResultStateBase> ready) noexcept {
    auto* const result = ready.detach();
    result->next_ready_ = nullptr;
    (last_ != nullptr ? last_->next_ready_ : first_) = result;
    last_ = result;
}

void ReadyQueue::drain() noexcept {
    while (first_ != nullptr) {
        auto* const result = std::exchange(first_, first_->next_ready_);
        if (first_ == nullptr) {
            last_ = nullptr;
        }
        result->step();     // may push further results
        result->release();  // the queue's reference
    }
}

}  // namespace kazoo::base
