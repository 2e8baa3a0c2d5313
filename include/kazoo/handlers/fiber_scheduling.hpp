// SPDX-License-Identifier: Apache-2.0
#pragma once

/// For threads that use SequentialFiberHandler with a scheduling algorithm of the user's choice.
/// Includes Boost.Fiber.

#include <kazoo/detail/export.hpp>

#include <boost/fiber/algo/round_robin.hpp>
#include <boost/fiber/context.hpp>

#include <chrono>
#include <memory>

KAZOO_API_BEGIN
namespace kazoo {

namespace detail {

/// Lets a connection's fiber wait for sockets when a scheduling algorithm has no fiber to run.
/// Belongs to the thread that constructs it; only `notify` is thread-safe.
class FiberIdle {
public:
    FiberIdle();
    ~FiberIdle();
    FiberIdle(const FiberIdle&) = delete;
    FiberIdle& operator=(const FiberIdle&) = delete;

    /// Returns the object of the calling thread, or null.
    [[nodiscard]] static FiberIdle* of_this_thread() noexcept;

    /// Called before a fiber is picked. Every 32nd time it lets the connections look at their
    /// sockets, so that a busy thread does not starve them.
    void before_pick() noexcept;
    /// Returns whether the algorithm need not suspend the thread: a connection's fiber has been
    /// made ready and will wait, until `deadline` or `notify`.
    [[nodiscard]] bool wait_instead(std::chrono::steady_clock::time_point deadline) noexcept;
    /// Ends the wait: a fiber of this thread has been made ready. Thread-safe.
    void notify() noexcept;

    struct State;
    [[nodiscard]] const std::shared_ptr<State>& state() const noexcept { return state_; }

private:
    std::shared_ptr<State> state_;
};

}  // namespace detail

/// A scheduling algorithm that waits for sockets where `Algorithm` would suspend the thread.
/// Install it at the beginning of a thread, with the arguments of `Algorithm`:
///
///     boost::fibers::use_scheduling_algorithm<kazoo::ConnectionScheduling<MyAlgorithm>>();
///
/// `Algorithm` is one of Boost.Fiber's (`round_robin`, `shared_work`, `work_stealing`) or the
/// user's. It still decides which fiber runs next.
template <class Algorithm = boost::fibers::algo::round_robin>
class ConnectionScheduling : public Algorithm {
public:
    using Algorithm::Algorithm;

    /// Picks the next fiber; now and then the sockets are looked at first.
    boost::fibers::context* pick_next() noexcept override {
        idle_.before_pick();
        return Algorithm::pick_next();
    }
    /// Waits for sockets if a connection's fiber is ready to, else suspends the thread.
    void suspend_until(const std::chrono::steady_clock::time_point& deadline) noexcept override {
        if (!idle_.wait_instead(deadline)) {
            Algorithm::suspend_until(deadline);
        }
    }
    /// Wakes the thread, whichever way it is suspended.
    void notify() noexcept override {
        Algorithm::notify();
        idle_.notify();
    }

private:
    detail::FiberIdle idle_;
};

}  // namespace kazoo
KAZOO_API_END
