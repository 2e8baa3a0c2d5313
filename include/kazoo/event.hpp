// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>

#include <memory>

KAZOO_API_BEGIN
namespace kazoo {

/// A flag to wait for (Python's `threading.Event`), as returned by KazooClient::start_async. A
/// reference-counted handle: copies refer to the same flag. All members are thread-safe.
class Event {
public:
    /// Creates a cleared flag. Waiting follows the rules of `handler`: it suspends fibers, and is
    /// refused on the thread of a loop. Without a handler it blocks the calling thread. Throws
    /// std::bad_alloc.
    explicit Event(std::shared_ptr<Handler> handler = nullptr);

    /// Returns whether the flag is set.
    [[nodiscard]] bool is_set() const noexcept;
    /// Sets the flag and ends all waits with success, even if it is cleared again before the
    /// waiting callers have run. Does not wait for them. Coroutines that await
    /// `direct(wait_async())` resume in this call.
    void set() const;
    /// Clears the flag and undoes `cancel`. Waits in progress continue.
    void clear() const;
    /// Ends all waits without setting the flag: those in progress, and those that begin before the
    /// next `set` or `clear`. They return false, unless the flag is set. For use when the flag will
    /// not be set any more.
    void cancel() const;

    /// Blocks the calling thread or fiber until the flag is set, `cancel` is called, or `timeout`
    /// has passed; without `timeout`, for an unlimited time. Returns whether the flag was set.
    /// Throws WouldDeadlockError where the wait could never end (AsyncResult), ForkedError in a
    /// forked child, and std::bad_alloc.
    bool wait(AnyDuration timeout) const;
    bool wait() const;

    /// Waits without blocking. Returns a result that becomes ready when the flag is set next, at
    /// once if it is set. It fails with CancelledError after `cancel` and when the last handle to
    /// the flag is destroyed. Its callbacks run on Lane::completion of the handler; cancelling it
    /// ends this wait only. Throws std::bad_alloc.
    ///
    ///     co_await event;                              // same as co_await event.wait_async()
    ///     co_await event.wait_async()(asio::use_awaitable);
    [[nodiscard]] AsyncResult<void> wait_async() const;

private:
    struct State;
    class AsyncWait;
    std::shared_ptr<State> state_;
};

/// Awaits `event.wait_async()`, in a coroutine of any type but asio::awaitable.
inline detail::ResultAwaiter<void, detail::LinkKind::lane> operator co_await(const Event& event) {
    return operator co_await(event.wait_async());
}

}  // namespace kazoo
KAZOO_API_END
