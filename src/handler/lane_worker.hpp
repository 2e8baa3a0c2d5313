#pragma once

#include <kazoo/unique_function.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace kazoo::handler {

/// One lane of the threading handler: a queue and the thread that empties it.
/// The thread takes everything that waits at once, and is woken only when it sleeps.
class LaneWorker {
public:
    ~LaneWorker();

    /// Queues a task. False, leaving the task alone, when no thread will come for it.
    bool push(Task& task);

    /// Serves the queue from now on: by a new thread, or by the old one if it has not ended yet.
    /// The thread keeps `owner`, which owns this lane, alive.
    void start(std::shared_ptr<void> owner);
    /// Lets the thread end once the queue is empty.
    void finish();
    /// Blocks until the thread has ended, or until somebody has started the lane again.
    void wait_finished();
    [[nodiscard]] bool on_own_thread();

private:
    void run();
    bool take(std::vector<Task>& batch);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Task> waiting_;
    std::thread thread_;
    bool sleeping_ = false;
    bool serving_ = false;
    bool finishing_ = false;
};

}  // namespace kazoo::handler
