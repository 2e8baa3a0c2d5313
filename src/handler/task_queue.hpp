#pragma once

#include <kazoo/unique_function.hpp>

#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

namespace kazoo::handler {

/// The queue of one lane, emptied by one server: a thread or a fiber, as `Condition` (a condition
/// variable over std::mutex) lets it sleep. The server takes everything that waits at once, and is
/// woken only when it sleeps.
template <class Condition>
class TaskQueue {
public:
    /// Queues a task. False, leaving the task alone, when no server will come for it. Throws
    /// std::bad_alloc, leaving the task alone.
    bool push(Task& task) {
        bool wake = false;
        {
            const std::lock_guard lock(mutex_);
            if (!serving_) {
                return false;
            }
            waiting_.push_back(std::move(task));
            wake = std::exchange(sleeping_, false);
        }
        if (wake) {
            changed_.notify_all();
        }
        return true;
    }

    /// Takes tasks from now on. Says whether a server is to be brought: the old one may still be
    /// there and goes on.
    [[nodiscard]] bool open() {
        const std::lock_guard lock(mutex_);
        finishing_ = false;
        changed_.notify_all();
        return !std::exchange(serving_, true);
    }
    /// There is no server after all.
    void give_up() {
        const std::lock_guard lock(mutex_);
        serving_ = false;
    }

    /// Lets the server leave once the queue is empty.
    void finish() {
        const std::lock_guard lock(mutex_);
        finishing_ = true;
        changed_.notify_all();
    }

    /// What the server does.
    void serve() {
        while (take()) {
            for (auto& task : batch_) {
                task();
                task = nullptr;
            }
            batch_.clear();
            if (batch_.capacity() > kept_capacity) {
                std::vector<Task>().swap(batch_);
            }
        }
    }

    /// Blocks until the server has left, or until somebody has opened the queue again.
    void wait_finished() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return left(); });
    }
    void wait_finished_until(std::chrono::steady_clock::time_point deadline) {
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, deadline, [this] { return left(); });
    }
    [[nodiscard]] bool serving() {
        const std::lock_guard lock(mutex_);
        return serving_;
    }

private:
    static constexpr std::size_t kept_capacity = 1024;  // of what a burst took

    [[nodiscard]] bool left() const noexcept { return !serving_ || !finishing_; }

    bool take() {
        std::unique_lock lock(mutex_);
        while (waiting_.empty()) {
            if (finishing_) {
                serving_ = false;
                changed_.notify_all();
                return false;
            }
            sleeping_ = true;
            changed_.wait(lock, [this] { return !waiting_.empty() || finishing_; });
            sleeping_ = false;
        }
        batch_.swap(waiting_);
        return true;
    }

    std::mutex mutex_;
    Condition changed_;
    std::vector<Task> waiting_;
    std::vector<Task> batch_;  // the server's
    bool sleeping_ = false;
    bool serving_ = false;
    bool finishing_ = false;
};

}  // namespace kazoo::handler
