// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/call_limits.hpp"
#include "recipe/recipe_client.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/detail/retry_run.hpp>
#include <kazoo/kazoo_retry.hpp>
#include <kazoo/retry.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace kazoo::detail::recipe {

/// Carries the failure of a try that is not to be followed by another one, whatever its code.
class FinalFailure : public std::exception {
public:
    explicit FinalFailure(std::exception_ptr cause) noexcept : cause_(std::move(cause)) {}
    [[nodiscard]] const std::exception_ptr& cause() const noexcept { return cause_; }
    [[nodiscard]] const char* what() const noexcept override { return "no other try"; }

private:
    std::exception_ptr cause_;
};

/// The tries of one step of a call: the policy, bounded by the limits of the call, and the error
/// with which the call fails. Used by one coroutine at a time.
///
/// A try is not ended from outside when the time is over: the step, which may share objects with
/// the coroutine that repeats it, would go on. So that it ends by itself, its requests must be
/// subject to the limits of the call, and must be started by `call` if the policy has a deadline.
class Tries {
public:
    Tries(RecipeClient client, std::string path, CallLimits limits, const RetryPolicy& policy);

    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return client_.handler();
    }
    /// Returns what RecipeClient::call returns. The request also ends at the deadline of the
    /// policy.
    template <class Function>
    [[nodiscard]] std::invoke_result_t<Function&, KazooClient&> call(Function&& function) const {
        const DeadlineScope scope(policy_end_);
        return client_.call(function);
    }
    /// Returns what repeats the step; it ends with the limits of the call and with the client.
    [[nodiscard]] KazooRetry retry() const;
    void begin_try() noexcept { ++tries_; }
    /// Rethrows the failure of a try in the form that the retries are to see. A timeout without a
    /// deadline that has passed is that of ClientOptions::call_timeout, and final.
    [[noreturn]] void rethrow_try(const std::exception_ptr& failure) const;
    /// Rethrows the failure of the last try as that of the call: OperationTimeoutError at its
    /// deadline, CancelledError after a stop, ConnectionClosedError if the client was stopped.
    [[noreturn]] void rethrow(const std::exception_ptr& failure) const;

private:
    [[nodiscard]] bool ended_by_deadline() const noexcept;

    const RecipeClient client_;
    const std::string path_;
    const CallLimits limits_;
    const RetryPolicy policy_;
    const TimePoint policy_end_;  // TimePoint::max() if it has no deadline
    int tries_ = 0;
};

/// Fails a call at its deadline. `detail` says what it has waited for.
[[noreturn]] void throw_timeout(
    const RecipeClient& client, const std::string& path, Outcome outcome, std::string detail
);

/// Pauses of steps whose errors pass with the next connection or session.
[[nodiscard]] inline RetryPolicy short_pauses() noexcept {
    return RetryPolicy().delay(std::chrono::milliseconds(50)).max_delay(std::chrono::seconds(1));
}

/// A function that begins a step. It may throw.
template <class T>
using Step = std::function<AsyncResult<T>()>;

/// One try, whose failure is classified.
template <class T>
AsyncResult<T> one_try(std::shared_ptr<Tries> tries, Step<T> step) {
    std::exception_ptr failure;
    try {
        tries->begin_try();
        auto begun = step();
        T value = co_await direct(std::move(begun));
        co_return value;
    } catch (...) {
        failure = std::current_exception();
    }
    tries->rethrow_try(failure);
}

/// Begins a try; what KazooRetry calls.
template <class T>
struct BeginTry {
    using ends_in_time = void;

    AsyncResult<T> operator()() const { return one_try<T>(tries, step); }
    std::shared_ptr<Tries> tries;
    Step<T> step;
};

/// Repeats a step until it succeeds or may not be tried again. The last try has ended then.
template <class T>
AsyncResult<T> repeat(std::shared_ptr<Tries> tries, Step<T> step) {
    std::exception_ptr failure;
    try {
        BeginTry<T> again{tries, std::move(step)};
        auto repeated = tries->retry().call_async(std::move(again));
        T value = co_await direct(std::move(repeated));
        co_return value;
    } catch (...) {
        failure = std::current_exception();
    }
    tries->rethrow(failure);
}

}  // namespace kazoo::detail::recipe
