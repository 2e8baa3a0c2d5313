#pragma once

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
class Backlog;
class WorldSource;
}  // namespace detail

/// Where user code runs. Each lane runs one task at a time, in the order of dispatch; a slow task
/// delays its own lane only, never the connection and its pings.
enum class Lane {
    completion,  ///< callbacks of results (`rawlink`), resumed coroutines
    callback,    ///< watch functions
    session      ///< state listeners
};

/// What one blocked caller sleeps on. Made by a handler, used by one caller at a time.
class Waiter {
public:
    virtual ~Waiter() = default;
    /// Blocks the caller (thread or fiber) until `notify` or `deadline` (`TimePoint::max()`: for
    /// ever). May return early: the caller looks at its condition again.
    virtual void wait_until(TimePoint deadline) = 0;
    /// Ends the present or the next wait. From any thread.
    virtual void notify() noexcept = 0;
};

/// Who owns threads and loops: the pluggable part of the asynchronous API (kazoo's `IHandler`).
///
/// A handler answers five questions and no more: which executor carries the connection, where
/// callbacks run, how a caller waits, what time it is, and how all this starts and stops.
/// Implement it to adapt a loop of your own. One handler may serve several clients.
class Handler {
public:
    Handler() = default;
    Handler(const Handler&) = delete;
    Handler& operator=(const Handler&) = delete;
    virtual ~Handler() = default;

    /// As in kazoo: "sequential_threading_handler", "sequential_asio_handler".
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;

    /// The executor that carries the connection. Nothing that blocks runs on it.
    [[nodiscard]] virtual boost::asio::any_io_executor executor() = 0;

    /// Runs `task` on `lane` after all tasks given to that lane before. Thread-safe; returns at
    /// once. The task does not throw. Also a handler that is not running must run the task, because
    /// nothing that was linked may be lost; not within this call, unless no other thread or loop
    /// could ever run it: the caller may hold locks that the task needs. What it throws
    /// (std::bad_alloc) means that the task was not taken and has been destroyed.
    virtual void dispatch(Lane lane, Task task) = 0;

    /// What the calling thread or fiber blocks on. Throws WouldDeadlockError where blocking could
    /// never end, because the caller is the one who would have to end it.
    [[nodiscard]] virtual std::shared_ptr<Waiter> waiter() = 0;

    [[nodiscard]] virtual TimePoint now() const noexcept { return Clock::now(); }

    /// Blocks the calling thread or fiber for `duration`. Throws like `waiter`.
    void sleep(AnyDuration duration);

    /// A client that starts calls `start`, one that has stopped calls `stop`; the handler runs from
    /// the first start to the last stop. `stop` returns when what was dispatched has run, except
    /// when it is called on one of the handler's own threads: then it returns at once.
    virtual void start() = 0;
    virtual void stop() = 0;
    [[nodiscard]] virtual bool running() const noexcept = 0;

    /// Told of an exception that escaped from a callback on `lane`: a line at level error goes to
    /// the logger, and nothing else happens. Never throws.
    void report_escaped(Lane lane, const std::exception_ptr& error) noexcept;
    /// Where `report_escaped` writes. A client that starts installs its own logger here; before,
    /// it is the default one (standard error).
    void set_logger(Logger logger);

    /// How many result callbacks and watch events wait for their turn on the lanes. While that is
    /// more than its limit of requests, a client refuses new operations with QueueFullError:
    /// callbacks that do not keep up must not fill the memory.
    [[nodiscard]] std::size_t backlog() const noexcept {
        return backlog_.load(std::memory_order_relaxed);
    }

    /// For the library's own simulation, which replaces time and network. Leave it as it is.
    [[nodiscard]] virtual detail::WorldSource* world_source() noexcept { return nullptr; }

private:
    friend class detail::Backlog;
    friend class detail::Resumptions;

    std::atomic<std::size_t> backlog_{0};
    detail::Resumptions resumptions_;
    std::mutex logger_mutex_;
    Logger logger_;
};

/// The name of a lane, for logs.
[[nodiscard]] std::string_view to_string(Lane lane) noexcept;

}  // namespace kazoo
KAZOO_API_END
