// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/access.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/require_cpp20.hpp>
#include <kazoo/detail/result_state.hpp>
#include <kazoo/result.hpp>

#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

template <class T>
class AsyncResult;

namespace detail {
template <class T>
class CoroutinePromise;
template <class T, LinkKind kind>
class ResultAwaiter;
template <class T, class CompletionToken>
struct TokenCompletion;  // in <kazoo/asio.hpp>

/// Returns now + timeout on the handler's clock, saturated.
[[nodiscard]] TimePoint deadline_after(const Handler* handler, Duration timeout) noexcept;
[[noreturn]] void throw_wait_timeout(const ResultStateBase& waiting_for);
}  // namespace detail

/// Identifies a linked callback of one result; pass it to AsyncResult::unlink.
using LinkId = std::uint64_t;

/// A function object that can be linked to a result of type T: callable with an AsyncResult<T>.
template <class F, class T>
concept ResultCallback = (std::is_invocable_v<std::decay_t<F>&, AsyncResult<T>>);

/// The result of an asynchronous operation (kazoo's `IAsyncResult`). Every `*_async` function
/// returns one at once; it becomes ready exactly once, with a value or an error.
///
/// A reference-counted handle: copies refer to the same result. All members are thread-safe.
/// Destroying all handles neither cancels the operation nor drops its callbacks.
///
/// One result supports every way of waiting:
///
///     auto value = result.get(2s);                        // blocks
///     result.rawlink([](AsyncResult<T> r) { ... });       // callback
///     auto value = co_await result;                       // any coroutine but asio::awaitable
///     auto value = co_await result(asio::use_awaitable);  // any Boost.Asio token
///                                                         // (include <kazoo/asio.hpp>)
///
/// Blocking functions (`get`, `result`, `wait`) block the calling thread, with
/// SequentialFiberHandler the calling fiber. They are allowed in result callbacks and watch
/// functions of handlers with threads or fibers. They throw WouldDeadlockError at once where the
/// wait could never end: on the only thread of a loop that would have to complete the result, in
/// state listeners, and, for coroutines, when 32 nested callbacks are already waiting for
/// coroutines. They throw ForkedError where the parent process would have to complete the result.
/// While a callback waits for a coroutine or a Promise, coroutines that are due on its lane are
/// resumed within the wait; while it waits for an operation of a client, they wait for the
/// callback.
///
/// AsyncResult is also a coroutine return type:
///
///     AsyncResult<std::string> read(KazooClient& zk, std::string path) {
///         const auto node = co_await zk.get_async(path);
///         co_return node.data;
///     }
///
/// The handler of such a result is that of the first parameter that has one (a client), else that
/// of the first result awaited. Calling the coroutine throws std::bad_alloc if its frame cannot be
/// allocated; a std::bad_alloc that leaves it fails its result with OutOfMemoryError.
///
/// With g++ 12, which miscompiles some coroutines of every type (clang 14 does not), begin the
/// operation in one statement and await it by name in the next:
///
///     const auto node = zk.get_async(path, [name](const WatchedEvent&) { ... });
///     const auto text = (co_await node).data;
///     const auto made = zk.ensure_path_async("/a");
///     if (co_await made) ...
///
/// Safe within the `co_await` expression itself are calls whose arguments are options, strings,
/// ACLs or results of functions. These crash or have no effect there: lambdas that capture
/// an object with a destructor, `?:` with temporaries, user-defined aggregates that contain a
/// string, and conditions (if, switch, while, do, for) in coroutines without a local variable.
/// These do not compile: braced lists ("array used as initializer") and, in templates, a member of
/// the awaited value. docs/asynchronous-usage.md has a table; tests/coroutines/forms.def lists all
/// forms.
template <class T = void>
class [[nodiscard]] AsyncResult {
public:
    /// What the operation returns.
    using value_type = T;
    /// Makes AsyncResult a return type of coroutines.
    using promise_type = detail::CoroutinePromise<T>;

    /// Creates an invalid handle, which may only be assigned to, destroyed, compared and asked for
    /// valid(). Valid ones come from `*_async` functions, coroutines and Promise.
    AsyncResult() noexcept = default;

    /// Returns whether the handle refers to a result.
    [[nodiscard]] bool valid() const noexcept { return static_cast<bool>(state_); }

    /// Returns true once a value or error is available; get() then does not block.
    [[nodiscard]] bool ready() const noexcept { return state_->ready(); }
    /// Returns true once a value is available.
    [[nodiscard]] bool successful() const noexcept { return state_->successful(); }

    /// Returns a pointer to the value, or null if there is none (kazoo's `value`). The pointer is
    /// valid as long as any handle to the result. Called on a temporary, returns a std::optional
    /// instead, which outlives the result.
    [[nodiscard]] const T* value() const& noexcept requires(!std::is_void_v<T>) {
        return state_->successful() ? &state_->value() : nullptr;
    }
    [[nodiscard]] std::optional<T> value() && requires(!std::is_void_v<T>) {
        return state_->successful() ? std::optional<T>(take_value()) : std::nullopt;
    }
    /// Returns the error, or null if there is none (kazoo's `exception`): the same object on every
    /// call, except for std::bad_alloc while there is no memory to create it.
    [[nodiscard]] std::exception_ptr exception() const noexcept {
        return state_->ready() && !state_->successful() ? state_->exception() : nullptr;
    }

    /// Blocks until the result is ready. Returns the value or throws the error as its own exception
    /// class.
    ///
    /// On an lvalue returns a const reference into the shared result, valid as long as any handle
    /// to it. On a temporary returns the value, moved out if this is the only handle and copied
    /// otherwise. A value that cannot be copied (WatchHandle) is always moved out, so that only one
    /// caller may do this.
    decltype(auto) get() const& {
        state_->wait_until(TimePoint::max());
        return ready_value();
    }
    T get() && {
        state_->wait_until(TimePoint::max());
        return take_value();
    }
    /// As get(), for at most `timeout` on the handler's clock; zero or less does not block. Throws
    /// KazooTimeoutError if the result is not ready by then. The operation itself continues: end it
    /// with `cancel`, or bound it with CallOptions::timeout.
    decltype(auto) get(AnyDuration timeout) const& {
        wait_or_throw(timeout);
        return ready_value();
    }
    T get(AnyDuration timeout) && {
        wait_or_throw(timeout);
        return take_value();
    }
    /// Returns the value or throws the error if ready, else throws KazooTimeoutError. Never blocks.
    decltype(auto) get_nowait() const& {
        wait_or_throw(Duration::zero());
        return ready_value();
    }
    T get_nowait() && {
        wait_or_throw(Duration::zero());
        return take_value();
    }

    /// Blocks as get() does; returns a copy of the value, or the Error. Throws WouldDeadlockError
    /// and ForkedError, which are programming errors, std::bad_alloc, and what copying the value
    /// throws.
    [[nodiscard]] Result<T> result() const {
        state_->wait_until(TimePoint::max());
        if (!state_->successful()) {
            return state_->error();
        }
        if constexpr (std::is_void_v<T>) {
            return {};
        } else {
            return state_->value();
        }
    }

    /// Blocks until the result is ready, for at most `timeout`. Returns whether it is ready. Throws
    /// WouldDeadlockError, ForkedError and std::bad_alloc, never the error of the operation.
    bool wait(AnyDuration timeout) const {
        return state_->wait_until(detail::deadline_after(state_->handler().get(), timeout));
    }
    void wait() const { state_->wait_until(TimePoint::max()); }

    /// Links a callback: `callback(AsyncResult<T>)` is called once when the result is ready, or
    /// soon if it is ready already. The callback receives this result, on which `get` does not
    /// block. Corresponds to kazoo's `rawlink`.
    ///
    /// Callbacks of one result run in the order of linking, on Lane::completion of the result's
    /// handler. They never run within the call that started the operation, nor within `rawlink`,
    /// even if the handler is not running, because the caller may hold a mutex that the callback
    /// needs. (Handler::dispatch describes the exception: where no other thread or loop could run
    /// them.) Without a handler they run in the thread that completes the result. If the lane
    /// cannot accept the callbacks for lack of memory, they run there, too. Exceptions that a
    /// callback throws are logged at error level.
    ///
    /// Returns an identifier for `unlink`. Throws std::bad_alloc, or what copying the callback
    /// throws; it is then not linked.
    template <ResultCallback<T> Callback>
    LinkId rawlink(Callback&& callback) const {
        return state_->link([f = std::decay_t<Callback>(std::forward<Callback>(callback)
                             )](detail::ResultStateBase& state) mutable {
            const Lent lent(static_cast<detail::ResultState<T>&>(state));
            if constexpr (std::is_invocable_v<std::decay_t<Callback>&, const AsyncResult&>) {
                f(lent.result);
            } else {
                f(AsyncResult(lent.result));
            }
        });
    }
    /// Removes a callback that has not begun to run, and destroys it. Returns whether it was
    /// removed.
    bool unlink(LinkId link) const noexcept { return state_->unlink(link); }

    /// Cancels the operation for all holders of the result: everyone waiting for it gets
    /// CancelledError. Returns whether this call ended anything; false if the result was ready.
    /// Does not wait: the result of a client's operation fails on the connection's executor.
    ///
    /// - Operation of a client: a request that was not sent is withdrawn (Outcome::not_sent); one
    ///   that was sent is abandoned: its reply is ignored, and whether a write was applied is
    ///   unknown. The order of other requests does not change.
    /// - Coroutine: what it awaits is cancelled, by the same rules. Returns true if that was
    ///   cancelled and fails with CancelledError; the coroutine may catch the error and still
    ///   return a value. Returns false if the coroutine continues, because it is between two
    ///   awaits, in an uncancellable section, or awaits something that is ready: cancellation then
    ///   takes effect at its next await. See <kazoo/this_coro.hpp>.
    /// - Promise: its result fails, and its producer is notified (Promise::on_cancel).
    /// - Combined results: see <kazoo/when.hpp>.
    ///
    /// To stop waiting without cancelling the operation for others, wait with a timeout, call
    /// `unlink`, or await the result in a coroutine within an uncancellable section.
    bool cancel() const { return detail::cancel(*state_); }

    /// Initiates a wait with a Boost.Asio completion token. Include <kazoo/asio.hpp>.
    ///
    /// The signature is `void(std::exception_ptr, T)`, or `void(boost::system::error_code, T)` for
    /// as_tuple, redirect_error and yield_context; without the T for AsyncResult<void>.
    /// `with_error_code(result, token)` and `with_exception(result, token)` select one explicitly.
    /// T must be default constructible: a failure passes T().
    ///
    /// The completion handler is called once, through its associated executor, never within this
    /// call. The default executor is Handler::executor(): the loop of SequentialAsioHandler; with
    /// handlers that have a connection thread it is that thread, which must not be blocked. If the
    /// executor cannot accept the handler for lack of memory, it runs in the thread that completes
    /// the result. The handler's cancellation slot calls `cancel`. Throws std::bad_alloc. With
    /// `use_awaitable` and `yield_context`, which suspend the caller first, the waiting expression
    /// throws it or, if it reports an error_code, gives ClientErrc::out_of_memory.
    template <class CompletionToken>
    auto operator()(CompletionToken&& token) const {
        static_assert(
            requires { sizeof(detail::TokenCompletion<T, CompletionToken>); },
            "kazoo: to complete a result with a token of Boost.Asio, include <kazoo/asio.hpp>"
        );
        return detail::TokenCompletion<T, CompletionToken>::run(
            *this, std::forward<CompletionToken>(token)
        );
    }

    /// Returns the handler whose lanes run the callbacks; null if the result has none.
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return state_->handler();
    }
    /// Returns whether both handles refer to the same result.
    friend bool operator==(const AsyncResult&, const AsyncResult&) noexcept = default;

private:
    friend struct detail::Access;

    explicit AsyncResult(detail::RefPtr<detail::ResultState<T>> state) noexcept
        : state_(std::move(state)) {}

    /// A handle for the time of a callback, during which the library holds the result: it is not
    /// counted.
    struct Lent {
        explicit Lent(detail::ResultState<T>& state) noexcept
            : result(detail::RefPtr<detail::ResultState<T>>::adopt(&state)) {}
        Lent(const Lent&) = delete;
        Lent& operator=(const Lent&) = delete;
        ~Lent() { static_cast<void>(result.state_.detach()); }
        AsyncResult result;
    };

    void wait_or_throw(Duration timeout) const {
        if (!wait(timeout)) {
            detail::throw_wait_timeout(*state_);
        }
    }
    using Reference =
        std::conditional_t<std::is_void_v<T>, void, std::add_lvalue_reference_t<const T>>;
    Reference ready_value() const {
        if (!state_->successful()) {
            state_->rethrow();
        }
        if constexpr (!std::is_void_v<T>) {
            return state_->value();
        }
    }
    T take_value() {
        if (!state_->successful()) {
            state_->rethrow();
        }
        if constexpr (!std::is_void_v<T>) {
            if constexpr (std::is_copy_constructible_v<T>) {
                if (!state_->sole_owner()) {
                    return state_->value();
                }
            }
            return state_->take();
        }
    }

    detail::RefPtr<detail::ResultState<T>> state_;
};

namespace detail {
/// Returns a handle of a result that the library completes.
template <class T>
[[nodiscard]] AsyncResult<T> make_result(RefPtr<ResultState<T>> state) noexcept {
    return Access::make<AsyncResult<T>>(std::move(state));
}
}  // namespace detail

/// Awaits a result in a coroutine of any type but asio::awaitable, which takes a completion token
/// (<kazoo/asio.hpp>). If the result is ready the coroutine continues at
/// once, else on Lane::completion of the result's handler, one at a time with result callbacks; if
/// a callback there waits for a coroutine, it may be resumed within that wait. `co_await` returns
/// the value or throws the error, like get().
///
/// If the handler's loop is destroyed first, a coroutine that returns an AsyncResult is destroyed
/// at its await, and its result fails with CancelledError. Coroutines of other types belong to
/// their own objects and stay suspended.
template <class T>
detail::ResultAwaiter<T, detail::LinkKind::lane> operator co_await(AsyncResult<T> result) noexcept;

/// What `direct` returns.
template <class T>
class DirectResult {
public:
    /// For `direct`.
    explicit DirectResult(AsyncResult<T> awaited) noexcept : result(std::move(awaited)) {}
    AsyncResult<T> result;  ///< What is awaited.
};

/// Makes `co_await direct(result)` resume the coroutine in the thread that completes the result,
/// usually the connection's, instead of on the lane. For inner steps of recipes and other
/// operations of several steps, which then do not queue behind user callbacks. What follows it must
/// never block.
template <class T>
[[nodiscard]] DirectResult<T> direct(AsyncResult<T> result) noexcept {
    return DirectResult<T>(std::move(result));
}
template <class T>
detail::ResultAwaiter<T, detail::LinkKind::direct> operator co_await(DirectResult<T> direct
) noexcept;

namespace detail {

/// What `until_ready` returns.
template <class T>
class ReadyResult {
public:
    explicit ReadyResult(AsyncResult<T> awaited) noexcept : result(std::move(awaited)) {}
    AsyncResult<T> result;
};

/// Makes `co_await until_ready(result)` wait as `direct(result)` does, but neither copy the value
/// nor throw the error. For coroutines that must not lose the value if there is no memory to copy
/// it.
template <class T>
[[nodiscard]] ReadyResult<T> until_ready(AsyncResult<T> result) noexcept {
    return ReadyResult<T>(std::move(result));
}

/// Returns the value of a ready result, which must outlive the reference. Throws its error.
template <class T>
[[nodiscard]] const T& value_in(const AsyncResult<T>& result) {
    const auto& state = detail::state_of(result);
    if (!state->successful()) {
        state->rethrow();
    }
    return state->value();
}

}  // namespace detail
}  // namespace kazoo
KAZOO_API_END

#include <kazoo/detail/coroutine.hpp>
