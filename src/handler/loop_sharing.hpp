// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/driven_loop.hpp"

#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>

#include <boost/asio/io_context.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
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
/// A caller that has run the loop before does two things without it, which the loop would do with
/// more system calls: it does work that it has put off itself (put), such as writing its request,
/// and it reads the reply from the connection (base::DirectReader). The latter only for a moment,
/// because timers and what other threads post wait meanwhile.
///
/// Thread-safe. The mutex of a LoopWaiter may be locked while mutex_ is held, not the other way
/// round.
class LoopSharing final : public base::LoopInbox {
public:
    explicit LoopSharing(boost::asio::io_context& loop);
    LoopSharing(const LoopSharing&) = delete;
    LoopSharing& operator=(const LoopSharing&) = delete;

    /// Allows callers to run the loop; until then, and after close(), they do not.
    void open() noexcept;
    /// Makes the connection thread continue as soon as no caller runs the loop.
    void close() noexcept;
    /// Takes work while Runner::none. Whichever thread runs the loop next does it first.
    [[nodiscard]] bool put(base::LoopWork& work) noexcept override;
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
    /// Does what was put off. Called before run_one().
    void run_inbox() noexcept;
    /// Reads a connection, or runs one handler of the loop, or waits for one. Returns false if the
    /// deadline has passed or the loop has been stopped.
    [[nodiscard]] bool run_one(base::DrivenLoop* driven, TimePoint deadline) noexcept;
    /// Makes a run_one() of another thread return.
    void interrupt() noexcept;
    /// Identifies the loop.
    [[nodiscard]] const void* loop() const noexcept { return &loop_; }

private:
    enum class Runner : std::uint8_t { thread, caller, none };

    /// The connection thread continues this long after the last caller.
    static constexpr auto grace = std::chrono::milliseconds(1);
    /// Callers that wait this soon after one another take over.
    static constexpr auto soon = std::chrono::microseconds(500);
    /// After callers have disturbed one another they leave the loop to the connection thread.
    static constexpr auto pause = std::chrono::milliseconds(10);
    /// The loop is looked after at least this often.
    static constexpr auto look_interval = std::chrono::milliseconds(1);

    void post_park() noexcept;
    void park() noexcept;
    void wait_parked(std::unique_lock<std::mutex>& lock) noexcept;
    [[nodiscard]] bool read_directly(base::DrivenLoop& driven, TimePoint deadline) noexcept;
    [[nodiscard]] bool poll_loop() noexcept;

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
    std::array<base::LoopWork, 2> inbox_;
    std::size_t put_ = 0;  // works in inbox_

    // Used by the thread that runs the loop:
    TimePoint look_at_{};  // when the loop is to be looked after
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
    class Driving;

    [[nodiscard]] bool sleep(TimePoint deadline);
    void run(const std::shared_ptr<LoopSharing>& sharing, TimePoint deadline) noexcept;
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
