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

namespace detail {
template <class T>
class CoroutinePromise;
template <class T, LinkKind kind>
class ResultAwaiter;
template <class T, class CompletionToken>
struct TokenCompletion;  // in <kazoo/asio.hpp>

/// now + timeout, without overflow.
[[nodiscard]] TimePoint deadline_after(const Handler* handler, Duration timeout) noexcept;
[[noreturn]] void throw_wait_timeout(const ResultStateBase& waiting_for);
}  // namespace detail

/// Names one link of one result, for `unlink`.
using LinkId = std::uint64_t;

/// The result of an asynchronous operation (kazoo's `IAsyncResult`): what every `*_async` function
/// returns at once, and what becomes ready exactly once, with a value or with an error.
///
/// A cheap handle: copies share the result. All members may be called from any thread.
/// Dropping every handle neither cancels the operation nor drops its callbacks.
///
/// One result serves every way of waiting:
///
///     auto value = result.get(2s);                        // blocks
///     result.rawlink([](AsyncResult<T> r) { ... });       // callback
///     auto value = co_await result;                       // any coroutine
///     auto value = co_await result(asio::use_awaitable);  // any Boost.Asio token
///                                                         // (include <kazoo/asio.hpp>)
///
/// It is a coroutine return type as well: `AsyncResult<T> f(KazooClient& zk) { co_await ... }`.
/// The handler of such a coroutine's result is that of the first parameter which has one (a
/// client), else that of the first result it awaits. The call throws std::bad_alloc if there is no
/// memory for the coroutine; one that leaves the coroutine fails its result with OutOfMemoryError.
///
/// With g++ 12, which miscompiles some coroutines of every type (clang 14 does not): begin the
/// operation in one statement, and await its name in the next.
///
///     const auto node = zk.get_async(path, [name](const WatchedEvent&) { ... });
///     const auto text = (co_await node).data;
///     const auto made = zk.ensure_path_async("/a");
///     if (co_await made) ...
///
/// Calls may stand in the `co_await` expression itself with options, strings, access lists and
/// whatever functions return. These crash or do nothing there: lambdas that capture something with
/// a destructor, `?:` with temporaries, aggregates of your own that hold a string, and conditions
/// (if, switch, while, do, for) in coroutines without a variable. These do not compile: braced
/// lists ("array used as initializer"), and in templates a member of what is awaited. The guide,
/// docs/asynchronous-usage.md, has a table; tests/coroutines/forms.def holds all forms.
template <class T = void>
class [[nodiscard]] AsyncResult {
public:
    using value_type = T;
    using promise_type = detail::CoroutinePromise<T>;

    /// Refers to no operation; only assignment, destruction and `valid` are allowed.
    AsyncResult() noexcept = default;
    explicit AsyncResult(detail::RefPtr<detail::ResultState<T>> state) noexcept
        : state_(std::move(state)) {}

    [[nodiscard]] bool valid() const noexcept { return static_cast<bool>(state_); }

    /// A value or an error is there: `get` will not block.
    [[nodiscard]] bool ready() const noexcept { return state_->ready(); }
    /// Ready, with a value.
    [[nodiscard]] bool successful() const noexcept { return state_->successful(); }

    /// The value, or null while there is none (kazoo's `value`). Of a temporary a std::optional, so
    /// that it outlives the result.
    [[nodiscard]] const T* value() const& noexcept requires(!std::is_void_v<T>) {
        return state_->successful() ? &state_->value() : nullptr;
    }
    [[nodiscard]] std::optional<T> value() && requires(!std::is_void_v<T>) {
        return state_->successful() ? std::optional<T>(take_value()) : std::nullopt;
    }
    /// The error, or null while there is none; the same object at every call (but std::bad_alloc as
    /// long as there is no memory for it).
    [[nodiscard]] std::exception_ptr exception() const noexcept {
        return state_->ready() && !state_->successful() ? state_->exception() : nullptr;
    }

    /// Blocks until ready; returns the value or throws the error with its own type.
    ///
    /// Blocks the calling thread (with SequentialFiberHandler: the fiber). Allowed in result
    /// callbacks and watch functions of handlers with threads. In a callback that waits for a
    /// coroutine, or for a Promise, coroutines whose turn on the lane has come go on inside of this
    /// call; in one that waits for an operation of a client they wait for the callback.
    ///
    /// Throws WouldDeadlockError at once where the wait could never end: on the only thread of a
    /// loop that would have to complete the result, in state listeners, and for coroutines where 32
    /// callbacks wait for one each, within one another. On an lvalue returns a reference into the
    /// shared result.
    decltype(auto) get() const& {
        state_->wait_until(TimePoint::max());
        return ready_value();
    }
    T get() && {
        state_->wait_until(TimePoint::max());
        return take_value();
    }
    /// As `get()`, but throws KazooTimeoutError when not ready within `timeout` (steady time; zero:
    /// at once). The operation itself goes on; see `cancel` and CallOptions::timeout.
    decltype(auto) get(AnyDuration timeout) const& {
        wait_or_throw(timeout);
        return ready_value();
    }
    T get(AnyDuration timeout) && {
        wait_or_throw(timeout);
        return take_value();
    }
    /// The value or error if ready, else throws KazooTimeoutError. Never blocks.
    decltype(auto) get_nowait() const& {
        wait_or_throw(Duration::zero());
        return ready_value();
    }
    T get_nowait() && {
        wait_or_throw(Duration::zero());
        return take_value();
    }

    /// The same without exceptions: blocks like `get()`, returns a value or an Error.
    /// Still throws WouldDeadlockError, which is a mistake in the program.
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

    /// Blocks until ready or for `timeout`; says whether it is ready. Throws only
    /// WouldDeadlockError.
    bool wait(AnyDuration timeout) const {
        return state_->wait_until(detail::deadline_after(state_->handler().get(), timeout));
    }
    void wait() const { state_->wait_until(TimePoint::max()); }

    /// Calls `callback(AsyncResult<T>)` once the result is ready, also if it is already.
    ///
    /// Each link runs exactly once, in the order of linking, on the handler's completion lane, and
    /// never in the call that started the operation. It never runs inside `rawlink` either, also if
    /// the handler is not running: the caller may hold a mutex that the callback needs. (Only where
    /// no thread and no loop is left to run it: Handler::dispatch.) The callback receives this same
    /// result, on which `get` does not block. Exceptions that it throws are logged at level error.
    /// Throws std::bad_alloc, or what copying the callback throws, and then has linked nothing.
    /// If the lane cannot take the callbacks for want of memory, they run in the thread that
    /// completes the result.
    template <class Callback>
    requires std::is_invocable_v < std::decay_t<Callback>
    &, AsyncResult > LinkId rawlink(Callback&& callback) const {
        return state_->link([f = std::decay_t<Callback>(std::forward<Callback>(callback)
                             )](detail::ResultStateBase& state) mutable {
            f(AsyncResult(
                detail::RefPtr<detail::ResultState<T>>(static_cast<detail::ResultState<T>*>(&state))
            ));
        });
    }
    /// Removes a link that has not begun to run; says whether it did.
    bool unlink(LinkId link) const noexcept { return state_->unlink(link); }

    /// Gives the operation up, for everyone: all who wait for this result, by whatever copy of it,
    /// get CancelledError. Says whether this call ended anything; false when the result was ready.
    ///
    /// - An operation of a client: a request that was not sent is withdrawn (outcome not_sent); one
    ///   that was sent is abandoned: its reply will be ignored, and whether a write was applied is
    ///   unknown. The order of other requests does not change.
    /// - A coroutine: what it awaits is cancelled, in the same way. True says that this was, and
    ///   fails with CancelledError; the coroutine may catch that and still give a value. False says
    ///   that it goes on, between two awaits, in an uncancellable section or because what it awaits
    ///   is ready: cancellation then reaches its next await. See <kazoo/this_coro.hpp>.
    /// - A Promise: its result fails, and its producer learns of it (Promise::on_cancel).
    /// - Combined results: see <kazoo/when.hpp>.
    ///
    /// To stop waiting without taking the result from others, wait with a timeout, `unlink`, or
    /// await it in a coroutine of your own that has an uncancellable section.
    bool cancel() const { return detail::cancel(*state_); }

    /// Completes a Boost.Asio completion token. Include <kazoo/asio.hpp>.
    ///
    /// The signature is `void(std::exception_ptr, T)` (`void(std::exception_ptr)` for void), and
    /// for as_tuple, redirect_error and yield_context `void(boost::system::error_code, T)`;
    /// `with_error_code(result, token)` and `with_exception(result, token)` choose it themselves.
    ///
    /// The completion handler is called once, through its associated executor, never inside this
    /// call. Without one that is the handler's executor(): the loop of SequentialAsioHandler, and
    /// with handlers that have a connection thread that thread, which must not be blocked. Its
    /// cancellation slot cancels the operation, as `cancel` does. If the executor cannot take it
    /// for want of memory, it runs in the thread that completes the result. The value type must be
    /// default constructible. Throws std::bad_alloc.
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

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return state_->handler();
    }
    friend bool operator==(const AsyncResult&, const AsyncResult&) noexcept = default;

private:
    friend struct detail::Access;

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
            if (state_->sole_owner()) {
                return state_->take();
            }
            return state_->value();
        }
    }

    detail::RefPtr<detail::ResultState<T>> state_;
};

/// Awaits a result of any coroutine type. The coroutine goes on at once if the result is ready,
/// else on the handler's completion lane, one at a time with result callbacks. If its turn comes
/// while a callback there waits for a coroutine, it goes on inside of that wait.
///
/// If the loop of the handler is destroyed meanwhile, a coroutine that returns an AsyncResult is
/// destroyed where it stands, and its result fails with CancelledError. Coroutines of other types
/// belong to their own objects and stay suspended.
template <class T>
detail::ResultAwaiter<T, detail::LinkKind::lane> operator co_await(AsyncResult<T> result) noexcept;

/// A result to be awaited without the lane; see `direct`.
template <class T>
class DirectResult {
public:
    explicit DirectResult(AsyncResult<T> awaited) noexcept : result(std::move(awaited)) {}
    AsyncResult<T> result;
};

/// `co_await direct(result)` resumes in the very thread that completes the result, usually the
/// connection's. For the inner steps of recipes and other multi-step operations, so that they do
/// not wait behind user callbacks. What follows it must never block.
template <class T>
[[nodiscard]] DirectResult<T> direct(AsyncResult<T> result) noexcept {
    return DirectResult<T>(std::move(result));
}
template <class T>
detail::ResultAwaiter<T, detail::LinkKind::direct> operator co_await(DirectResult<T> direct
) noexcept;

}  // namespace kazoo
KAZOO_API_END

#include <kazoo/detail/coroutine.hpp>
