#pragma once

#include <kazoo/handlers/fiber_scheduling.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <mutex>
#include <optional>

namespace kazoo::detail {

/// Shared by a thread's algorithm and the fibers that drive connections there, which are parked
/// while their sockets have nothing. Of the thread alone, but for what `notify` needs.
struct FiberIdle::State {
    using TimePoint = std::chrono::steady_clock::time_point;

    /// Suspends the calling fiber until its connection is to be looked at. A time: no fiber was
    /// ready, and the caller is asked to wait for its sockets until then.
    [[nodiscard]] std::optional<TimePoint> park();
    void wake_parked(std::optional<TimePoint> deadline) noexcept;

    /// Between these the caller waits in `io`, out of which `notify` takes it. False: no wait, a
    /// fiber has been made ready meanwhile.
    [[nodiscard]] bool begin_wait(boost::asio::io_context& io);
    void end_wait();
    void notify() noexcept;

    /// On the stack of the fiber that is parked, so that parking takes no memory.
    struct Parked {
        boost::fibers::context* fiber;
        std::optional<TimePoint> deadline;
        Parked* next;
    };
    Parked* parked = nullptr;  // in the order of their parking
    unsigned picks = 0;

    std::mutex notify_mutex;
    bool notified = false;
    boost::asio::io_context* waiting_in = nullptr;
};

}  // namespace kazoo::detail
