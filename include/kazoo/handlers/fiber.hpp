// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>

#include <memory>
#include <string_view>

KAZOO_API_BEGIN
namespace kazoo {

/// Runs everything on Boost.Fiber fibers (kazoo's `SequentialGeventHandler`): a blocking call
/// suspends the calling fiber only, so that thousands of fibers share a thread and a client. A
/// separate component: link `kazoo::fiber`; the rest of the library does not need Boost.Fiber.
///
/// The library creates no thread, except one for each host name being looked up. The thread that
/// starts the handler's first client gets four fibers: one for the connections and one for each
/// lane. They run whenever that thread schedules fibers, that is while its own fibers wait by means
/// of fibers: a blocking call of this library, `boost::this_fiber::sleep_for`,
/// `boost::fibers::future::get` and the like. A thread that blocks in another way, or computes for
/// long without `boost::this_fiber::yield`, delays its connections and their pings.
///
/// Other threads may use the same client: their calls suspend the calling fiber, or block the
/// thread if it has only one, and are served by the handler's thread. That thread should not end
/// before its clients have stopped: Boost.Fiber then waits for its fibers, operations in progress
/// never complete, and waiting for them throws WouldDeadlockError.
///
/// Blocking calls are allowed in result callbacks and watch functions, where they delay their own
/// lane only. In state listeners and after `co_await direct(...)` they throw WouldDeadlockError. In
/// a forked child waiting throws ForkedError; a handler that was not running when the process
/// forked may be started there.
///
/// While no fiber is ready the thread waits for its sockets, without polling. For this, a thread
/// with Boost.Fiber's default scheduling algorithm gets one that picks fibers in the same order. A
/// thread with another algorithm keeps it and polls its sockets, every millisecond when idle,
/// unless the algorithm is a ConnectionScheduling (`<kazoo/handlers/fiber_scheduling.hpp>`).
///
/// Callbacks run on stacks of 256 KiB each. To end the process, a callback flushes its streams and
/// calls `std::quick_exit` or `std::_Exit`, which flush none. If a fiber other than the main one of
/// its thread calls `std::exit`, on the handler's thread or on one that has waited for its clients,
/// the process ends with status EXIT_FAILURE, whichever status was passed: standard output is
/// flushed, a message is written to standard error, static objects are not destroyed, and functions
/// registered with `std::atexit` are not called. (Boost.Fiber alone would continue to run the other
/// fibers and wait for the one that called it.)
class SequentialFiberHandler final : public Handler {
public:
    SequentialFiberHandler();
    ~SequentialFiberHandler() override;

    /// Returns "sequential_fiber_handler".
    [[nodiscard]] std::string_view name() const noexcept override;
    [[nodiscard]] boost::asio::any_io_executor executor() override;
    void dispatch(Lane lane, Task task) override;
    [[nodiscard]] std::shared_ptr<Waiter> waiter() override;
    /// Makes the calling thread the handler's thread, if no client runs. Throws std::bad_alloc if
    /// the stacks of the fibers cannot be allocated, and ForkedError in the child of a fork during
    /// which it was running.
    void start() override;
    /// The last stop waits for the fibers; on another thread than the handler's for at most 2 s,
    /// because that thread may not schedule fibers any more. Within one of the fibers it returns at
    /// once.
    void stop() override;
    [[nodiscard]] bool running() const noexcept override;

private:
    struct Fibers;
    void own_in_child();

    std::shared_ptr<Fibers> fibers_;
};

}  // namespace kazoo
KAZOO_API_END
