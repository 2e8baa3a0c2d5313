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

/// A libuv loop of the user's (in the place of kazoo's `SequentialEventletHandler`). Callbacks,
/// watch functions and listeners run on the thread that runs the loop, one at a time and in the
/// order in which they became due, whatever their lane. The connection has a thread of its own, so
/// that nothing on the loop, however long it takes, delays a ping. A component of its own: link
/// `kazoo::uv` (`find_package(kazoo COMPONENTS uv)`).
///
/// A busy client leaves the loop's other handles their turn: about every millisecond timers fire,
/// and others are served, before the next callbacks run.
///
/// Life: the loop's thread is the one that makes the handler. From a client's start until the last
/// one has stopped, and while a callback waits, the handler keeps the loop alive; then
/// `uv_run(loop, UV_RUN_DEFAULT)` returns. Callbacks wait for the loop to run, with one limit: a
/// loop that nothing keeps alive does not run, and only its own thread can make it live. A start or
/// a callback from another thread then waits until the loop runs for another reason.
///
/// Blocking: on the loop's thread, whether the loop is running or not, and on the connection's,
/// `get`, `wait`, `start` and all synchronous calls throw WouldDeadlockError at once; use callbacks
/// or `co_await`. Any other thread may block. `stop` on the loop's thread begins the stop and
/// returns; the rest happens as the loop runs. On another thread it waits until the callbacks have
/// run, but no longer than 2 seconds for a loop that nobody runs. In a forked child waiting throws
/// ForkedError and callbacks run in the thread that dispatches them.
class SequentialUvHandler final : public Handler {
public:
    /// `loop` must outlive the handler and every client that uses it. Throws ConfigurationError if
    /// libuv cannot add its handle to the loop.
    explicit SequentialUvHandler(uv_loop_t* loop);
    /// As `close`.
    ~SequentialUvHandler() override;

    [[nodiscard]] std::string_view name() const noexcept override;
    [[nodiscard]] boost::asio::any_io_executor executor() override;
    void dispatch(Lane lane, Task task) override;
    [[nodiscard]] std::shared_ptr<Waiter> waiter() override;
    /// Throws std::system_error if there is no thread to be had for the connection, ForkedError in
    /// a forked child, ConfigurationError after `close`.
    void start() override;
    void stop() override;
    [[nodiscard]] bool running() const noexcept override;

    /// Ends the handler, whoever still holds it; destruction does the same. From any thread, also
    /// inside a callback; returns at once. Stops if it is running; callbacks that wait still run as
    /// the loop runs, and then the handle is closed. As for every libuv handle the loop has to run
    /// once more for that, before `uv_loop_close` finds nothing left: on the loop's thread
    ///
    ///     handler->close();
    ///     uv_run(loop, UV_RUN_DEFAULT);
    ///     uv_loop_close(loop);
    ///
    /// From another thread the close waits until the loop runs, like everything else; so call it on
    /// the loop's thread unless the loop is running. Never close the handle by `uv_walk`. Callbacks
    /// that become due after that run in the thread that makes them due.
    void close();

private:
    struct Loop;
    std::shared_ptr<Loop> loop_;
};

}  // namespace kazoo
KAZOO_API_END
