// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/link.hpp>
#include <kazoo/detail/ref_counted.hpp>
#include <kazoo/detail/small_mutex.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/unique_function.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace kazoo::base {
class LaneBatch;
class ReadyQueue;
class Sleeper;
struct LaneSlot;
}  // namespace kazoo::base

KAZOO_API_BEGIN
namespace kazoo::detail {

/// Makes an Error; omits the detail if there is no memory for it.
[[nodiscard]] Error make_error(
    std::error_code code, Outcome outcome, const char* operation, const char* detail
) noexcept;
/// Returns true if `error` holds a std::bad_alloc.
[[nodiscard]] bool is_bad_alloc(const std::exception_ptr& error) noexcept;

/// The shared state of an AsyncResult, as far as it does not depend on the type of the value:
/// readiness, blocked callers, continuations (links), the error.
///
/// Thread-safe. The value or error is written once, by the thread that completes the result, before
/// ready() becomes true, and is constant afterwards.
///
/// No user code runs, no user object is moved or destroyed, and no Waiter of a handler is notified
/// while mutex_ is held: any of these could call back into this object.
class ResultStateBase : public RefCounted {
public:
    using Continuation = UniqueFunction<void(ResultStateBase&)>;

    explicit ResultStateBase(std::shared_ptr<Handler> handler) noexcept
        : handler_(std::move(handler)), has_handler_(handler_ != nullptr) {
        first_callback_.owner = this;
        first_place_.callback = &first_callback_;
    }

    [[nodiscard]] bool ready() const noexcept {
        return status_.load(std::memory_order_acquire) != Status::pending;
    }
    [[nodiscard]] bool successful() const noexcept {
        return status_.load(std::memory_order_acquire) == Status::value;
    }

    /// Blocks until ready or `deadline`; returns true if ready. Throws WouldDeadlockError.
    bool wait_until(TimePoint deadline);

    /// Adds a link, which must live until it has run, was dropped, or was unlinked. On a ready
    /// result a lane link is dispatched at once; a direct link is not added (returns false), and
    /// the caller continues by itself. The link may own the only reference to this object: it is
    /// not used once another thread can run the link.
    bool link(Link& link, LinkKind kind) noexcept;
    /// Removes a link. Returns false if it has begun to run or is not linked.
    bool unlink(Link& link) noexcept;

    /// Adds a callback on the completion lane; returns its id for unlink(). Throws std::bad_alloc,
    /// with nothing added.
    std::uint64_t link(Continuation&& run);
    bool unlink(std::uint64_t id) noexcept;
    /// Adds a function that runs in the thread that completes the result. If the result is ready,
    /// returns false and leaves `run` unchanged. Throws std::bad_alloc, with nothing added.
    bool link_direct(Continuation&& run);

    /// Cancels the operation that would complete this result; see AsyncResult::cancel. Overridden
    /// by results that can be cancelled.
    virtual bool cancel() { return false; }
    /// Adds the operation and path of this result to an error, if known.
    virtual void describe(Error&) const {}
    /// The answer of pass_cancellation().
    struct Cancelling {
        bool passed_on = false;          ///< False: call cancel() on this result.
        RefPtr<ResultStateBase> target;  ///< True: cancel this one instead; null: nothing to do.
    };
    /// For results whose cancellation cancels another result (coroutines): records the request and
    /// returns that result. Lets kazoo::detail::cancel() follow a chain of results in a loop.
    virtual Cancelling pass_cancellation() noexcept { return {}; }

    /// Completes the result with the value that ResultState::prepare() has stored. An
    /// AsyncResult<void> needs none.
    /// Takes over the caller's reference: a coroutine that is resumed directly can move the value
    /// out if only its own reference and that of the ReadyQueue are left.
    static void publish(RefPtr<ResultStateBase> own) noexcept {
        auto& state = *own;
        state.complete(
            Status::value, [] {}, nullptr, std::move(own)
        );
    }
    /// Completes the result with an error; returns false if it is already complete. Sets `*note`
    /// to true before the result becomes ready.
    bool fail(
        Error error, std::atomic<bool>* note = nullptr, base::LaneBatch* batch = nullptr
    ) noexcept;
    bool fail(std::exception_ptr error) noexcept;
    /// Called when the loop that would have completed this result has been destroyed. Completes it
    /// with CancelledError, wakes blocked callers, and drops all links, because no lane is left to
    /// run them.
    void abandon() noexcept override;

    // Only for results that are ready and failed.

    /// Returns the exception. Created on the first call if the result failed with an Error.
    [[nodiscard]] std::exception_ptr exception() noexcept;
    [[nodiscard]] Error error();
    [[noreturn]] void rethrow();

    /// Returns the handler; null if there is none yet. Does not change once it is set.
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return has_handler_.load(std::memory_order_acquire) ? handler_ : no_handler;
    }
    /// Sets the handler of a result that has none. To be called only by the thread that will
    /// complete the result; other threads may call handler() at the same time.
    void adopt_handler(const std::shared_ptr<Handler>& handler) noexcept {
        if (handler && !has_handler_.load(std::memory_order_relaxed)) {
            handler_ = handler;
            has_handler_.store(true, std::memory_order_release);
        }
    }

    /// Resumes one coroutine whose turn on the lane has been requested; returns false if there is
    /// none. Called by a caller that is blocked on that lane (see Resumptions).
    bool resume_one() noexcept;
    /// Lists what is left of the turns that the caller runs in their handlers' Resumptions. To be
    /// called before the caller blocks on a lane.
    static void offer_running_turns(const base::LaneSlot& caller) noexcept;
    /// Returns true if only the coroutine that `link` has resumed, which calls this, can use the
    /// value: the call of `link` has not returned, no other link follows, and beside the
    /// coroutine's reference there is only that of the turn on the lane, or of the ReadyQueue.
    [[nodiscard]] bool is_left_to_coroutine(const Link& link) const noexcept {
        // In this order. The second reference may be that of another owner: if the turn or the
        // queue has released its own, or if that owner was the one to add a link and has released
        // another reference. In each case last_link_ was changed before the reference was released.
        return has_two_owners() && last_link_.load(std::memory_order_acquire) == &link;
    }
    /// Logs an exception that a callback has thrown, through the handler.
    void report_escaped(const std::exception_ptr& error) const noexcept;

    /// Returns true if this result may only become ready after other code has run on a completion
    /// lane. False for operations of a client, which replies complete.
    [[nodiscard]] virtual bool needs_lane() const noexcept { return true; }

    /// The size of the reply that completes this result, for Handler::backlog_bytes. Set by the
    /// producer, before the result is ready.
    void set_reply_bytes(std::size_t bytes) noexcept {
        reply_bytes_ = static_cast<std::uint32_t>(bytes < UINT32_MAX ? bytes : UINT32_MAX);
    }

protected:
    enum class Status : std::uint8_t { pending, value, error };

    ~ResultStateBase() override;

    /// Runs `store`, which writes the value or error, then makes the result ready. Returns false if
    /// the result is complete or is being completed. If `store` throws, the result fails with that
    /// exception. With a batch, the callbacks run when the batch is flushed.
    /// `own`: the caller's reference, if it gives that up.
    template <class Store>
    bool complete(
        Status status,
        Store&& store,
        base::LaneBatch* batch = nullptr,
        RefPtr<ResultStateBase> own = {}
    ) noexcept {
        if (claimed_.exchange(true, std::memory_order_acq_rel)) {
            return false;
        }
        try {
            store();
        } catch (...) {  // must complete nevertheless: callers may be waiting
            note_failure(std::current_exception());
            status = Status::error;
        }
        finish(status, batch, std::move(own));
        return true;
    }

    /// Makes ready what has been stored. Only for producers that are the only ones to complete it.
    void complete_alone(Status status, base::LaneBatch& batch) noexcept {
        claimed_.store(true, std::memory_order_relaxed);
        finish(status, &batch, {});
    }

private:
    friend class base::LaneBatch;
    friend class base::ReadyQueue;
    friend class Resumptions;
    class LaneTurn;

    /// The link of a user's callback, which unlink() identifies by a number.
    class Callback final : public Link {
    public:
        void run(ResultStateBase& result) noexcept override;
        void drop() noexcept override;
        ResultStateBase* owner = nullptr;
        Continuation function;
        std::uint32_t place = 0;  // number of its Place
    };
    /// Maps the id of a callback to the callback. The id consists of the place's number and of
    /// `use`, which is incremented when a place is reused, so that an old id does not match a new
    /// callback.
    struct Place {
        Callback* callback = nullptr;
        std::uint32_t use = 0;
        std::uint32_t next_free = 0;  // number of the next free place; 0: none
    };

    /// What a step has to do after the direct links.
    struct AfterDirect {
        bool drop = false;               // all links
        bool dispatch = false;           // the lane links
        bool resumes = false;            // coroutines are among them
        std::shared_ptr<Waiter> helper;  // to be notified
    };
    /// What follows the addition of a lane link, without the mutex.
    struct AfterLink {
        RefPtr<ResultStateBase> queue;   // run its links: no thread is going to
        std::shared_ptr<Waiter> helper;  // to be notified
    };

    void note_failure(std::exception_ptr error) noexcept;
    void note_failure(Error error) noexcept;
    void finish(Status status, base::LaneBatch* batch, RefPtr<ResultStateBase> own) noexcept;
    void step() noexcept;
    [[nodiscard]] Link* next_direct_link(AfterDirect& after) noexcept;
    void run_link(Link& link) noexcept;
    static void continue_with(AfterLink after) noexcept;
    void continue_on_lane(const AfterDirect& after) noexcept;
    static void dispatch_turn(
        ResultStateBase* first, std::size_t turns, std::size_t bytes
    ) noexcept;
    void run_lane_links() noexcept;
    void queue_drop() noexcept;
    void drop_links() noexcept;

    std::uint64_t link_further(Continuation&& run);
    void discard(Callback& callback) noexcept;

    // These require mutex_ to be held:
    void begin_lane_turn(AfterDirect& after, bool in_batch) noexcept;
    void note_last_link(const Link* last) noexcept;
    [[nodiscard]] AfterLink add_lane_link(Link& link) noexcept;
    [[nodiscard]] std::uint64_t number(Callback& callback);
    [[nodiscard]] Callback* find(std::uint64_t id) noexcept;
    void forget(Callback& callback) noexcept;
    [[nodiscard]] Place& place(std::uint32_t number) noexcept {
        return number == 0 ? first_place_ : places_[number - 1];
    }
    [[nodiscard]] std::shared_ptr<Waiter> offer_help() noexcept;
    void withdraw_offer() noexcept;
    void offer_rest() noexcept;

    static const std::shared_ptr<Handler> no_handler;

    std::shared_ptr<Handler> handler_;  // written before has_handler_ becomes true, then constant
    std::atomic<bool> has_handler_;
    std::atomic<Status> status_{Status::pending};  // changes once, with mutex_ held
    std::atomic<bool> claimed_{false};  // set by the first thread that completes the result

    mutable SmallMutex mutex_;
    // Guarded by mutex_:
    LinkList direct_links_;
    LinkList lane_links_;
    LinkList resumptions_;       // moved here from lane_links_ for callers that block on the lane
    bool queued_ = false;        // in a ReadyQueue
    bool lane_turn_ = false;     // a LaneTurn was dispatched and has not taken its last link
    bool resumes_ = false;       // lane_links_ may contain links that resume coroutines
    bool dropped_ = false;       // all links are to be dropped, not run
    Place first_place_;          // of first_callback_; number 0
    std::vector<Place> places_;  // of all other callbacks; numbers from 1
    std::uint32_t free_place_ = 0;       // first of the list of free places; 0: none
    base::Sleeper* sleepers_ = nullptr;  // list of blocked callers

    // By the callback that is linked or running. Set with mutex_ held, cleared without it.
    std::atomic<bool> first_in_use_{false};
    Callback first_callback_;  // so that a result with one callback allocates nothing for it
    // Of a failed result: the exception or the Error. Written by the thread that set claimed_;
    // constant once the result is ready, except that exception() keeps here, with mutex_ held, what
    // it has made of an Error.
    std::exception_ptr exception_;
    std::unique_ptr<const Error> error_;  // null: an exception, or no memory: see code_
    std::error_code code_;                // of the Error
    Outcome outcome_{};                   // of the Error
    bool failed_with_exception_ = false;
    bool turn_dropped_ = false;  // its LaneTurn was destroyed; used by dispatch_turn()
    // The link that the lane or step() runs, if no other link follows it; else null. Set with
    // mutex_ held, cleared also without it.
    std::atomic<const Link*> last_link_{nullptr};
    ResultStateBase* next_ready_ = nullptr;    // used by the ReadyQueue that contains this
    ResultStateBase* next_in_turn_ = nullptr;  // used by the LaneBatch or LaneTurn that has this
    // Guarded by the mutex of the Resumptions:
    ResultStateBase* next_resumable_ = nullptr;
    ResultStateBase* previous_resumable_ = nullptr;
    // Listed there. Written with that mutex held. Read without it only where no other thread can
    // set it: by the turn, or with mutex_ held.
    std::atomic<bool> resumable_{false};
    std::uint32_t reply_bytes_ = 0;  // written before it is ready
};

/// The shared state of an AsyncResult<T>, with the value.
template <class T>
class ResultState : public ResultStateBase {
public:
    using ResultStateBase::ResultStateBase;

    /// Completes the result with a value; returns false if it is already complete.
    template <class... Args>
    bool succeed(Args&&... args) noexcept {
        return complete(Status::value, [&] { value_.emplace(std::forward<Args>(args)...); });
    }
    /// Stores the value with which publish() completes the result later. Not thread-safe: only for
    /// producers that are the only ones to call succeed() or publish().
    template <class... Args>
    void prepare(Args&&... args) {
        value_.emplace(std::forward<Args>(args)...);
    }
    [[nodiscard]] T& prepared() noexcept { return *value_; }
    void discard_prepared() noexcept { value_.reset(); }
    /// The callbacks run when the batch is flushed.
    void publish_in(base::LaneBatch& batch) noexcept { complete_alone(Status::value, batch); }
    // Only for results that are ready and successful.
    [[nodiscard]] const T& value() const noexcept { return *value_; }
    [[nodiscard]] T take() { return std::move(*value_); }

private:
    std::optional<T> value_;  // written before the result is ready
};

template <>
class ResultState<void> : public ResultStateBase {
public:
    using ResultStateBase::ResultStateBase;
    bool succeed() noexcept {
        return complete(Status::value, [] {});
    }
    bool succeed_in(base::LaneBatch& batch) noexcept {
        return complete(
            Status::value, [] {}, &batch
        );
    }
    void discard_prepared() noexcept {}
};

/// Cancels a result, or the result at the end of the chain if coroutines await one another. A loop:
/// the length of the chain does not matter for the stack. Returns true if an operation was ended.
bool cancel(ResultStateBase& result);

/// Marks the calling thread or fiber as running user code on a lane of `handler` for the lifetime
/// of this object. Scopes are nested; each thread or fiber has a list of its own (base::LaneSlot).
class LaneScope {
public:
    LaneScope(Handler& handler, Lane lane) noexcept;
    ~LaneScope();
    LaneScope(const LaneScope&) = delete;
    LaneScope& operator=(const LaneScope&) = delete;

    /// Returns the slot of the thread or fiber.
    [[nodiscard]] base::LaneSlot& slot() const noexcept { return slot_; }

    /// Returns true if the caller runs on any lane of this handler. It must then not wait for the
    /// lane to finish its tasks, of which it is one.
    [[nodiscard]] static bool on_lane_of(const Handler& handler) noexcept;
    /// Returns true if the caller runs on the session lane of any handler.
    [[nodiscard]] static bool in_listener() noexcept;
    /// Returns the handler on whose completion lane the caller runs; the innermost if there are
    /// several, null if there is none.
    [[nodiscard]] static Handler* completion_lane() noexcept;
    /// Returns the handler on any lane of which the caller runs; the innermost, or null.
    [[nodiscard]] static Handler* any_lane() noexcept;

private:
    Handler& handler_;
    const Lane lane_;
    base::LaneSlot& slot_;  // kept, because the fiber may move to another thread
    const LaneScope* const outer_;
};

/// To be called before the calling thread or fiber blocks. Throws WouldDeadlockError in a state
/// listener, which must not block, because later state changes could not be delivered. Runs the
/// links that the caller's ReadyQueue holds, because they may complete what it is about to wait
/// for.
void check_may_block();

/// Returns the calling thread's Waiter, which blocks the thread. For handlers with threads and for
/// results without a handler.
[[nodiscard]] std::shared_ptr<Waiter> thread_waiter();

}  // namespace kazoo::detail
KAZOO_API_END
