// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

// Exported: the components are shared libraries of their own.
KAZOO_API_BEGIN
namespace kazoo::base {
class HandlerMemory;
}

namespace kazoo::handler {

class ConnectionThread;
class LoopWaiter;

/// Decides which thread runs the loop of a ConnectionThread: that thread, or a caller that waits
/// for a reply. Such a caller receives its reply without a switch to another thread and back.
///
///     Runner::thread   the connection thread runs the loop                        (at first)
///          |  a caller waits, a moment after the last one, and is the only one: park()
///          v
///     Runner::caller   the connection thread is parked, the caller runs the loop while it waits
///          |     ^
///          v     |  the next caller waits
///     Runner::none     for `grace` at most, then the connection thread runs the loop again
///
/// Where several callers wait at a time, or callbacks are dispatched to the lanes, the connection
/// thread serves all of them best: it continues at once, and remains for `pause`.
///
/// Thread-safe. The mutex of a LoopWaiter may be locked while mutex_ is held, not the other way
/// round.
class LoopSharing {
public:
    explicit LoopSharing(boost::asio::io_context& loop);
    LoopSharing(const LoopSharing&) = delete;
    LoopSharing& operator=(const LoopSharing&) = delete;

    /// Allows callers to run the loop; until then, and after close(), they do not.
    void open() noexcept;
    /// Makes the connection thread continue as soon as no caller runs the loop.
    void close() noexcept;
    /// A task was dispatched to a lane.
    void note_dispatch() noexcept {
        if (parked_.load(std::memory_order_relaxed)) {
            dispatched_.store(true, std::memory_order_relaxed);
        }
    }

    // Called by a caller that waits.

    /// Returns whether the caller has to run the loop, with run_one(). If not, it sleeps; the loop
    /// may be offered to it meanwhile (LoopWaiter::offer).
    [[nodiscard]] bool enter(LoopWaiter& waiter) noexcept;
    /// The wait has ended.
    void leave(LoopWaiter& waiter) noexcept;
    /// Runs one handler of the loop, or waits for one. Returns false if the deadline has passed or
    /// the loop has been stopped.
    [[nodiscard]] bool run_one(TimePoint deadline) noexcept;
    /// Makes a run_one() of another thread return.
    void interrupt() noexcept;

private:
    enum class Runner : std::uint8_t { thread, caller, none };

    /// The connection thread continues this long after the last caller.
    static constexpr auto grace = std::chrono::milliseconds(1);
    /// Callers that wait this soon after one another take over.
    static constexpr auto soon = std::chrono::microseconds(500);
    /// After callers have disturbed one another they leave the loop to the connection thread.
    static constexpr auto pause = std::chrono::milliseconds(10);

    void post_park() noexcept;
    void park() noexcept;
    void wait_parked(std::unique_lock<std::mutex>& lock) noexcept;

    boost::asio::io_context& loop_;
    const std::shared_ptr<base::HandlerMemory> memory_;
    std::atomic<bool> parked_{false};      // runner_ is not `thread`; written with mutex_ held
    std::atomic<bool> dispatched_{false};  // since the connection thread was parked

    std::mutex mutex_;
    std::condition_variable changed_;  // for the connection thread while it is parked
    // Guarded by mutex_:
    bool open_ = false;
    Runner runner_ = Runner::thread;
    bool park_requested_ = false;  // park() was posted and has not begun
    bool resume_ = false;          // the connection thread is to continue
    bool sleeps_ = false;          // the connection thread waits until the caller has left
    int waiting_ = 0;              // callers that wait
    std::uint64_t turns_ = 0;      // of callers that have run the loop
    LoopWaiter* alone_ = nullptr;  // the one that waits, if it came while no other did
    LoopWaiter* runs_ = nullptr;   // the one that runs the loop; set if runner_ is `caller`
    TimePoint last_left_{};
    TimePoint pause_until_{};
};

/// How a thread waits for results of a SequentialThreadingHandler: it runs the loop or sleeps, as
/// LoopSharing says. Belongs to one thread, which alone calls use() and wait_until().
class LoopWaiter final : public Waiter {
public:
    /// Waits by this loop from now on, the one of `thread`.
    void use(const std::shared_ptr<LoopSharing>& sharing, const ConnectionThread& thread) noexcept;

    void wait_until(TimePoint deadline) override;
    void notify() noexcept override;

    /// The loop is left to this waiter, if it is still waiting.
    void offer() noexcept;

private:
    class Stay;

    [[nodiscard]] bool sleep(TimePoint deadline);
    void run(LoopSharing& sharing, TimePoint deadline) noexcept;
    [[nodiscard]] bool take_notification() noexcept;

    std::weak_ptr<LoopSharing> sharing_;
    const ConnectionThread* connection_thread_ = nullptr;  // lives as long as *sharing_
    std::uint64_t waits_ = 0;                              // calls of wait_until

    std::mutex mutex_;
    std::condition_variable changed_;
    // Guarded by mutex_:
    bool set_ = false;                // notified, and not consumed by a wait
    bool offered_ = false;            // may run the loop
    LoopSharing* running_ = nullptr;  // the loop that the thread runs; null: it does not
    std::thread::id thread_;          // the thread, while it runs a loop
};

/// Returns the calling thread's LoopWaiter.
[[nodiscard]] std::shared_ptr<LoopWaiter> loop_waiter();

}  // namespace kazoo::handler
KAZOO_API_END
