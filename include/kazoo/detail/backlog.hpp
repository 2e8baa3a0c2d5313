// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>

KAZOO_API_BEGIN
namespace kazoo {
class Handler;
}

namespace kazoo::detail {

/// A client that waits until the callbacks of its handler have caught up. Owned by the client, and
/// by the handler while it is listed; so it may outlive the client.
class BacklogWaiter {
public:
    /// The limits of the client: it waits while this many tasks or bytes, or more, are waiting.
    BacklogWaiter(std::size_t tasks, std::size_t bytes) noexcept : tasks_(tasks), bytes_(bytes) {}
    virtual ~BacklogWaiter() = default;
    BacklogWaiter(const BacklogWaiter&) = delete;
    BacklogWaiter& operator=(const BacklogWaiter&) = delete;

    /// Makes the client look at the backlog again. Called once after it was listed, by any thread,
    /// with no lock held.
    virtual void wake() noexcept = 0;

private:
    friend class BacklogWaits;

    const std::size_t tasks_;
    const std::size_t bytes_;
    // Guarded by the mutex of the list:
    bool listed_ = false;
    std::shared_ptr<BacklogWaiter> next_;
};

/// A handler's list of the clients that wait for its callbacks. Thread-safe.
class BacklogWaits {
public:
    BacklogWaits() noexcept = default;
    BacklogWaits(const BacklogWaits&) = delete;
    BacklogWaits& operator=(const BacklogWaits&) = delete;
    ~BacklogWaits();

    /// Adds a client at the end unless it is listed already.
    void add(const std::shared_ptr<BacklogWaiter>& waiter) noexcept;
    enum class Which { below_limits, all };
    /// Wakes those whose limits are not reached any more, or all, and removes them.
    void wake(const Handler& handler, Which which) noexcept {
        if (size_.load() > 0) {  // rarely
            wake_listed(handler, which);
        }
    }

private:
    void wake_listed(const Handler& handler, Which which) noexcept;
    [[nodiscard]] std::shared_ptr<BacklogWaiter> take(const Handler& handler, Which which) noexcept;

    std::atomic<std::size_t> size_{0};  // changed with mutex_ held
    std::mutex mutex_;
    // Guarded by mutex_:
    std::shared_ptr<BacklogWaiter> first_;  // linked through next_
    BacklogWaiter* last_ = nullptr;
};

/// Counts the tasks that wait on the lanes of a handler; see Handler::backlog. A task counts until
/// it begins to run, so that it may issue an operation even if the limit is one. The reply that it
/// holds counts until it has run.
///
/// No wake-up is lost: a client that waits is listed before it looks at the counters once more, and
/// each counter changes before the list is looked at.
class Backlog {
public:
    /// Tasks are about to be dispatched; `bytes` are those of all of them. One that runs several
    /// callbacks counts as as many.
    static void add(Handler& handler, std::size_t tasks, std::size_t bytes) noexcept;
    static void add(Handler& handler, std::size_t bytes) noexcept { add(handler, 1, bytes); }
    /// They have not been dispatched.
    static void take_back(Handler& handler, std::size_t tasks, std::size_t bytes) noexcept;
    /// It begins to run.
    static void begun(Handler& handler) noexcept;
    /// It has run.
    static void done(Handler& handler, std::size_t bytes) noexcept;
    /// It was destroyed without having run, because its loop was destroyed. Wakes no client: what
    /// a client would run for that may not exist any more.
    static void dropped(Handler& handler, std::size_t bytes) noexcept;

    /// A caller that runs on a lane of the handler blocks until other tasks may have run, or has
    /// stopped to do so.
    static void block(Handler& handler) noexcept;
    static void unblock(Handler& handler) noexcept;
    /// Returns whether such a caller is blocked.
    [[nodiscard]] static bool is_blocked(const Handler& handler) noexcept;

    /// Wakes `waiter` once its limits are not reached any more, or a caller blocks a lane.
    static void wait(Handler& handler, const std::shared_ptr<BacklogWaiter>& waiter) noexcept;
};

}  // namespace kazoo::detail
KAZOO_API_END
