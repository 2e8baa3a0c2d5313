// SPDX-License-Identifier: Apache-2.0
#include "handler/loop_sharing.hpp"

#include "async/handler_memory.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace kazoo::handler {

LoopSharing::LoopSharing(boost::asio::io_context& loop)
    : loop_(loop), memory_(std::make_shared<base::HandlerMemory>()) {}

void LoopSharing::open() noexcept {
    const std::lock_guard lock(mutex_);
    open_ = true;
}

void LoopSharing::close() noexcept {
    const std::lock_guard lock(mutex_);
    open_ = false;
    resume_ = true;
    changed_.notify_one();
}

bool LoopSharing::enter(LoopWaiter& waiter) noexcept {
    const auto now = Clock::now();
    bool request = false;
    {
        const std::lock_guard lock(mutex_);
        ++waiting_;
        alone_ = waiting_ == 1 ? &waiter : nullptr;
        if (alone_ == nullptr) {
            pause_until_ = now + pause;
        }
        if (runner_ == Runner::none && open_) {
            runner_ = Runner::caller;
            runs_ = &waiter;
            ++turns_;
            return true;
        }
        request = runner_ == Runner::thread && open_ && alone_ != nullptr && !park_requested_ &&
                  now >= pause_until_ && now - last_left_ < soon;
        park_requested_ = park_requested_ || request;
    }
    if (request) {
        post_park();
    }
    return false;
}

void LoopSharing::leave(LoopWaiter& waiter) noexcept {
    const auto now = Clock::now();
    const std::lock_guard lock(mutex_);
    --waiting_;
    last_left_ = now;
    if (alone_ == &waiter) {
        alone_ = nullptr;
    }
    if (runs_ != &waiter) {
        return;
    }
    runs_ = nullptr;
    runner_ = Runner::none;
    if (!open_ || waiting_ > 0 || dispatched_.exchange(false, std::memory_order_relaxed)) {
        pause_until_ = now + pause;
        resume_ = true;
    }
    if (resume_ || sleeps_) {
        changed_.notify_one();
    }
}

bool LoopSharing::put(base::LoopWork& work) noexcept {
    const std::lock_guard lock(mutex_);
    if (runner_ != Runner::none || !open_ || put_ == inbox_.size()) {
        return false;
    }
    inbox_[put_++] = std::move(work);
    return true;
}

void LoopSharing::run_inbox() noexcept {
    std::array<base::LoopWork, std::tuple_size_v<decltype(inbox_)>> works;
    std::size_t count = 0;
    {
        const std::lock_guard lock(mutex_);
        count = std::exchange(put_, 0);
        std::move(inbox_.begin(), inbox_.begin() + count, works.begin());
    }
    for (std::size_t i = 0; i < count; ++i) {
        works[i]();
    }
}

/// Returns whether something has happened, which may be what the caller waits for. If nothing has
/// arrived in time, the loop has to wait for it.
bool LoopSharing::read_directly(base::DrivenLoop& driven, TimePoint deadline) noexcept {
    const auto connection = driven.connection.lock();
    auto now = Clock::now();
    const auto until = std::min(deadline, now + look_interval);
    while (connection != nullptr && now < until) {
        if (now >= look_at_) {
            const bool ran = poll_loop();
            now = Clock::now();
            look_at_ = now + look_interval;
            if (ran) {
                return true;
            }
        }
        const auto pause_at = std::min(until, look_at_);
        if (now < pause_at && connection->read_within(pause_at - now)) {
            return true;
        }
        now = Clock::now();
        if (now < pause_at) {
            break;  // only the loop can read it
        }
    }
    driven.sent = false;
    return false;
}

/// Runs what is ready. Returns whether there was anything.
bool LoopSharing::poll_loop() noexcept {
    constexpr int most = 64;
    int ran = 0;
    try {
        while (ran < most && loop_.poll_one() > 0) {
            ++ran;
        }
    } catch (const std::exception&) {
        ++ran;  // as in run_one()
    }
    return ran > 0;
}

/// Within a slice of time, so that an interruption for which there was no memory is late only.
bool LoopSharing::run_one(base::DrivenLoop* driven, TimePoint deadline) noexcept {
    constexpr auto slice = std::chrono::seconds(1);
    if (driven != nullptr && driven->sent && read_directly(*driven, deadline)) {
        return true;
    }
    try {
        loop_.run_one_until(std::min(deadline, Clock::now() + slice));
    } catch (const std::exception&) {
        // Memory is short: the connection of the handler that has thrown recovers by its timer.
    }
    return !loop_.stopped() && (deadline == TimePoint::max() || Clock::now() < deadline);
}

void LoopSharing::interrupt() noexcept {
    try {
        boost::asio::post(
            loop_, boost::asio::bind_allocator(base::HandlerAllocator<std::byte>(memory_), [] {})
        );
    } catch (const std::exception&) {
        // out of memory: the slice of run_one() ends soon
    }
}

void LoopSharing::post_park() noexcept {
    try {
        boost::asio::post(loop_, [this] { park(); });
    } catch (const std::exception&) {
        const std::lock_guard lock(mutex_);
        park_requested_ = false;
    }
}

/// Runs on the connection thread, as a handler of the loop: another thread can run the loop until
/// it returns.
void LoopSharing::park() noexcept {
    const auto now = Clock::now();
    std::unique_lock lock(mutex_);
    park_requested_ = false;
    if (!open_ || runner_ != Runner::thread || (waiting_ > 0 && alone_ == nullptr)) {
        pause_until_ = now + pause;
        return;
    }
    resume_ = false;
    look_at_ = now + look_interval;
    dispatched_.store(false, std::memory_order_relaxed);
    parked_.store(true, std::memory_order_relaxed);
    runner_ = Runner::none;
    last_left_ = now;
    if (alone_ != nullptr) {
        runner_ = Runner::caller;
        runs_ = alone_;
        ++turns_;
        alone_->offer();
    }
    wait_parked(lock);
    runner_ = Runner::thread;
    parked_.store(false, std::memory_order_relaxed);
    lock.unlock();
    run_inbox();
}

/// While short turns of callers follow one another, none of them notifies this thread: it looks
/// after each `grace`. During a long turn it sleeps until that ends.
void LoopSharing::wait_parked(std::unique_lock<std::mutex>& lock) noexcept {
    for (;;) {
        if (runner_ == Runner::caller) {
            const auto turn = turns_;
            changed_.wait_for(lock, grace);
            sleeps_ = true;
            changed_.wait(lock, [&] { return runner_ != Runner::caller || turns_ != turn; });
            sleeps_ = false;
        } else if (resume_ || Clock::now() >= last_left_ + grace) {
            return;
        } else {
            changed_.wait_until(lock, last_left_ + grace);
        }
    }
}

}  // namespace kazoo::handler
