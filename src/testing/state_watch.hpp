// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/event.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/state.hpp>
#include <kazoo/time.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace kazoo::testing {

/// What a client has reported to its listeners since StateWatch::begin.
struct Reported {
    StateChange last;        ///< the last change, also if it was before
    bool suspended = false;  ///< SUSPENDED has been reported
    bool lost = false;       ///< LOST has been reported
    std::string text;        ///< the states for messages, such as "SUSPENDED, CONNECTED"

    [[nodiscard]] bool connected() const noexcept { return last.state == KazooState::CONNECTED; }
};

/// Records what a client reports, for one thread that waits for it. Thread-safe.
class StateWatch {
public:
    /// `wait` blocks as `handler` prescribes; without a handler it blocks the calling thread.
    explicit StateWatch(std::shared_ptr<Handler> handler) : changed_(std::move(handler)) {}

    /// The listener.
    void add(const StateChange& change) {
        record(change);
        changed_.set();
    }
    /// Forgets what has been reported, but for the last change.
    void begin() {
        const std::lock_guard lock(mutex_);
        auto last = reported_.last;
        reported_ = Reported();
        reported_.last = last;
    }
    /// Forgets that the client was SUSPENDED.
    void forget_suspended() {
        const std::lock_guard lock(mutex_);
        reported_.suspended = false;
    }
    /// Ends the wait in progress; the one who waits looks at cancelled().
    void cancel() {
        cancelled_ = true;
        changed_.set();
    }
    [[nodiscard]] bool cancelled() const noexcept { return cancelled_; }

    [[nodiscard]] Reported reported() const {
        changed_.clear();  // before reading: a change that is recorded later sets it again
        const std::lock_guard lock(mutex_);
        return reported_;
    }
    /// Waits for a change since the last call of reported(), for at most `limit`.
    void wait(Duration limit) const { changed_.wait(limit); }

private:
    static constexpr std::size_t max_text = 200;

    void record(const StateChange& change) {
        const std::lock_guard lock(mutex_);
        reported_.last = change;
        reported_.suspended |= change.state == KazooState::SUSPENDED;
        reported_.lost |= change.state == KazooState::LOST;
        if (reported_.text.size() < max_text) {
            reported_.text += reported_.text.empty() ? "" : ", ";
            reported_.text += to_string(change.state);
        }
    }

    mutable std::mutex mutex_;
    Reported reported_;  // guarded by mutex_
    std::atomic<bool> cancelled_{false};
    Event changed_;
};

}  // namespace kazoo::testing
