// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/unique_function.hpp>

#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

namespace kazoo::handler {

/// The queue of one lane, emptied by one server: a thread or a fiber, depending on `Condition`, a
/// condition variable for std::mutex. The server takes all waiting tasks at once, and is notified
/// only if it sleeps, so that a busy lane costs no system calls.
///
///     serving_  finishing_
///        no        -          no server; push() refuses tasks
///        yes       no         a server takes tasks
///        yes       yes        the server leaves once the queue is empty, unless open() comes first
///
/// No mutex is held while a task runs or is destroyed. Thread-safe, except serve().
template <class Condition>
class TaskQueue {
public:
    /// Queues a task. Returns false, and leaves the task unchanged, if there is no server. Throws
    /// std::bad_alloc, also leaving the task unchanged.
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

    /// Accepts tasks from now on. Returns whether the caller has to start a server: the old one may
    /// not have left yet, and then continues.
    [[nodiscard]] bool open() {
        const std::lock_guard lock(mutex_);
        finishing_ = false;
        changed_.notify_all();
        return !std::exchange(serving_, true);
    }
    /// Called if the server that open() asked for could not be started.
    void give_up() {
        const std::lock_guard lock(mutex_);
        serving_ = false;
    }

    /// Makes the server leave once the queue is empty.
    void finish() {
        const std::lock_guard lock(mutex_);
        finishing_ = true;
        changed_.notify_all();
    }

    /// Runs tasks until the queue is finished and empty. Called by the server.
    void serve() {
        while (take()) {
            for (auto& task : batch_) {
                task();
                task = nullptr;  // its captures are destroyed before the next task runs
            }
            batch_.clear();
            if (batch_.capacity() > kept_capacity) {
                std::vector<Task>().swap(batch_);
            }
        }
    }

    /// Blocks until the server has left or the queue has been opened again.
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
    static constexpr std::size_t kept_capacity = 1024;  // more is freed after a burst

    [[nodiscard]] bool left() const noexcept { return !serving_ || !finishing_; }

    /// Swaps the waiting tasks into batch_, and waits for some. Returns false if the server has to
    /// leave, which is decided in one step with finding the queue empty: no task is left behind.
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
    std::vector<Task> waiting_;  // guarded by mutex_, like the flags
    std::vector<Task> batch_;    // used by the server only
    bool sleeping_ = false;      // the server waits and has not been notified
    bool serving_ = false;
    bool finishing_ = false;
};

}  // namespace kazoo::handler
