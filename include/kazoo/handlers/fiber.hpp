#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>

#include <memory>
#include <string_view>

KAZOO_API_BEGIN
namespace kazoo {

/// Green threads by Boost.Fiber (kazoo's `SequentialGeventHandler`): a blocking call suspends the
/// calling fiber and nothing else. Thousands of fibers share a thread and a client.
/// Link `kazoo::fiber`; nothing else of the library needs Boost.Fiber.
///
/// No threads of ours (but one for each look-up of a host name that is under way). Four fibers
/// belong to the thread that starts the handler's first client: one drives the connection, one runs
/// each lane. They move on whenever that thread schedules fibers, that is while its own fibers wait
/// by fiber means: a blocking call of this library, `boost::this_fiber::sleep_for`,
/// `boost::fibers::future::get` and their like. A thread that sleeps in another way, or computes
/// for long without `boost::this_fiber::yield`, delays its connections and their pings with it.
///
/// Fibers of other threads and plain threads may use the same client: their calls suspend the
/// calling fiber, or block the thread if it has but one, and are served by the handler's thread.
/// The handler's thread should not end before its clients have stopped: Boost.Fiber waits for its
/// fibers then, and what is still under way never completes; waiting for it throws
/// WouldDeadlockError from then on.
///
/// Blocking calls are allowed in result callbacks and watch functions, which delay their own lane
/// only; not in state listeners, nor in what follows `co_await direct(...)`: there they throw
/// WouldDeadlockError. In a forked child waiting throws ForkedError; a handler that was not running
/// when the process forked can be started there.
///
/// While no fiber is ready the thread waits for its sockets, without any delay and at no cost. For
/// that, a thread with Boost.Fiber's default scheduling algorithm gets one that picks fibers in
/// the same order. A thread with an algorithm of your own keeps it, and looks at its sockets every
/// millisecond, unless the algorithm was made with ConnectionScheduling
/// (`<kazoo/handlers/fiber_scheduling.hpp>`).
///
/// Callbacks run on stacks of 256 KiB each. They may call `std::exit`.
class SequentialFiberHandler final : public Handler {
public:
    SequentialFiberHandler();
    ~SequentialFiberHandler() override;

    /// "sequential_fiber_handler"
    [[nodiscard]] std::string_view name() const noexcept override;
    [[nodiscard]] boost::asio::any_io_executor executor() override;
    void dispatch(Lane lane, Task task) override;
    [[nodiscard]] std::shared_ptr<Waiter> waiter() override;
    /// Throws std::bad_alloc when there is no memory for the fibers' stacks.
    void start() override;
    /// From another thread it waits two seconds at most for the handler's thread to run fibers.
    void stop() override;
    [[nodiscard]] bool running() const noexcept override;

private:
    struct Fibers;
    void own_in_child();

    std::shared_ptr<Fibers> fibers_;
};

}  // namespace kazoo
KAZOO_API_END
