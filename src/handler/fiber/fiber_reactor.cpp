// SPDX-License-Identifier: Apache-2.0
#include "handler/fiber/fiber_reactor.hpp"

#include <boost/asio/post.hpp>
#include <boost/fiber/operations.hpp>

#include <algorithm>
#include <exception>

namespace kazoo::handler {
namespace {

using namespace std::chrono_literals;

/// Handlers run before the other fibers have their turn.
constexpr int steps_at_a_time = 64;

/// io_context::run_one_until() rounds up to milliseconds. For waits shorter than this a timer is
/// used, which is exact.
constexpr auto coarse_enough = 50ms;

// With an algorithm that cannot wait for sockets, the reactor polls them, depending on how long ago
// the last handler ran: up to eager_for all the time, up to busy_for every busy_nap, then every
// idle_nap.
constexpr auto eager_for = 100us;
constexpr auto busy_nap = 100us;
constexpr auto busy_for = 10ms;
constexpr auto idle_nap = 1ms;

}  // namespace

bool FiberReactor::open() {
    const std::lock_guard lock(mutex_);
    finishing_ = false;
    ended_ = false;
    ++opened_;
    changed_.notify_all();
    io_.restart();
    guard_.emplace(io_.get_executor());
    return !std::exchange(running_, true);
}

void FiberReactor::give_up() {
    const std::lock_guard lock(mutex_);
    running_ = false;
    guard_.reset();
}

void FiberReactor::finish() {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
    // Runs after all that was posted before. Has no effect if the reactor was opened again
    // meanwhile.
    boost::asio::post(io_, [this, opened = opened_] {
        const std::lock_guard inner(mutex_);
        ended_ = opened == opened_;
    });
}

void FiberReactor::wait_finished_until(TimePoint deadline) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [this] { return !running_ || !finishing_; });
}

bool FiberReactor::leave() {
    const std::lock_guard lock(mutex_);
    if (!finishing_ || !ended_) {
        return false;
    }
    guard_.reset();
    running_ = false;
    changed_.notify_all();
    return true;
}

void FiberReactor::run() {
    {
        const OwnFiber::Scope own(fiber_);
        while (!leave()) {
            if (work()) {
                boost::this_fiber::yield();
            } else {
                rest();
            }
        }
    }
    sweep();
}

void FiberReactor::sweep() {
    {
        const std::lock_guard lock(mutex_);
        if (running_) {
            return;
        }
        io_.restart();
    }
    while (work()) {
    }
}

/// Runs handlers that are ready; returns whether there were any. An exception that escapes from a
/// handler means that memory is short: its connection recovers by its timer, and the others are
/// served.
bool FiberReactor::work() {
    try {
        int steps = 0;
        while (steps < steps_at_a_time && io_.poll_one() > 0) {
            ++steps;
        }
        if (steps > 0) {
            last_work_ = Clock::now();
        }
        return steps > 0;
    } catch (const std::exception&) {
        return true;
    }
}

/// Lets other fibers run until the sockets have to be polled.
void FiberReactor::rest() {
    auto* const idle = detail::FiberIdle::of_this_thread();
    if (idle == nullptr) {
        return nap();
    }
    const auto state = idle->state();  // a copy: the thread may get another algorithm meanwhile
    if (const auto deadline = state->park()) {
        wait_in_place(*state, *deadline);
    }
}

void FiberReactor::wait_in_place(detail::FiberIdle::State& idle, TimePoint deadline) {
    if (!idle.begin_wait(io_)) {
        return;
    }
    try {
        if (deadline == TimePoint::max()) {
            io_.run_one();
        } else if (deadline - Clock::now() > coarse_enough) {
            io_.run_one_until(deadline);
        } else {
            alarm_.expires_at(deadline);
            alarm_.async_wait([](const boost::system::error_code&) {});
            io_.run_one();
            alarm_.cancel();
        }
    } catch (const std::exception&) {  // as in `work`
    }
    idle.end_wait();
    boost::this_fiber::yield();
}

void FiberReactor::nap() {
    const auto quiet = Clock::now() - last_work_;
    if (quiet < eager_for) {
        boost::this_fiber::yield();
    } else {
        boost::this_fiber::sleep_for(quiet < busy_for ? busy_nap : idle_nap);
    }
}

}  // namespace kazoo::handler
