// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>

#include <memory>
#include <string_view>

namespace boost::asio {
class io_context;
}

KAZOO_API_BEGIN
namespace kazoo {

/// Runs everything on a Boost.Asio event loop of the user's. The library creates no thread, except
/// one for each host name being looked up. Connections, callbacks, watch functions and listeners
/// run in the threads that run the loop, each lane one task at a time, so that a loop run by one
/// thread runs one function at a time. Nothing happens while the loop is not run. kazoo has no
/// counterpart.
///
/// Blocking: on a thread that runs the loop, `get`, `wait`, `start` and all other blocking calls
/// throw WouldDeadlockError, because the loop would have to end the wait; use callbacks, `co_await`
/// or completion tokens. Other threads may block, unless the context has been stopped
/// (`io_context::stopped`).
///
/// Stopping: `KazooClient::stop` on a loop's thread begins the stop and returns; the rest happens
/// as the loop runs. On another thread it waits, for callbacks at most 2 s after the end of the
/// session. After the last client has stopped the loop runs out of work.
///
/// After fork(), call `io_context::notify_fork(fork_child)` in the child before a client is started
/// there. Until then waiting throws ForkedError.
class SequentialAsioHandler final : public Handler {
public:
    /// `context` must outlive the handler and every client that uses it.
    explicit SequentialAsioHandler(boost::asio::io_context& context);
    /// For other executors, such as a thread pool or a strand. They cannot be asked whether they
    /// run in the calling thread: blocking is refused within this handler's callbacks only.
    /// Callbacks, watch functions and listeners run through `executor`; sockets and timers are
    /// served by any thread of its execution context.
    ///
    /// An Asio strand allocates memory for each task. If that fails, the strand of Boost 1.81 runs
    /// no further task; an io_context and the executor of a thread pool continue.
    explicit SequentialAsioHandler(const boost::asio::any_io_executor& executor);
    ~SequentialAsioHandler() override;

    /// Returns "sequential_asio_handler".
    [[nodiscard]] std::string_view name() const noexcept override;
    /// The user's executor.
    [[nodiscard]] boost::asio::any_io_executor executor() override;
    void dispatch(Lane lane, Task task) override;
    [[nodiscard]] std::shared_ptr<Waiter> waiter() override;
    void start() override;
    void stop() override;
    [[nodiscard]] bool running() const noexcept override;

private:
    struct Loop;
    std::shared_ptr<Loop> loop_;
};

}  // namespace kazoo
KAZOO_API_END
