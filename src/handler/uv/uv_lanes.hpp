// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fork_guard.hpp"

#include <kazoo/unique_function.hpp>

#include <uv.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace kazoo::handler {

/// Runs tasks on the thread of a libuv loop, one at a time, through a uv_async_t handle. The handle
/// keeps the loop alive while the queue is held or a task waits. Only uv_async_send() may be called
/// on another thread; everything else that uses the loop happens on its thread:
///
///     any thread   push, hold, release, close -> wake: uv_async_send, unless a turn is due already
///     loop thread  turn: runs tasks, then settle: uv_close, uv_ref or uv_unref
class UvLanes : public std::enable_shared_from_this<UvLanes> {
public:
    /// Called on the loop's thread. Throws ConfigurationError if libuv cannot add the handle.
    [[nodiscard]] static std::shared_ptr<UvLanes> open(uv_loop_t* loop);
    /// Used by `open` only.
    UvLanes() = default;
    UvLanes(const UvLanes&) = delete;
    UvLanes& operator=(const UvLanes&) = delete;

    [[nodiscard]] bool on_loop_thread() const noexcept;

    /// Queues a task. Returns false, and leaves the task unchanged, if the handle has been closed.
    bool push(Task& task);
    /// Waits until all tasks have run, for `limit` at most.
    void wait_idle(std::chrono::milliseconds limit);

    /// Keeps the loop alive until `release`. Counted.
    void hold();
    void release();
    /// Closes the handle once the queue is not held and all tasks have run.
    void close();

private:
    void changed();
    void wake();
    void send();
    void turn();
    bool take();
    void settle();
    bool close_if_idle();
    uv_handle_t* as_handle() noexcept { return reinterpret_cast<uv_handle_t*>(&handle_); }

    // Limits of one turn; the rest follows after the loop has served its other handles.
    static constexpr std::size_t most_tasks = 256;
    static constexpr std::chrono::milliseconds most_time{1};

    uv_async_t handle_{};
    std::shared_ptr<UvLanes> self_;  // until libuv has called back after uv_close: it uses handle_
    const std::thread::id loop_thread_ = std::this_thread::get_id();
    const base::ForkGuard fork_;
    std::atomic<int> holds_{0};
    std::atomic<bool> closing_{false};

    std::mutex mutex_;
    std::condition_variable idle_;
    std::vector<Task> waiting_;  // guarded by mutex_
    bool awake_ = false;         // guarded by mutex_: a turn runs or has been requested
    bool closed_ = false;        // written on the loop's thread, with both mutexes held

    // Held during uv_async_send(), which must not be called on a closed handle.
    std::mutex send_mutex_;

    // Used on the loop's thread only:
    std::vector<Task> batch_;
    std::size_t next_ = 0;  // index in batch_ of the next task
};

}  // namespace kazoo::handler
