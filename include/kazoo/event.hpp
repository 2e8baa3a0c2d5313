#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>

#include <memory>

KAZOO_API_BEGIN
namespace kazoo {

/// A flag that can be waited for (Python's `threading.Event`): what `start_async` returns.
/// A cheap handle: copies share the flag. All members may be called from any thread.
class Event {
public:
    /// Waiting uses `handler`; without one it blocks the calling thread. Throws std::bad_alloc.
    explicit Event(std::shared_ptr<Handler> handler = nullptr);

    [[nodiscard]] bool is_set() const noexcept;
    /// Sets the flag and wakes all who wait, also if it is cleared before they have run.
    void set() const;
    void clear() const;
    /// Ends all waits, those under way and those to come until the next `set` or `clear`; they
    /// give false, unless the flag is set. For when nobody is left who would set it.
    void cancel() const;

    /// Blocks the calling thread or fiber until the flag is set, at most `timeout` or until
    /// `cancel`; says whether it was set. Throws WouldDeadlockError where the wait could never
    /// end, ForkedError in a child process, and std::bad_alloc.
    bool wait(AnyDuration timeout) const;
    bool wait() const;

    /// The same without blocking: a result that is ready when the flag is set next, now if it is
    /// set. Fails with CancelledError after `cancel` and when the event's last copy is gone.
    /// Cancelling the result ends this wait and no other. Its callbacks run on the handler's
    /// completion lane. Throws std::bad_alloc.
    ///
    ///     co_await event;                              // the same, in any coroutine
    ///     co_await event.wait_async()(asio::use_awaitable);
    [[nodiscard]] AsyncResult<void> wait_async() const;

private:
    struct State;
    class AsyncWait;
    std::shared_ptr<State> state_;
};

inline detail::ResultAwaiter<void, detail::LinkKind::lane> operator co_await(const Event& event) {
    return operator co_await(event.wait_async());
}

}  // namespace kazoo
KAZOO_API_END
