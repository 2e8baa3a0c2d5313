// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>

#include <memory>
#include <string_view>

// As in <uv.h>, which is not needed here.
struct uv_loop_s;
using uv_loop_t = struct uv_loop_s;

KAZOO_API_BEGIN
namespace kazoo {

/// Runs callbacks on a libuv event loop of the user's (in place of kazoo's
/// `SequentialEventletHandler`). Callbacks, watch functions and listeners run on the loop's thread,
/// one at a time and in the order in which they became due, whatever their lane. Connections have a
/// thread of their own, so that nothing on the loop delays a ping, however long it takes. A
/// separate component: link `kazoo::uv` (`find_package(kazoo COMPONENTS uv)`).
///
/// Other handles of the loop are served while a client is busy: after about a millisecond of
/// callbacks the loop runs its timers and other handles before the next ones.
///
/// Lifetime of the loop: the thread that constructs the handler is the loop's thread. The handler
/// keeps the loop alive from the first client's start to the last client's stop, and while
/// callbacks wait; then `uv_run(loop, UV_RUN_DEFAULT)` returns. A loop that nothing keeps alive
/// does not run, and only its own thread can change that: a start or a callback from another thread
/// then waits until the loop runs for another reason.
///
/// Blocking: on the loop's thread, whether or not the loop is running, and on the connection
/// thread, `get`, `wait`, `start` and all other blocking calls throw WouldDeadlockError at once;
/// use callbacks or `co_await`. Other threads may block.
///
/// Stopping: `KazooClient::stop` on the loop's thread begins the stop and returns; the rest happens
/// as the loop runs. On another thread it waits, for callbacks at most 2 s after the end of the
/// session.
///
/// In a forked child waiting and `start` throw ForkedError, and callbacks run in the thread that
/// dispatches them.
class SequentialUvHandler final : public Handler {
public:
    /// Adds a handle to `loop`, which must outlive the handler and every client that uses it.
    /// Throws ConfigurationError if libuv cannot add the handle.
    explicit SequentialUvHandler(uv_loop_t* loop);
    /// Calls close().
    ~SequentialUvHandler() override;

    /// Returns "sequential_uv_handler".
    [[nodiscard]] std::string_view name() const noexcept override;
    /// The executor of the connection thread.
    [[nodiscard]] boost::asio::any_io_executor executor() override;
    void dispatch(Lane lane, Task task) override;
    [[nodiscard]] std::shared_ptr<Waiter> waiter() override;
    /// Throws std::system_error if the connection thread cannot be created, ForkedError in a forked
    /// child, and ConfigurationError after `close`.
    void start() override;
    void stop() override;
    [[nodiscard]] bool running() const noexcept override;

    /// Ends the handler, also if clients or results still refer to it. Callable from any thread,
    /// also within a callback; returns at once. Stops the handler if it is running; callbacks that
    /// wait still run as the loop runs, then the handle is closed. As for every libuv handle, the
    /// loop must run once more for this before `uv_loop_close` succeeds. On the loop's thread:
    ///
    ///     handler->close();
    ///     uv_run(loop, UV_RUN_DEFAULT);
    ///     uv_loop_close(loop);
    ///
    /// From another thread the handle is closed when the loop next runs, so call it on the loop's
    /// thread unless the loop is running. Do not close the handle by `uv_walk`. Callbacks that
    /// become due after the handle was closed run in the thread that makes them due.
    void close();

private:
    struct Loop;
    std::shared_ptr<Loop> loop_;
};

}  // namespace kazoo
KAZOO_API_END
