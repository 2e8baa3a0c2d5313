// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/handler_memory.hpp"

#include <kazoo/time.hpp>
#include <kazoo/unique_function.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace kazoo::handler {

/// A lane on the user's executor: runs one task at a time, in order, on whatever thread the
/// executor provides. At most one drain waits or runs: it follows the handler of the loop that has
/// queued the first task (base::FollowUps), or is posted. After a number of tasks and some time it
/// posts itself again, so that a busy lane does not starve other handlers of the executor.
class StrandLane : public std::enable_shared_from_this<StrandLane> {
public:
    explicit StrandLane(boost::asio::any_io_executor executor);
    /// Queues a task. Throws std::bad_alloc, or what the executor throws; the task is then not
    /// queued.
    void push(Task task);
    /// Waits until the lane is idle, for `limit` at most. Returns whether it is.
    bool wait_idle(std::chrono::milliseconds limit);

private:
    class Turn;

    void wake();
    void drain() noexcept;
    [[nodiscard]] bool take();
    void post_drain();
    void abandon();

    // Others have their turn after so many tasks, or a multiple of them, once this time has passed.
    // A task may run a dozen callbacks (base::LaneBatch).
    static constexpr std::size_t batch_limit = 8;
    static constexpr auto batch_time = std::chrono::microseconds(200);
    static constexpr std::size_t kept_capacity = 1024;  // more is freed after a burst

    const boost::asio::any_io_executor executor_;
    const void* const loop_;  // identifies the io_context of executor_; null: another executor
    const std::shared_ptr<base::HandlerMemory> memory_ = std::make_shared<base::HandlerMemory>();
    std::mutex mutex_;
    std::condition_variable idle_;
    std::vector<Task> waiting_;  // guarded by mutex_
    std::vector<Task> batch_;    // used by the running drain only
    std::size_t next_ = 0;       // likewise: index in batch_ of the next task
    bool draining_ = false;      // guarded by mutex_: a drain waits or runs
};

}  // namespace kazoo::handler
