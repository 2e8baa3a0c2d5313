#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/ref_counted.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/unique_function.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo::detail {

struct Reply;

/// Where a continuation of a result runs.
enum class LinkKind {
    lane,   ///< on the handler's completion lane: all that users link
    direct  ///< in the thread that completes the result: the library's own steps, which never block
};

/// The part of a result that does not depend on its type: readiness, waiters, links.
/// Thread-safe. The value itself is written once, before `ready()` turns true.
class ResultStateBase : public RefCounted {
public:
    using Continuation = UniqueFunction<void(ResultStateBase&)>;

    explicit ResultStateBase(std::shared_ptr<Handler> handler) noexcept
        : handler_(std::move(handler)) {}

    [[nodiscard]] bool ready() const noexcept {
        return status_.load(std::memory_order_acquire) != Status::pending;
    }
    [[nodiscard]] bool successful() const noexcept {
        return status_.load(std::memory_order_acquire) == Status::value;
    }

    /// Blocks until ready or `deadline`; says whether it is ready.
    bool wait_until(TimePoint deadline);

    /// Registers a continuation; `id` is what `unlink` takes. A lane link on a ready result is
    /// dispatched; a direct link on a ready result is refused (false) and left alone: the caller
    /// goes on by itself.
    bool link(std::uint64_t id, LinkKind kind, Continuation&& run);
    std::uint64_t link(Continuation run);
    /// Removes a continuation that has not begun; says whether it did.
    bool unlink(std::uint64_t id) noexcept;

    /// Asks whoever produces the value to give up; see AsyncResult::cancel.
    virtual bool cancel() { return false; }
    /// Says in an error which operation this is the result of, if that is known.
    virtual void describe(Error&) const {}

    /// Completes with an error unless already complete (then false).
    bool fail(Error error);
    bool fail(std::exception_ptr error);

    /// Only of a ready, failed result.
    [[nodiscard]] std::exception_ptr exception();
    [[nodiscard]] Error error();
    [[noreturn]] void rethrow();

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept { return handler_; }
    /// Only before the result is shared between threads.
    void adopt_handler(std::shared_ptr<Handler> handler) noexcept { handler_ = std::move(handler); }

    /// The server's answer to an operation; only operations of a client have one.
    virtual void on_reply(const Reply&) {}

protected:
    enum class Status : std::uint8_t { pending, value, error };

    /// Runs `store` and completes, unless already complete or being completed. What `store` throws
    /// becomes the outcome.
    template <class Store>
    bool complete(Status status, Store&& store) {
        if (claimed_.exchange(true, std::memory_order_acq_rel)) {
            return false;
        }
        try {
            store();
        } catch (...) {  // a value that cannot be made is an error, or nobody would ever be told
            failure_ = std::current_exception();
            status = Status::error;
        }
        finish(status);
        return true;
    }

private:
    struct Link {
        std::uint64_t id;
        LinkKind kind;
        Continuation run;
    };
    struct Sleeper {
        Waiter* waiter;
        Sleeper* next;
    };

    void finish(Status status);
    void run_direct_links();
    void dispatch_links();
    void run_links();
    bool take_link(LinkKind kind, Link& into);
    void store_link(Link link);

    std::shared_ptr<Handler> handler_;
    mutable std::mutex mutex_;
    std::atomic<Status> status_{Status::pending};
    std::atomic<bool> claimed_{false};
    bool links_scheduled_ = false;
    std::uint32_t last_link_ = 0;
    Sleeper* sleepers_ = nullptr;
    std::optional<Link> first_link_;
    std::vector<Link> more_links_;
    std::variant<std::monostate, Error, std::exception_ptr> failure_;
    std::exception_ptr made_exception_;
};

template <class T>
class ResultState : public ResultStateBase {
public:
    using ResultStateBase::ResultStateBase;

    template <class... Args>
    bool succeed(Args&&... args) {
        return complete(Status::value, [&] { value_.emplace(std::forward<Args>(args)...); });
    }
    /// Only of a ready, successful result.
    [[nodiscard]] const T& value() const noexcept { return *value_; }
    [[nodiscard]] T take() { return std::move(*value_); }

private:
    std::optional<T> value_;
};

template <>
class ResultState<void> : public ResultStateBase {
public:
    using ResultStateBase::ResultStateBase;
    bool succeed() {
        return complete(Status::value, [] {});
    }
};

/// Marks the calling thread or fiber as running user code on a lane of `handler` for its lifetime.
class LaneScope {
public:
    LaneScope(const Handler& handler, Lane lane) noexcept;
    ~LaneScope();
    LaneScope(const LaneScope&) = delete;
    LaneScope& operator=(const LaneScope&) = delete;

    /// Whether the caller is on any lane of this handler: what it waits for there must not
    /// be its own end.
    [[nodiscard]] static bool on_lane_of(const Handler& handler) noexcept;
    [[nodiscard]] static bool in_listener() noexcept;

private:
    const Handler& handler_;
    const Lane lane_;
    const LaneScope** const slot_;  // of the fiber, which may move to another thread meanwhile
    const LaneScope* const outer_;
};

/// Throws WouldDeadlockError when the calling thread is in a state listener, where nothing may
/// block: the next state change could never be told.
void check_may_block();

/// Counts what a handler has been given to run and has not run yet; see Handler::backlog.
class Backlog {
public:
    static void add(Handler& handler) noexcept {
        handler.backlog_.fetch_add(1, std::memory_order_relaxed);
    }
    static void done(Handler& handler) noexcept {
        handler.backlog_.fetch_sub(1, std::memory_order_relaxed);
    }
};

/// A waiter of plain threads, one per thread and reused; for results without a handler too.
[[nodiscard]] std::shared_ptr<Waiter> thread_waiter();

}  // namespace kazoo::detail
KAZOO_API_END
