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

/// Tasks for the thread of a libuv loop, and the handle that brings them there, one after the
/// other. The handle keeps the loop alive while somebody holds the queue or a task waits. Whatever
/// touches the loop beside waking it happens on the loop's thread.
class UvQueue : public std::enable_shared_from_this<UvQueue> {
public:
    /// On the loop's thread. Throws ConfigurationError if libuv refuses.
    [[nodiscard]] static std::shared_ptr<UvQueue> open(uv_loop_t* loop);
    /// For `open`.
    UvQueue() = default;
    UvQueue(const UvQueue&) = delete;
    UvQueue& operator=(const UvQueue&) = delete;

    [[nodiscard]] bool on_loop_thread() const noexcept;

    /// False, leaving the task alone, when the handle has been closed.
    bool push(Task& task);
    /// Waits until nothing is left to run, or for `limit`.
    void wait_idle(std::chrono::milliseconds limit);

    void hold();
    void release();
    /// Closes the handle once nobody holds the queue and every task has run.
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

    // A turn ends after so much, and goes on when other handles of the loop have had theirs.
    static constexpr std::size_t most_tasks = 256;
    static constexpr std::chrono::milliseconds most_time{1};

    uv_async_t handle_{};
    std::shared_ptr<UvQueue> self_;  // libuv has the handle until it calls back
    const std::thread::id loop_thread_ = std::this_thread::get_id();
    const base::ForkGuard fork_;
    std::atomic<int> holds_{0};
    std::atomic<bool> closing_{false};

    std::mutex mutex_;
    std::condition_variable idle_;
    std::vector<Task> waiting_;
    bool awake_ = false;   // a turn is under way or asked for
    bool closed_ = false;  // changes on the loop's thread, with both locks

    std::mutex send_mutex_;  // nobody wakes a loop whose handle is closed

    std::vector<Task> batch_;  // of the turn
    std::size_t next_ = 0;
};

}  // namespace kazoo::handler
