// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/event.hpp>
#include <kazoo/handler.hpp>

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

namespace kazoo::detail::recipe {

/// The calls that wait until something has changed. Thread-safe.
///
/// One Event for all would not do: it would have to be cleared again after it was set, and a call
/// that looks and waits again within set() would find it set, time after time.
class Waiters {
    struct Node {
        explicit Node(const std::shared_ptr<Handler>& handler) : event(handler) {}
        Event event;
        std::uint64_t round = 0;  // the last call of notify() that need not set the event
    };

public:
    /// The wait of one call, which begins with the object.
    class Wait {
    public:
        /// Throws std::bad_alloc.
        explicit Wait(Waiters& waiters) : waiters_(waiters) {
            std::list<Node> made;
            made.emplace_back(waiters.handler_);
            const std::lock_guard lock(waiters_.mutex_);
            made.front().round = waiters_.round_;
            node_ = made.begin();
            waiters_.nodes_.splice(waiters_.nodes_.end(), made);
        }
        Wait(const Wait&) = delete;
        Wait& operator=(const Wait&) = delete;
        ~Wait() {
            std::list<Node> left;  // destroyed behind the lock
            const std::lock_guard lock(waiters_.mutex_);
            left.splice(left.end(), waiters_.nodes_, node_);
        }
        /// Returns an event that the next notify() sets.
        [[nodiscard]] const Event& notified() const noexcept { return node_->event; }

    private:
        Waiters& waiters_;
        std::list<Node>::iterator node_;
    };

    explicit Waiters(std::shared_ptr<Handler> handler) noexcept : handler_(std::move(handler)) {}
    Waiters(const Waiters&) = delete;
    Waiters& operator=(const Waiters&) = delete;

    /// Ends the waits that have begun. Those that begin meanwhile wait for the next call.
    void notify() noexcept;

private:
    const std::shared_ptr<Handler> handler_;
    std::mutex mutex_;
    // Guarded by mutex_:
    std::list<Node> nodes_;
    std::uint64_t round_ = 0;
};

}  // namespace kazoo::detail::recipe
