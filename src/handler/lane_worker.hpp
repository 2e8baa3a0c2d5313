#pragma once

#include "handler/task_queue.hpp"

#include <condition_variable>
#include <memory>
#include <thread>

namespace kazoo::handler {

/// One lane of the threading handler: a queue and the thread that empties it.
class LaneWorker {
public:
    /// `name` is the thread's, of 15 characters at most.
    explicit LaneWorker(const char* name) noexcept : name_(name) {}
    ~LaneWorker();

    /// Queues a task. False, leaving the task alone, when no thread will come for it.
    bool push(Task& task) { return queue_.push(task); }

    /// Serves the queue from now on: by a new thread, or by the old one if it has not ended yet.
    /// The thread keeps `owner`, which owns this lane, alive.
    void start(std::shared_ptr<void> owner);
    /// Queues a task for a thread that ends once the queue is empty, unless `start` comes first.
    /// False, leaving the task alone, if no thread can be created.
    [[nodiscard]] bool push_once(Task& task, std::shared_ptr<void> owner);
    /// Lets the thread end once the queue is empty.
    void finish() { queue_.finish(); }
    /// Blocks until the thread has ended, or until somebody has started the lane again.
    void wait_finished();
    [[nodiscard]] bool on_own_thread();

private:
    const char* const name_;
    TaskQueue<std::condition_variable> queue_;
    std::mutex thread_mutex_;
    std::thread thread_;
};

}  // namespace kazoo::handler
