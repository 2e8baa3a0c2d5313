// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/bounded_try.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/function.hpp>
#include <kazoo/detail/retry_run.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/retry.hpp>

#include <concepts>
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

/// A function that starts an operation: called without arguments, it returns an AsyncResult.
template <class F>
concept AsyncFunction = std::invocable<F&> && detail::is_async_result<std::invoke_result_t<F&>>;

/// Repeats a function until it succeeds or fails with an error that is not temporary (kazoo's
/// `KazooRetry`).
///
///     KazooRetry retry(RetryPolicy().max_tries(5), zk.handler());
///     auto node = retry([&] { return zk.get("/a"); });                          // blocks
///     auto node = co_await retry.call_async([&] { return zk.get_async("/a"); });  // does not
///
/// A client has one with the policy of its options: KazooClient::retry, retry_async, command_retry.
///
/// Retried errors: those of Condition::retryable (ConnectionLoss, OperationTimeoutError,
/// RequestTimeoutError, SessionMovedError, ThrottledOpError, QueueFullError,
/// ReconfigInProcessError, NotReadOnlyCallError), ForceRetryError, which exists for the function to
/// throw, and, with RetryPolicy::ignore_expire, SessionExpiredError. All other errors are passed on
/// unchanged. That includes ConnectionClosedError: a stopped client is not waited for.
///
/// Final error: when no tries are left, or the next pause would end after the policy's deadline,
/// the call fails with RetryFailedError. Its detail() contains the last error, its path() is that
/// of the last error, and its outcome() covers all tries: `unknown` if any of them was, `not_sent`
/// only if all were. Effects of the function before the step that failed are not included.
///
/// Deadline: RetryPolicy::deadline bounds the tries as well. Operations that the function starts on
/// its own thread or fiber fail with OperationTimeoutError at the deadline, as if each had
/// CallOptions::deadline; call_async also cancels the result of a try that is not ready by then.
/// Give other waits of a blocking function (for a thread, an Event) a timeout of their own.
///
/// Writes: a try with outcome() `unknown` may have been applied. The next `create` then fails with
/// NodeExistsError (with `sequence` it creates a second node), the next `delete_` with NoNodeError,
/// the next conditional `set` with BadVersionError, although no other client interfered. Have the
/// function check for this, or use `retry_unknown(false)`, which retries only what certainly was
/// not applied.
///
/// RetryPolicy defines pauses and limits. Each call counts its own tries: one object may serve many
/// calls at once, from any thread, so that kazoo's `copy` and `reset` are not needed.
class KazooRetry {
public:
    /// `handler` provides clock and waiting. Without one the calling thread blocks on the steady
    /// clock, and call_async is not possible.
    explicit KazooRetry(RetryPolicy policy, std::shared_ptr<Handler> handler = nullptr)
        : policy_(policy), handler_(std::move(handler)) {}

    /// Adds a stop token, to those given before. When a stop is requested a pause ends at once, no
    /// other begins, and the call fails with InterruptedError, a RetryFailedError. A try in
    /// progress is not interrupted; if it succeeds, so does the call. Not thread-safe.
    KazooRetry& interrupt(std::stop_token stop) & {
        stops_.push_back(std::move(stop));
        return *this;
    }
    KazooRetry interrupt(std::stop_token stop) && { return std::move(interrupt(std::move(stop))); }

    /// Calls `function(args...)` until it succeeds; each try receives the arguments as lvalues.
    /// Blocks the calling thread or fiber between the tries. Returns what `function` returns.
    /// Throws the errors described above, and WouldDeadlockError before the first try where
    /// blocking is not possible: on the only thread of a loop and in state listeners.
    template <class F, class... Args>
    std::invoke_result_t<F&, Args&...> operator()(F&& function, Args&&... args)
        const requires std::invocable<F&, Args&...> {
        static_assert(
            !detail::is_async_result<std::remove_cvref_t<std::invoke_result_t<F&, Args&...>>>,
            "the function returns an AsyncResult: use call_async or retry_async"
        );
        auto run = begin_blocking();
        for (;;) {
            std::exception_ptr failure;
            try {
                const detail::DeadlineScope scope(run.end());
                return detail::invoke(function, args...);
            } catch (...) {
                failure = std::current_exception();
            }
            // Not within the catch block: a fiber must not be suspended there.
            pause(run, failure);
        }
    }

    /// As above, without blocking: `function()` returns an AsyncResult. Returns a result that
    /// completes with the first success, or with an error as described above.
    ///
    /// The function is copied or moved. Its first call is made within this one; all others run on
    /// the handler's executor and must not block. It may be a coroutine. It is destroyed when the
    /// result is complete and the last try has ended: a try that is in progress at the deadline is
    /// cancelled, but a coroutine may continue beyond that. Cancelling the result cancels the try
    /// or the pause in progress. The handler is kept running until the result is ready, also
    /// without clients.
    ///
    /// Throws ConfigurationError if there is no handler, what Handler::start throws, and
    /// std::bad_alloc.
    ///
    /// g++ 12 destroys twice a lambda that captures by value and is written within a co_await
    /// expression: give it a name first.
    template <AsyncFunction F>
    std::invoke_result_t<F&> call_async(F function) const {
        detail::HandlerUse running(handler_);
        running.prepare();  // nothing may throw once the first try has begun
        auto result = steps<typename std::invoke_result_t<F&>::value_type>(
            *this, begin(), std::make_shared<F>(std::move(function))
        );
        running.last_until(*detail::state_of(result));
        return result;
    }

    /// Returns the policy.
    [[nodiscard]] const RetryPolicy& policy() const noexcept { return policy_; }
    /// Returns the handler; null if there is none.
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept { return handler_; }

private:
    [[nodiscard]] detail::RetryRun begin() const;
    // Throws WouldDeadlockError where no pause would be possible.
    [[nodiscard]] detail::RetryRun begin_blocking() const;
    [[nodiscard]] TimePoint now() const noexcept;
    // Throws unless `failure` is to be retried; returns after the pause.
    void pause(detail::RetryRun& run, const std::exception_ptr& failure) const;

    // Awaits with `direct`, so that the tries do not wait behind callbacks on the lane.
    template <class T, class F>
    static AsyncResult<T> steps(
        KazooRetry retry, detail::RetryRun run, std::shared_ptr<F> function
    ) {
        for (;;) {
            std::exception_ptr failure;
            std::shared_ptr<const std::atomic<bool>> cut_short;
            try {
                auto result = detail::begin_try<T>(retry.handler_, function, run.end(), cut_short);
                if constexpr (std::is_void_v<T>) {
                    co_await direct(std::move(result));
                    co_return;
                } else {
                    T value = co_await direct(std::move(result));
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
