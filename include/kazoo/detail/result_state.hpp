#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/link.hpp>
#include <kazoo/detail/ref_counted.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/unique_function.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace kazoo::base {
class ReadyQueue;
class Sleeper;
}  // namespace kazoo::base

KAZOO_API_BEGIN
namespace kazoo::detail {

struct Reply;

/// An Error, without its detail if there is no memory for that.
[[nodiscard]] Error make_error(
    std::error_code code, Outcome outcome, const char* operation, const char* detail
) noexcept;
[[nodiscard]] bool is_bad_alloc(const std::exception_ptr& error) noexcept;

/// The part of a result that does not depend on its type: readiness, waiters, links.
/// Thread-safe. The value itself is written once, before `ready()` turns true.
///
/// Under its mutex nothing of a user's is called, moved or destroyed, and no waiter of a handler.
class ResultStateBase : public RefCounted {
public:
    using Continuation = UniqueFunction<void(ResultStateBase&)>;

    explicit ResultStateBase(std::shared_ptr<Handler> handler) noexcept
        : handler_(std::move(handler)), has_handler_(handler_ != nullptr) {}

    [[nodiscard]] bool ready() const noexcept {
        return status_.load(std::memory_order_acquire) != Status::pending;
    }
    [[nodiscard]] bool successful() const noexcept {
        return status_.load(std::memory_order_acquire) == Status::value;
    }

    /// Blocks until ready or `deadline`; says whether it is ready.
    bool wait_until(TimePoint deadline);

    /// Links a node that lives until it has run, was dropped or unlinked. A lane link on a ready
    /// result is dispatched; a direct link on a ready result is refused (false): the caller goes on
    /// by itself.
    bool link(Link& link, LinkKind kind) noexcept;
    /// Removes a link that has not begun; says whether it did.
    bool unlink(Link& link) noexcept;

    /// Links a callback on the lane; returns what `unlink` takes. Throws std::bad_alloc, and then
    /// has linked nothing.
    std::uint64_t link(Continuation run);
    bool unlink(std::uint64_t id) noexcept;
    /// Links a function to be run in the thread that completes the result. Refused (false) and left
    /// alone if it is ready. Throws std::bad_alloc, and then has linked nothing.
    bool link_direct(Continuation&& run);

    /// Asks whoever produces the value to give up; see AsyncResult::cancel.
    virtual bool cancel() { return false; }
    /// Says in an error which operation this is the result of, if that is known.
    virtual void describe(Error&) const {}
    /// What cancelling this comes down to.
    struct Cancelling {
        bool passed_on = false;          ///< if not, call `cancel`
        RefPtr<ResultStateBase> target;  ///< what to cancel in place of this; null: nothing
    };
    /// For results that pass cancellation on to another: notes that it was asked for.
    virtual Cancelling pass_cancellation() noexcept { return {}; }

    /// Completes with an error unless already complete (then false). Sets `note`, before the result
    /// is ready.
    bool fail(Error error, std::atomic<bool>* note = nullptr) noexcept;
    bool fail(std::exception_ptr error) noexcept;
    /// Called when the loop that would have completed this result has been destroyed. Completes it
    /// with CancelledError, wakes blocked callers, and drops all links: nothing would run them.
    void abandon() noexcept override;

    /// Only of a ready, failed result.
    [[nodiscard]] std::exception_ptr exception() noexcept;
    [[nodiscard]] Error error();
    [[noreturn]] void rethrow();

    /// Null as long as there is none; set once.
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return has_handler_.load(std::memory_order_acquire) ? handler_ : no_handler;
    }
    /// Gives a handler to a result that has none. One thread only, the one that will complete it;
    /// others may look at it.
    void adopt_handler(const std::shared_ptr<Handler>& handler) noexcept {
        if (handler && !has_handler_.load(std::memory_order_relaxed)) {
            handler_ = handler;
            has_handler_.store(true, std::memory_order_release);
        }
    }

    /// Resumes one coroutine that waits for a turn of the lane; false if there is none.
    bool resume_one() noexcept;
    /// Has the handler log what a callback has thrown.
    void report_escaped(const std::exception_ptr& error) const noexcept;

    /// Whether something may have to be done on a completion lane before it is ready. Operations of
    /// a client need none.
    [[nodiscard]] virtual bool needs_lane() const noexcept { return true; }

    /// The size of the reply that completes this result, for Handler::backlog_bytes. Set by the
    /// producer, before the result is ready.
    void set_reply_bytes(std::size_t bytes) noexcept {
        reply_bytes_ = static_cast<std::uint32_t>(std::min<std::size_t>(bytes, UINT32_MAX));
    }

    /// The server's answer to an operation; only operations of a client have one.
    virtual void on_reply(const Reply&) {}

protected:
    enum class Status : std::uint8_t { pending, value, error };

    ~ResultStateBase() override;

    /// Runs `store` and completes, unless already complete or being completed. What `store` throws
    /// becomes the outcome.
    template <class Store>
    bool complete(Status status, Store&& store) noexcept {
        if (claimed_.exchange(true, std::memory_order_acq_rel)) {
            return false;
        }
        try {
            store();
        } catch (...) {  // a value that cannot be made is an error, or nobody would ever learn
            note_failure(std::current_exception());
            status = Status::error;
        }
        finish(status);
        return true;
    }

private:
    friend class base::ReadyQueue;
    friend class Resumptions;
    class LaneTurn;

    class Callback final : public Link {
    public:
        void run(ResultStateBase& result) noexcept override;
        void drop() noexcept override;
        ResultStateBase* owner = nullptr;
        Continuation function;
        std::uint32_t place = 0;
    };
    /// Where the id of a callback leads. Used again, so each use has a number of its own.
    struct Place {
        Callback* callback = nullptr;
        std::uint32_t use = 0;
        std::uint32_t next_free = 0;
    };

    void note_failure(std::exception_ptr error) noexcept;
    void finish(Status status) noexcept;
    void step() noexcept;
    void dispatch_links(const std::shared_ptr<Handler>& handler) noexcept;
    void run_lane_links() noexcept;
    void queue_drop() noexcept;
    void drop_links() noexcept;

    [[nodiscard]] Callback& make_callback(Continuation&& run);
    void discard(Callback& callback) noexcept;

    // With mutex_ held:
    [[nodiscard]] std::uint64_t number(Callback& callback);
    [[nodiscard]] Callback* find(std::uint64_t id) noexcept;
    void forget(Callback& callback) noexcept;
    [[nodiscard]] Place& place(std::uint32_t number) noexcept {
        return number == 0 ? first_place_ : places_[number - 1];
    }
    [[nodiscard]] std::shared_ptr<Waiter> offer_help() noexcept;
    void withdraw_offer() noexcept;

    static const std::shared_ptr<Handler> no_handler;

    std::shared_ptr<Handler> handler_;
    std::atomic<bool> has_handler_;
    std::atomic<Status> status_{Status::pending};
    std::atomic<bool> claimed_{false};

    mutable std::mutex mutex_;
    // Guarded by mutex_:
    LinkList direct_links_;
    LinkList lane_links_;
    LinkList resumptions_;    // of lane_links_, what callers that are blocked on the lane resume
    bool queued_ = false;     // in a ReadyQueue
    bool lane_turn_ = false;  // the lane has been given a turn, which is not over
    bool resumes_ = false;    // lane_links_ may hold some that resume coroutines
    bool offered_ = false;    // in the Resumptions
    bool dropped_ = false;
    bool first_in_use_ = false;
    Place first_place_;  // of first_callback_; number 0
    std::vector<Place> places_;
    std::uint32_t free_place_ = 0;  // a number; 0: none
    base::Sleeper* sleepers_ = nullptr;
    std::exception_ptr made_exception_;

    Callback first_callback_;
    std::variant<std::monostate, Error, std::exception_ptr> failure_;  // written before it is ready
    ResultStateBase* next_ready_ = nullptr;                            // the ReadyQueue's
    ResultStateBase* next_resumable_ = nullptr;                        // the Resumptions', with:
    ResultStateBase* previous_resumable_ = nullptr;
    bool resumable_ = false;
    std::uint32_t reply_bytes_ = 0;  // written before it is ready
};

template <class T>
class ResultState : public ResultStateBase {
public:
    using ResultStateBase::ResultStateBase;

    template <class... Args>
    bool succeed(Args&&... args) noexcept {
        return complete(Status::value, [&] { value_.emplace(std::forward<Args>(args)...); });
    }
    /// Makes the value that `publish` will complete with. Only for the sole producer.
    template <class... Args>
    void prepare(Args&&... args) {
        value_.emplace(std::forward<Args>(args)...);
    }
    void discard_prepared() noexcept { value_.reset(); }
    bool publish() noexcept {
        return complete(Status::value, [] {});
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
    bool succeed() noexcept {
        return complete(Status::value, [] {});
    }
    void discard_prepared() noexcept {}
    bool publish() noexcept { return succeed(); }
};

/// Cancels a result, or what it awaits, or what that awaits, and so on, without taking stack.
/// Says whether that ended anything.
bool cancel(ResultStateBase& result);

/// Marks the calling thread or fiber as running user code on a lane of `handler` for its lifetime.
class LaneScope {
public:
    LaneScope(Handler& handler, Lane lane) noexcept;
    ~LaneScope();
    LaneScope(const LaneScope&) = delete;
    LaneScope& operator=(const LaneScope&) = delete;

    /// Whether the caller is on any lane of this handler: what it waits for there must not
    /// be its own end.
    [[nodiscard]] static bool on_lane_of(const Handler& handler) noexcept;
    [[nodiscard]] static bool in_listener() noexcept;
    /// The handler on whose completion lane the caller is, innermost; null if on none.
    [[nodiscard]] static Handler* completion_lane() noexcept;

private:
    Handler& handler_;
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
    static void add(Handler& handler, std::size_t bytes) noexcept {
        handler.backlog_.fetch_add(1, std::memory_order_relaxed);
        handler.backlog_bytes_.fetch_add(bytes, std::memory_order_relaxed);
    }
    static void done(Handler& handler, std::size_t bytes) noexcept {
        handler.backlog_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
        handler.backlog_.fetch_sub(1, std::memory_order_relaxed);
    }
};

/// A waiter of plain threads, one per thread and reused; for results without a handler too.
[[nodiscard]] std::shared_ptr<Waiter> thread_waiter();

}  // namespace kazoo::detail
KAZOO_API_END
