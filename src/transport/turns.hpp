// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/follow_ups.hpp"

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
///
/// What the handlers ask for (base::FollowUps) is done by the same thread right after them, but
/// only if one thread runs them all: where several run the loop, a callback that takes long must
/// not delay what another thread could do meanwhile. A change of threads shows that, or that the
/// program has moved its loop to another thread.
class Turns {
public:
    /// `loop` identifies the loop that runs the handlers; null: no work follows them.
    explicit Turns(const void* loop = nullptr) noexcept : loop_(loop) {}

    /// Runs `handler`, which must not throw: now or, if another one is running, after that one, in
    /// the thread that runs it.
    template <class Handler>
    void run(Handler&& handler) {
        const auto turn = ask(handler);
        if (turn == Turn::inside) {
            handler();
        }
        if (turn == Turn::now) {
            base::FollowUps follow_ups(in_one_thread_ == settled_ ? loop_ : nullptr);
            handler();
            end();
            follow_ups.run();
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
            note_thread(std::this_thread::get_id());
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
    void note_thread(std::thread::id self) noexcept;
    void end() noexcept;

    /// So many handlers in a row in the same thread show that no other thread runs the loop.
    static constexpr int settled_at_first = 32;
    /// The same after a change of threads: some of them may only have been busy.
    static constexpr int settled_later = 4096;

    const void* const loop_;
    // Written with the mutex held, and only by the thread in which a handler runs:
    std::thread::id last_;   // the thread of the last handler
    int in_one_thread_ = 0;  // handlers in a row in that thread; counted up to settled_
    int settled_ = settled_at_first;

    std::mutex mutex_;
    std::condition_variable free_;
    std::thread::id running_;    // guarded by mutex_; the thread in which a handler runs
    std::vector<Task> waiting_;  // guarded by mutex_
};

}  // namespace kazoo::transport
