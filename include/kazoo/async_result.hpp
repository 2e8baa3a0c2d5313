#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/result_state.hpp>
#include <kazoo/result.hpp>

#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

namespace detail {
template <class T>
class CoroutinePromise;
template <class T, LinkKind kind>
class ResultAwaiter;

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
/// client), else that of the first result it awaits.
///
/// With g++ 12. It miscompiles some coroutines of every type, ours and others'; clang 14 does not.
/// What the library's functions take and return may stand in a `co_await` expression as it is:
/// options, strings, access lists and watchers that a function returns. Four things crash; write
///
///     const auto told = [name](const WatchedEvent&) { ... };  // a lambda that captures something
///     co_await zk.get_async("/a", told);                      // with a destructor: named before
///
///     const std::string path = mine ? a + b : c;              // `?:` with such temporaries: in an
///     co_await zk.get_async(path);                            // expression without co_await, or
///     if (mine) text = (co_await zk.get_async("/a")).data;    // an if in its place
///
///     const bool made = co_await zk.ensure_path_async("/a");  // a condition (if, switch, while,
///     if (made) ...                                           // do, for): no co_await in it, in
///                                                             // coroutines without a variable
///
///     const Mine mine{name, 1};                               // an aggregate of your own that has
///     co_await store(zk, mine);                               // a string in it: named before
///
/// and two do not compile:
///
///     const AclList acls{make_acl("ip", "::1", 1)};           // a braced list: named before
///     co_await zk.set_acls_async("/a", acls);                 // ("array used as initializer")
///
///     const auto node = co_await zk.get_async("/a");          // in templates, a member of what is
///     text = node.data;                                       // awaited: of a named value
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

    /// The value, or null while there is none (kazoo's `value`).
    [[nodiscard]] const T* value() const noexcept requires(!std::is_void_v<T>) {
        return state_->successful() ? &state_->value() : nullptr;
    }
    /// The error, or null while there is none; the same object at every call.
    [[nodiscard]] std::exception_ptr exception() const {
        return state_->ready() && !state_->successful() ? state_->exception() : nullptr;
    }

    /// Blocks until ready; returns the value or throws the error with its own type.
    ///
    /// Blocks the calling thread (with SequentialFiberHandler: the fiber). Allowed in result
    /// callbacks and watch functions of handlers with threads. Throws WouldDeadlockError at once
    /// where the wait could never end: on the only thread of a loop that would have to complete the
    /// result, and in state listeners. On an lvalue returns a reference into the shared result.
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

    /// Gives the operation up: the result completes with CancelledError. Says whether this call did
    /// it; false when the result was ready. A request that was not sent is withdrawn (outcome
    /// not_sent); one that was sent is abandoned: its reply will be ignored, and whether a write
    /// was applied is unknown. The order of other requests does not change.
    bool cancel() const { return state_->cancel(); }

    /// Completes a Boost.Asio completion token with signature `void(std::exception_ptr, T)`
    /// (`void(std::exception_ptr)` for void). Include <kazoo/asio.hpp>.
    template <class CompletionToken>
    auto operator()(CompletionToken&& token) const;

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return state_->handler();
    }
    /// The shared state: for the library's own parts.
    [[nodiscard]] const detail::RefPtr<detail::ResultState<T>>& state() const noexcept {
        return state_;
    }
    friend bool operator==(const AsyncResult&, const AsyncResult&) noexcept = default;

private:
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
/// else on the handler's completion lane, one at a time with result callbacks.
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
