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
        if (!abandoned_ || abandoned_->load()) {
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
        std::unique_lock lock(mutex_);
        abandoned_ = abandonment_of_thread();
        if (deadline == TimePoint::max()) {
            notified_.wait(lock, set);
        } else {
            notified_.wait_until(lock, deadline, set);
        }
        set_ = false;
    }

    std::mutex mutex_;  // a fiber must not be suspended while it holds it
    boost::fibers::condition_variable_any notified_;
    // Guarded by mutex_:
    std::shared_ptr<const std::atomic<bool>> abandoned_;  // of the waiting thread, once it waits
    bool set_ = false;                                    // notified, and not consumed by a wait
};

}  // namespace kazoo::handler
