// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "handler/fiber/thread_end.hpp"

#include <kazoo/handler.hpp>

#include <boost/fiber/condition_variable.hpp>

#include <mutex>

namespace kazoo::handler {

/// Suspends the calling fiber, on any thread, or blocks a thread that has only one fiber.
class FiberWaiter final : public Waiter {
public:
    void wait_until(TimePoint deadline) override {
        among_fibers([this, deadline] { wait_here(deadline); });
    }
    void notify() noexcept override {
        const std::lock_guard lock(mutex_);
        set_ = true;
        if (!waiting_) {
            return;
        }
        try {
            among_fibers([this] { notified_.notify_one(); });
        } catch (const std::exception&) {  // no thread can be started: the program is ending
        }
    }

private:
    void wait_here(TimePoint deadline) {
        const auto set = [this] { return set_; };
        watch_thread_end();
        std::unique_lock lock(mutex_);
        waiting_ = true;
        if (deadline == TimePoint::max()) {
            notified_.wait(lock, set);
        } else {
            notified_.wait_until(lock, deadline, set);
        }
        waiting_ = false;
        set_ = false;
    }

    std::mutex mutex_;  // a fiber must not be suspended while it holds it
    boost::fibers::condition_variable_any notified_;
    // Guarded by mutex_:
    bool waiting_ = false;  // a thread or fiber waits: only then is there one to notify
    bool set_ = false;      // notified, and not consumed by a wait
};

}  // namespace kazoo::handler
