// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/backlog.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/resumptions.hpp>
#include <kazoo/logger.hpp>
#include <kazoo/time.hpp>
#include <kazoo/unique_function.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <string_view>

namespace boost::asio {
class any_io_executor;
}

KAZOO_API_BEGIN
namespace kazoo {

namespace detail {
class EnvironmentSource;
}  // namespace detail

/// A queue of user code on a handler. Each lane runs one task at a time, in the order of dispatch.
/// A slow task delays its own lane only, if the handler has a thread or fiber for each lane; on a
/// loop it delays everything the loop runs.
enum class Lane {
    completion,  ///< Callbacks of results (AsyncResult::rawlink) and resumed coroutines.
    callback,    ///< Watch functions.
    session      ///< State listeners.
};

/// Blocks one caller. Created by Handler::waiter and used by one caller at a time.
class Waiter {
public:
    virtual ~Waiter() = default;
    /// Blocks the calling thread or fiber until `notify` is called or `deadline` has passed on the
    /// handler's clock; TimePoint::max() means no deadline. May return early: the caller checks its
    /// condition again.
    virtual void wait_until(TimePoint deadline) = 0;
    /// Ends the wait in progress, or the next one if there is none. Thread-safe.
    virtual void notify() noexcept = 0;
};

/// Owner of threads and loops: what the library runs on (kazoo's `IHandler`).
///
/// A handler defines five things: the executor that carries the connection, where callbacks run,
/// how a caller waits, the time, and how all this is started and stopped. Derive from it to adapt
/// another event loop; examples/glib_handler.hpp does so in about 120 lines. One handler may serve
/// several clients. All members except construction and destruction must be thread-safe.
///
/// Whatever the handler, host names are looked up on separate threads, one for each name in
/// progress.
class Handler {
public:
    Handler() = default;
    Handler(const Handler&) = delete;
    Handler& operator=(const Handler&) = delete;
    virtual ~Handler() = default;

    /// Returns a name for logs, as in kazoo: "sequential_threading_handler",
    /// "sequential_asio_handler".
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;

    /// Returns the executor that carries the connections. The library runs nothing on it that
    /// blocks.
    [[nodiscard]] virtual boost::asio::any_io_executor executor() = 0;

    /// Queues `task` on `lane`, behind all tasks dispatched to that lane before, and returns at
    /// once.
    ///
    /// The task does not throw and must be run in any case, also if the handler is not running,
    /// because callbacks must not be lost. It must not run within this call, because the caller may
    /// hold locks that the task needs, unless no other thread or loop could ever run it. If
    /// dispatch throws (std::bad_alloc), the task has not been queued and has been destroyed.
    virtual void dispatch(Lane lane, Task task) = 0;

    /// Returns what the calling thread or fiber blocks on. Throws WouldDeadlockError where blocking
    /// could never end because the caller itself would have to end it, ForkedError in a forked
    /// child whose parent would have to, and std::bad_alloc.
    [[nodiscard]] virtual std::shared_ptr<Waiter> waiter() = 0;

    /// Returns the current time on the clock of all deadlines. By default that of Clock.
    [[nodiscard]] virtual TimePoint now() const noexcept { return Clock::now(); }

    /// Blocks the calling thread or fiber for `duration`. Throws what `waiter` throws, and
    /// WouldDeadlockError in a state listener.
    void sleep(AnyDuration duration);

    /// Called by each client that starts; `stop` is called once for each `start`. The handler runs
    /// from the first start to the last stop. Throws, with nothing started, std::system_error if a
    /// thread cannot be created, std::bad_alloc, or what the derived class documents.
    virtual void start() = 0;
    /// Called by each client that has stopped. The last stop returns when all dispatched tasks have
    /// run; on one of the handler's own threads it returns at once. Handlers on a loop limit the
    /// wait, as documented with each.
    virtual void stop() = 0;
    /// Returns whether the handler has been started more often than stopped.
    [[nodiscard]] virtual bool running() const noexcept = 0;

    /// Logs, at error level, an exception that escaped from user code on `lane`. Never throws.
    void report_escaped(Lane lane, const std::exception_ptr& error) noexcept;
    /// Sets the logger of `report_escaped`. A client that starts the handler sets its own; before
    /// that it is the default Logger (standard error).
    void set_logger(Logger logger);

    /// Returns the number of tasks with result callbacks, coroutines or watch functions that wait
    /// for their turn on the lanes, without those that run. While it is at least
    /// ClientLimits::requests, a client refuses new operations with QueueFullError, so that
    /// callbacks that are too slow do not exhaust the memory. BackPressure::room_async waits until
    /// there are fewer.
    [[nodiscard]] std::size_t backlog() const noexcept { return backlog_.load(); }
    /// Returns the encoded size of the replies and the paths of the watch events that backlog()
    /// counts, in bytes, and of the replies whose callbacks run. While it is at least
    /// ClientLimits::backlog_bytes, a client refuses new operations as above.
    [[nodiscard]] std::size_t backlog_bytes() const noexcept { return backlog_bytes_.load(); }

    /// For the simulation in the library's own tests, which replaces time and network. Do not
    /// override.
    [[nodiscard]] virtual detail::EnvironmentSource* environment_source() noexcept {
        return nullptr;
    }

private:
    friend class detail::Backlog;
    friend class detail::Resumptions;

    // Used through detail::Backlog:
    std::atomic<std::size_t> backlog_{0};
    std::atomic<std::size_t> backlog_bytes_{0};
    std::atomic<std::size_t> backlog_blocked_{0};  // callers that block lanes
    detail::BacklogWaits backlog_waits_;
    detail::Resumptions resumptions_;
    std::mutex logger_mutex_;  // held for copies of the logger only, not while it writes
    Logger logger_;            // guarded by logger_mutex_
};

/// Returns "completion", "callback" or "session", for logs.
[[nodiscard]] std::string_view to_string(Lane lane) noexcept;

}  // namespace kazoo
KAZOO_API_END
