// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "handler/task_queue.hpp"

#include <condition_variable>
#include <memory>
#include <thread>

namespace kazoo::handler {

/// One lane of the threading handler: a queue and the thread that empties it. Thread-safe.
class ThreadLane {
public:
    /// `name` is the name of the thread, at most 15 characters.
    explicit ThreadLane(const char* name) noexcept : name_(name) {}
    ~ThreadLane();

    /// Queues a task. Returns false, and leaves the task unchanged, if no thread serves the queue.
    bool push(Task& task) { return queue_.push(task); }

    /// Starts a thread that serves the queue, or keeps the one that has not ended yet. The thread
    /// keeps `owner` alive, which owns this lane. Throws std::system_error if no thread can be
    /// created.
    void start(std::shared_ptr<void> owner);
    /// Starts a thread for one task, which ends once the queue is empty unless `start` is called
    /// before. Returns false, and leaves the task unchanged, if no thread can be created.
    [[nodiscard]] bool push_once(Task& task, std::shared_ptr<void> owner);
    /// Makes the thread end once the queue is empty.
    void finish() { queue_.finish(); }
    /// Blocks until the thread has ended or the lane has been started again.
    void wait_finished();
    [[nodiscard]] bool on_own_thread();

private:
    const char* const name_;
    TaskQueue<std::condition_variable> queue_;
    std::mutex thread_mutex_;
    std::thread thread_;  // the last one started; guarded by thread_mutex_
};

}  // namespace kazoo::handler
