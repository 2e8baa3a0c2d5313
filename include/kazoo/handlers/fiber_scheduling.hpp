#pragma once

/// For threads that choose the scheduling algorithm of their fibers themselves and use
/// SequentialFiberHandler. Includes Boost.Fiber.

#include <kazoo/detail/export.hpp>

#include <boost/fiber/algo/round_robin.hpp>
#include <boost/fiber/context.hpp>

#include <chrono>
#include <memory>

KAZOO_API_BEGIN
namespace kazoo {

namespace detail {

/// What an algorithm asks when it has no fiber to run: whether a connection's fiber wants to wait
/// in its place. Belongs to the thread that makes it.
class FiberIdle {
public:
    FiberIdle();
    ~FiberIdle();
    FiberIdle(const FiberIdle&) = delete;
    FiberIdle& operator=(const FiberIdle&) = delete;

    /// The one of the calling thread, or null.
    [[nodiscard]] static FiberIdle* of_this_thread() noexcept;

    /// Before a fiber is picked: now and then the connections are looked at, however busy the
    /// thread is.
    void before_pick() noexcept;
    /// Whether the algorithm need not wait: a connection's fiber is ready now, and will wait until
    /// `deadline` or `notify`.
    [[nodiscard]] bool wait_instead(std::chrono::steady_clock::time_point deadline) noexcept;
    /// From any thread: a fiber of this one has been made ready.
    void notify() noexcept;

    struct State;
    [[nodiscard]] const std::shared_ptr<State>& state() const noexcept { return state_; }

private:
    std::shared_ptr<State> state_;
};

}  // namespace detail

/// A scheduling algorithm that waits for sockets where `Algorithm` would put the thread to sleep.
/// Install it at the beginning of a thread, with the arguments of `Algorithm`:
///
///     boost::fibers::use_scheduling_algorithm<kazoo::ConnectionScheduling<MyAlgorithm>>();
///
/// `Algorithm` is any of Boost.Fiber's (`round_robin`, `shared_work`, `work_stealing`) or yours.
/// Which fiber runs next stays its decision.
template <class Algorithm = boost::fibers::algo::round_robin>
class ConnectionScheduling : public Algorithm {
public:
    using Algorithm::Algorithm;

    boost::fibers::context* pick_next() noexcept override {
        idle_.before_pick();
        return Algorithm::pick_next();
    }
    void suspend_until(const std::chrono::steady_clock::time_point& deadline) noexcept override {
        if (!idle_.wait_instead(deadline)) {
            Algorithm::suspend_until(deadline);
        }
    }
    void notify() noexcept override {
        Algorithm::notify();
        idle_.notify();
    }

private:
    detail::FiberIdle idle_;
};

}  // namespace kazoo
KAZOO_API_END
