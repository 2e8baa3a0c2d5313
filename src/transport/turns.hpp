// SPDX-License-Identifier: Apache-2.0
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
/// executor, like a strand. Unlike a strand it allocates nothing unless handlers coincide, and
/// loses no handler when memory is short. Thread-safe; no mutex is held while a handler runs.
class Turns {
public:
    /// Runs `handler`, which must not throw: now or, if another one is running, after that one, in
    /// the thread that runs it.
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
        now,    ///< run it, then call end()
        later,  ///< it has been queued
        inside  ///< run it as a part of the running handler, which this thread is in
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
