// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/retry.hpp>
#include <kazoo/time.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <stop_token>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// Limits the operations that the calling thread or fiber starts during the lifetime of this object
/// to a deadline. Scopes are nested; the earliest deadline applies.
class DeadlineScope {
public:
    explicit DeadlineScope(TimePoint deadline) noexcept;
    ~DeadlineScope();
    DeadlineScope(const DeadlineScope&) = delete;
    DeadlineScope& operator=(const DeadlineScope&) = delete;

    /// Returns the deadline that applies to the caller; TimePoint::max() if it is in no scope.
    [[nodiscard]] static TimePoint present() noexcept;

private:
    const TimePoint deadline_;
    const DeadlineScope** const slot_;  // kept, because the fiber may move to another thread
    const DeadlineScope* const outer_;
};

/// The state of one call of a KazooRetry: counts the tries, computes the pauses, and accumulates
/// the outcome of all tries. Not thread-safe.
class RetryRun {
public:
    /// `seed`: for the random part of the pauses. `begin`: the start time, to which the policy's
    /// deadline is relative.
    RetryRun(const RetryPolicy& policy, std::uint64_t seed, TimePoint begin);
    RetryRun(RetryRun&&) noexcept;
    ~RetryRun();

    /// Returns the pause before the next try, given the failure of the last one. `cut_short`: the
    /// last try was ended because the policy's deadline passed. Rethrows `failure` if it must not
    /// be retried. Throws RetryFailedError if no tries are left, the pause would exceed the
    /// deadline, or the try was cut short.
    [[nodiscard]] Duration after(
        const std::exception_ptr& failure, TimePoint now, bool cut_short = false
    );
    /// Returns the policy's deadline as a point in time; TimePoint::max() if there is none.
    [[nodiscard]] TimePoint end() const noexcept;
    /// Returns the Error for InterruptedError, with the number of tries and the last failure.
    [[nodiscard]] Error interrupted() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Returns a result that completes after `duration`, on the handler's executor. Fails with
/// CancelledError if it is cancelled, and with `interrupted` if a stop is requested through one of
/// `stops`. The handler must be running.
[[nodiscard]] AsyncResult<void> sleep_async(
    const std::shared_ptr<Handler>& handler,
    Duration duration,
    const std::vector<std::stop_token>& stops,
    const Error& interrupted
);

/// Cancels `result` at `end` unless it is ready before; a result that does not end by that fails
/// with OperationTimeoutError. The returned flag is set before the result is cancelled; null if
/// there is no limit. The handler must be running.
[[nodiscard]] std::shared_ptr<const std::atomic<bool>> end_at(
    const std::shared_ptr<Handler>& handler, RefPtr<ResultStateBase> result, TimePoint end
);

class HandlerEnd;

/// Keeps a handler running while this object lives, even if no client uses it: timers need its
/// executor.
class HandlerUse {
public:
    /// Starts the handler. Throws ConfigurationError if it is null, and what Handler::start throws.
    explicit HandlerUse(std::shared_ptr<Handler> handler);
    ~HandlerUse();
    HandlerUse(const HandlerUse&) = delete;
    HandlerUse& operator=(const HandlerUse&) = delete;
    /// Allocates what last_until() needs, which then does not throw.
    void prepare();
    /// Keeps the handler running until `result` is complete, instead of until the destruction of
    /// this object. Throws std::bad_alloc, unless prepare() was called.
    void last_until(ResultStateBase& result);

private:
    std::shared_ptr<Handler> handler_;
    std::unique_ptr<HandlerEnd> end_;  // null: not prepared
};

}  // namespace kazoo::detail
KAZOO_API_END
