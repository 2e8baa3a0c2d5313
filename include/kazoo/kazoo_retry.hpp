#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/retry_run.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/retry.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <stop_token>
#include <type_traits>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

namespace detail {
template <class T>
inline constexpr bool is_async_result = false;
template <class T>
inline constexpr bool is_async_result<AsyncResult<T>> = true;
}  // namespace detail

/// A function that starts an operation: called without arguments it returns an AsyncResult.
template <class F>
concept AsyncFunction = std::invocable<F&> && detail::is_async_result<std::invoke_result_t<F&>>;

/// Calls a function again while it fails for reasons that pass (kazoo's `KazooRetry`).
///
///     KazooRetry retry(RetryPolicy().max_tries(5), zk.handler());
///     auto node = retry([&] { return zk.get("/a"); });                          // blocks
///     auto node = co_await retry.call_async([&] { return zk.get_async("/a"); });  // does not
///
/// A client has one with its own policy: KazooClient::retry, retry_async and command_retry.
///
/// Tries again after every failure that is Condition::retryable (ConnectionLoss,
/// OperationTimeoutError, RequestTimeoutError, SessionMovedError, ThrottledOpError, QueueFullError,
/// ReconfigInProcessError, NotReadOnlyCallError), after ForceRetryError (which is there for the
/// function to throw) and, if the policy's ignore_expire says so, after SessionExpiredError.
/// Whatever else the function throws or its result fails with passes through as it is,
/// ConnectionClosedError above all: a client that is stopped is not waited for.
///
/// When no try is left, or the policy's deadline leaves no time for the next pause, the call fails
/// with RetryFailedError, whose detail() holds the last failure, whose path() is that of the last
/// failure, and whose outcome() sums the tries up: `unknown` if any ended so, `not_sent` only if
/// all did. What the function did before the step that failed, only the function knows.
///
/// The policy's deadline bounds the tries, too. Operations that the function begins, on its own
/// thread or fiber, fail with OperationTimeoutError at the deadline, as if each had
/// CallOptions::deadline; call_async also cancels the result of a try that is not ready by then.
/// If a blocking function waits for anything else (another thread, an Event), give that wait a
/// timeout of its own.
///
/// Beware of trying writes again. A try whose outcome() was `unknown` may have been applied: then
/// the next `create` fails with NodeExistsError (or, with `sequence`, makes a second node), the
/// next `delete_` with NoNodeError, the next conditional `set` with BadVersionError, and none of
/// them means that somebody else was there. Let the function find out, or use a policy with
/// `retry_unknown(false)`, which tries again only what certainly has not been applied.
///
/// Jitter, pauses and limits are those of RetryPolicy. Every call has its own tries: one object may
/// serve many calls at once, from any thread (kazoo's `copy` and `reset` are not needed).
class KazooRetry {
public:
    /// `handler` tells the time and sleeps. Without one the calling thread blocks, and call_async
    /// is not possible.
    explicit KazooRetry(RetryPolicy policy, std::shared_ptr<Handler> handler = nullptr)
        : policy_(policy), handler_(std::move(handler)) {}

    /// When this stop is requested a pause ends at once, and no other begins: the call fails with
    /// InterruptedError, a RetryFailedError. A try under way is not disturbed: if it succeeds, the
    /// call does. May be given several times; each of the stops counts.
    KazooRetry& interrupt(std::stop_token stop) & {
        stops_.push_back(std::move(stop));
        return *this;
    }
    KazooRetry interrupt(std::stop_token stop) && { return std::move(interrupt(std::move(stop))); }

    /// Calls `function(args...)`, again if need be, and returns what it returns. Blocks the calling
    /// thread or fiber between the tries, and throws WouldDeadlockError before the first one where
    /// that is not possible: on the only thread of a loop, and in state listeners. The arguments
    /// are handed to each try as lvalues.
    template <class F, class... Args>
    requires std::invocable<F&, Args&...> std::invoke_result_t<F&, Args&...>
    operator()(F&& function, Args&&... args) const {
        static_assert(
            !detail::is_async_result<std::remove_cvref_t<std::invoke_result_t<F&, Args&...>>>,
            "the failure of an AsyncResult comes later: use call_async or retry_async"
        );
        auto run = begin_blocking();
        for (;;) {
            std::exception_ptr failure;
            try {
                const detail::DeadlineScope scope(run.end());
                return std::invoke(function, args...);
            } catch (...) {
                failure = std::current_exception();
            }
            // Not in the catch block, which a fiber must not sleep in.
            pause(run, failure);
        }
    }

    /// The same without blocking: calls `function()`, which returns an AsyncResult, now, and again
    /// when that has failed. Gives the first result that is a success, else an error as above.
    ///
    /// The function is copied or moved, and lives until the result is ready. Its first call is
    /// inside this one; all others run on the connection's executor and must not block. It may be a
    /// coroutine. `cancel` of the result reaches the try or the pause that is under way.
    /// The handler is kept running meanwhile, also without clients.
    /// Throws ConfigurationError if there is no handler, std::system_error if the handler cannot
    /// create its threads, nothing else.
    ///
    /// g++ 12 destroys a lambda twice that captures by value and is written inside a co_await
    /// expression: give it a name first.
    template <AsyncFunction F>
    std::invoke_result_t<F&> call_async(F function) const {
        detail::HandlerUse running(handler_);
        auto result = steps<typename std::invoke_result_t<F&>::value_type>(
            *this, begin(), std::move(function)
        );
        running.last_until(*detail::state_of(result));
        return result;
    }

    [[nodiscard]] const RetryPolicy& policy() const noexcept { return policy_; }
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept { return handler_; }

private:
    [[nodiscard]] detail::RetryRun begin() const;
    [[nodiscard]] detail::RetryRun begin_blocking() const;
    [[nodiscard]] TimePoint now() const noexcept;
    void pause(detail::RetryRun& run, const std::exception_ptr& failure) const;

    template <class T, class F>
    static AsyncResult<T> begin_try(F& function, TimePoint end) {
        const detail::DeadlineScope scope(end);
        return function();
    }

    template <class T, class F>
    static AsyncResult<T> steps(KazooRetry retry, detail::RetryRun run, F function) {
        for (;;) {
            std::exception_ptr failure;
            std::shared_ptr<const std::atomic<bool>> cut_short;
            try {
                const auto result = begin_try<T>(function, run.end());
                cut_short = detail::end_at(retry.handler_, detail::state_of(result), run.end());
                if constexpr (std::is_void_v<T>) {
                    co_await direct(result);
                    co_return;
                } else {
                    T value = co_await direct(result);
                    co_return value;
                }
            } catch (...) {
                failure = std::current_exception();
            }
            const bool late = cut_short != nullptr && cut_short->load();
            const auto pause = run.after(failure, retry.now(), late);
            co_await direct(
                detail::sleep_async(retry.handler_, pause, retry.stops_, run.interrupted())
            );
        }
    }

    RetryPolicy policy_;
    std::shared_ptr<Handler> handler_;
    std::vector<std::stop_token> stops_;
};

}  // namespace kazoo
KAZOO_API_END
