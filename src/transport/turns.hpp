#pragma once

#include <kazoo/unique_function.hpp>

#include <condition_variable>
#include <mutex>
#include <new>
#include <thread>
#include <utility>
#include <vector>

namespace kazoo::transport {

/// Runs the completion handlers of one client one at a time, whatever number of threads runs its
/// executor, like a strand. Unlike one it takes no memory while handlers do not meet, and loses
/// none for want of it. No lock is held while a handler runs.
class Turns {
public:
    /// Runs `handler`, which does not throw: now, or behind the one that runs, in its thread.
    template <class Handler>
    void run(Handler&& handler) {
        const auto turn = ask(handler);
        if (turn != Turn::later) {
            handler();
        }
        if (turn == Turn::now) {
            end();
        }
    }

private:
    enum class Turn {
        now,
        later,  ///< it has been queued
        inside  ///< of the handler that has called
    };

    template <class Handler>
    Turn ask(Handler& handler) {
        std::unique_lock lock(mutex_);
        if (running_ == std::thread::id()) {
            running_ = std::this_thread::get_id();
            return Turn::now;
        }
        try {
            waiting_.emplace_back(std::move(handler));
            return Turn::later;
        } catch (const std::bad_alloc&) {
            return wait(lock);
        }
    }
    Turn wait(std::unique_lock<std::mutex>& lock);
    void end() noexcept;

    std::mutex mutex_;
    std::condition_variable free_;
    std::thread::id running_;    // guarded by mutex_; the thread in which a handler runs
    std::vector<Task> waiting_;  // guarded by mutex_
};

}  // namespace kazoo::transport
