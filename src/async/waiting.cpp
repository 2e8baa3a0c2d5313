// SPDX-License-Identifier: Apache-2.0
// How a plain thread waits, and which scopes (lanes, see LaneScope) the calling thread or fiber is
// in.
#include "async/lane_slot.hpp"
#include "async/ready_queue.hpp"
#include "async/refuse_wait.hpp"
#include "base/per_thread.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/exceptions.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace kazoo::detail {
namespace {

base::LaneSlot* slot_of_thread(bool /*enter*/) noexcept {
    return base::thread_lane_slot();
}

std::atomic<base::FindLaneSlot> find_slot{slot_of_thread};  // replaced by a handler with fibers

const LaneScope* innermost() noexcept {
    const auto* const slot = base::find_lane_slot(false);
    return slot != nullptr ? slot->lane : nullptr;
}

/// An auto-reset event: a notification is kept until a wait consumes it.
class ThreadWaiter final : public Waiter {
public:
    void wait_until(TimePoint deadline) override {
        std::unique_lock lock(mutex_);
        if (deadline == TimePoint::max()) {
            notified_.wait(lock, [this] { return set_; });
        } else {
            notified_.wait_until(lock, deadline, [this] { return set_; });
        }
        set_ = false;
    }

    void notify() noexcept override {
        const std::lock_guard lock(mutex_);
        set_ = true;
        notified_.notify_one();
    }

private:
    std::mutex mutex_;
    std::condition_variable notified_;
    bool set_ = false;  // guarded by mutex_
};

struct OwnWaiter {
    const std::shared_ptr<Waiter> waiter = std::make_shared<ThreadWaiter>();
};

}  // namespace

std::shared_ptr<Waiter> thread_waiter() {
    const auto* const own = base::PerThread<OwnWaiter>::find();
    return own != nullptr ? own->waiter : std::make_shared<ThreadWaiter>();
}

void check_may_block() {
    if (LaneScope::in_listener()) {
        base::refuse_to_wait(
            "a state listener or a host provider must not block; start the work and return"
        );
    }
    base::ReadyQueue::run_pending();  // what the caller waits for may be queued in this thread
}

LaneScope::LaneScope(Handler& handler, Lane lane) noexcept
    : handler_(handler),
      lane_(lane),
      slot_(*base::find_lane_slot(true)),
      outer_(std::exchange(slot_.lane, this)) {}

LaneScope::~LaneScope() {
    slot_.lane = outer_;
}

bool LaneScope::on_lane_of(const Handler& handler) noexcept {
    const auto* scope = innermost();
    while (scope != nullptr && &scope->handler_ != &handler) {
        scope = scope->outer_;
    }
    return scope != nullptr;
}

bool LaneScope::in_listener() noexcept {
    const auto* scope = innermost();
    while (scope != nullptr && scope->lane_ != Lane::session) {
        scope = scope->outer_;
    }
    return scope != nullptr;
}

Handler* LaneScope::completion_lane() noexcept {
    const auto* scope = innermost();
    while (scope != nullptr && scope->lane_ != Lane::completion) {
        scope = scope->outer_;
    }
    return scope != nullptr ? &scope->handler_ : nullptr;
}

Handler* LaneScope::any_lane() noexcept {
    const auto* const scope = innermost();
    return scope != nullptr ? &scope->handler_ : nullptr;
}

}  // namespace kazoo::detail

namespace kazoo::base {

void refuse_to_wait(const char* why) {
    throw_error(Error(ClientErrc::would_deadlock, Outcome::not_sent, "wait", {}, why));
}

void refuse_to_wait_in_child() {
    throw_error(Error(ClientErrc::forked, Outcome::unknown, "wait"));
}

LaneSlot* thread_lane_slot() noexcept {
    thread_local LaneSlot slot;
    return &slot;
}

LaneSlot* find_lane_slot(bool enter) noexcept {
    return detail::find_slot.load(std::memory_order_acquire)(enter);
}

void find_lane_slots_by(FindLaneSlot find) noexcept {
    detail::find_slot.store(find, std::memory_order_release);
}

}  // namespace kazoo::base
