#pragma once

#include "handler/fiber/thread_end.hpp"

#include <kazoo/handler.hpp>

#include <boost/fiber/condition_variable.hpp>

#include <mutex>

namespace kazoo::handler {

/// Suspends the calling fiber, of whatever thread.
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
        } catch (const std::exception&) {  // no thread to be had while the program ends
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

    std::mutex mutex_;  // never held by a fiber that is suspended
    boost::fibers::condition_variable_any notified_;
    std::shared_ptr<const std::atomic<bool>> abandoned_;  // set while anybody has waited
    bool set_ = false;
};

}  // namespace kazoo::handler
