#pragma once

#include "driver/handler_memory.hpp"

#include <kazoo/unique_function.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace kazoo::handler {

/// A lane on a foreign executor: runs one task at a time, in order, in whatever thread the executor
/// lends. Goes back to the executor after a batch, so that a busy lane lets others have their turn.
class StrandLane : public std::enable_shared_from_this<StrandLane> {
public:
    explicit StrandLane(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
    /// Throws std::bad_alloc, and has then not queued the task.
    void push(Task task);
    /// Waits until nothing is left to run, or for `limit`; says whether nothing is.
    bool wait_idle(std::chrono::milliseconds limit);

private:
    class Turn;

    void drain() noexcept;
    [[nodiscard]] bool take();
    void post_drain();
    void abandon();

    static constexpr std::size_t batch_limit = 64;
    static constexpr std::size_t kept_capacity = 1024;  // of what a burst took

    boost::asio::any_io_executor executor_;
    const std::shared_ptr<driver::HandlerMemory> memory_ =
        std::make_shared<driver::HandlerMemory>();
    std::mutex mutex_;
    std::condition_variable idle_;
    std::vector<Task> waiting_;
    std::vector<Task> batch_;  // only used by the drain that runs
    std::size_t next_ = 0;
    bool draining_ = false;
};

}  // namespace kazoo::handler
