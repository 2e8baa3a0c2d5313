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

/// The user's own Boost.Asio loop: no thread of ours at all. Connection, callbacks, watch functions
/// and listeners run in whatever thread runs the loop, each lane one task at a time, so that a loop
/// run by one thread calls one thing at a time. Nothing happens unless the loop is run.
///
/// Blocking: a thread that runs the loop must not wait for what the loop would do, so `get`,
/// `wait`, `start` and all synchronous calls throw WouldDeadlockError there; use callbacks,
/// `co_await` or completion tokens. Any other thread may block, unless the context has been stopped
/// (`io_context::stopped`): then nobody would end the wait, and it throws as well. `stop` on the
/// loop's thread begins the stop and returns; the rest happens as the loop runs. The loop runs out
/// of work once the last client has stopped.
///
/// In a forked child, call `io_context::notify_fork(fork_child)` before a client is started there.
class SequentialAsioHandler final : public Handler {
public:
    /// `context` must outlive the handler and every client that uses it.
    explicit SequentialAsioHandler(boost::asio::io_context& context);
    /// Any executor whose `running_in_this_thread` the handler cannot ask (a thread pool, a
    /// strand): blocking is refused only inside this handler's own callbacks. Callbacks, watch
    /// functions and listeners run through the executor; the connection's sockets and timers run
    /// in any thread of its execution context. A strand needs memory for each task: if an
    /// allocation fails there, Boost 1.81's strand runs no further task. An io_context and the
    /// executor of a thread pool go on.
    explicit SequentialAsioHandler(const boost::asio::any_io_executor& executor);
    ~SequentialAsioHandler() override;

    [[nodiscard]] std::string_view name() const noexcept override;
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
