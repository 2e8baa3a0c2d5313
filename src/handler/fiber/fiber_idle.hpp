// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/handlers/fiber_scheduling.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <mutex>
#include <optional>

namespace kazoo::detail {

/// How a thread waits for its fibers and its sockets at once.
///
/// A reactor, the fiber that drives connections, parks while its sockets are quiet. The scheduling
/// algorithm wakes it in two cases:
///
///     reactor                                 scheduling algorithm (FiberIdle)
///     ----                                 --------------------------------
///     park() ...suspended...
///          <------- no deadline ---------- before_pick: other fibers are busy, every 32nd pick
///     polls its sockets, parks again
///
///     park() ...suspended...
///          <------- a deadline ----------- wait_instead: no fiber is ready before the deadline
///     begin_wait(io)
///     io.run_one() until the deadline  <-- notify: another thread has made a fiber ready, so an
///     end_wait(), yields                   empty handler is posted to io, which ends run_one()
///
/// So the thread sleeps in the poller of the reactor's io_context, woken by sockets, by the
/// deadline of the next sleeping fiber, or by other threads. Shared by the algorithm and the
/// reactors of one thread.
struct FiberIdle::State {
    using TimePoint = std::chrono::steady_clock::time_point;

    /// Suspends the calling fiber until it has to poll its sockets. If it returns a time, no fiber
    /// was ready, and the caller has to wait for its sockets until then.
    [[nodiscard]] std::optional<TimePoint> park();
    /// Makes all parked fibers ready; park() returns `deadline` to them.
    void wake_parked(std::optional<TimePoint> deadline) noexcept;

    /// The caller waits in `io` between these two, which `notify` can interrupt. begin_wait returns
    /// false if a fiber has been made ready since the last wait: the caller must not wait then.
    [[nodiscard]] bool begin_wait(boost::asio::io_context& io);
    void end_wait();
    void notify() noexcept;

    /// On the stack of the fiber that is parked, so that parking takes no memory.
    struct Parked {
        boost::fibers::context* fiber;
        std::optional<TimePoint> deadline;
        Parked* next;
    };
    // Used by this thread only:
    Parked* parked = nullptr;  // in the order of their parking
    unsigned picks = 0;        // since the last poll

    std::mutex notify_mutex;
    bool notified = false;                          // guarded by notify_mutex
    boost::asio::io_context* waiting_in = nullptr;  // guarded by notify_mutex; null: not waiting
};

}  // namespace kazoo::detail
