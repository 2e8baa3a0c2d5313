// SPDX-License-Identifier: Apache-2.0
#include "cli/interrupt.hpp"

#include <algorithm>
#include <utility>

namespace tool {
namespace {

/// How long operations that were cancelled may take to say what has become of them.
constexpr std::chrono::milliseconds grace{200};

}  // namespace

void Interrupt::arm() {
    std::stop_source fresh;
    const std::lock_guard lock(mutex_);
    std::swap(stop_, fresh);
    thread_ = std::this_thread::get_id();
    requested_.reset();
    thrown_ = false;
    was_ignored_ = false;
    ended_.reset();
}

void Interrupt::disarm() {
    const std::lock_guard showing(show_mutex_);
    const std::lock_guard lock(mutex_);
    thread_.reset();
    requested_.reset();
    if (was_ignored_) {
        ended_ = kazoo::Clock::now();
    }
}

Interrupt::Of Interrupt::request(const std::function<void()>& show) {
    const std::lock_guard showing(show_mutex_);
    std::stop_source stop(std::nostopstate);
    {
        const std::lock_guard lock(mutex_);
        if (!thread_) {
            const auto ended = std::exchange(ended_, std::nullopt);
            const bool just_ended = ended && kazoo::Clock::now() < *ended + grace;
            return just_ended ? Of::ended_command : Of::nothing;
        }
        if (ignored_ == 0) {
            requested_ = requested_.value_or(kazoo::Clock::now());
            stop = stop_;
            if (waiter_ != nullptr) {
                waiter_->notify();  // wait() looks at its limit again
            }
        }
    }
    stop.request_stop();
    if (show) {
        show();
    }
    return Of::command;
}

void Interrupt::check() const {
    const std::lock_guard lock(mutex_);
    if (thread_ == std::this_thread::get_id() && requested_) {
        throw Interrupted();
    }
}

std::stop_token Interrupt::token() const {
    const std::lock_guard lock(mutex_);
    return stop_.get_token();
}

/// Makes the waiter known to `request` while it waits.
class Interrupt::Wait {
public:
    Wait(Interrupt& interrupt, kazoo::Waiter& waiter) : interrupt_(interrupt) {
        const std::lock_guard lock(interrupt_.mutex_);
        outer_ = std::exchange(interrupt_.waiter_, &waiter);
    }
    ~Wait() {
        const std::lock_guard lock(interrupt_.mutex_);
        interrupt_.waiter_ = outer_;
    }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

    /// Returns when the wait ends in any case. Throws Interrupted if that is now.
    [[nodiscard]] kazoo::TimePoint limit(kazoo::TimePoint deadline) const {
        const std::lock_guard lock(interrupt_.mutex_);
        const bool ends = interrupt_.requested_ && !interrupt_.thrown_ &&
                          interrupt_.ignored_ == 0 && std::uncaught_exceptions() == 0;
        if (!ends) {
            return deadline;
        }
        const kazoo::TimePoint end = *interrupt_.requested_ + grace;
        if (kazoo::Clock::now() >= end) {
            interrupt_.thrown_ = true;
            throw Interrupted();
        }
        return std::min(deadline, end);
    }

private:
    Interrupt& interrupt_;
    kazoo::Waiter* outer_ = nullptr;
};

bool Interrupt::runs_here() const {
    const std::lock_guard lock(mutex_);
    return thread_ == std::this_thread::get_id();
}

void Interrupt::wait(kazoo::Waiter& waiter, kazoo::TimePoint deadline) {
    if (!runs_here()) {
        waiter.wait_until(deadline);
        return;
    }
    const Wait wait(*this, waiter);
    waiter.wait_until(wait.limit(deadline));
}

Interrupt::Ignored::Ignored(Interrupt* interrupt) : interrupt_(interrupt) {
    if (interrupt_ != nullptr) {
        const std::lock_guard lock(interrupt_->mutex_);
        ++interrupt_->ignored_;
        interrupt_->was_ignored_ = true;
    }
}

Interrupt::Ignored::~Ignored() {
    if (interrupt_ != nullptr) {
        const std::lock_guard lock(interrupt_->mutex_);
        --interrupt_->ignored_;
    }
}

}  // namespace tool
