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

/// During its lifetime the operations that the calling thread or fiber begins have no more time
/// than this, and no more than an outer scope leaves.
class DeadlineScope {
public:
    explicit DeadlineScope(TimePoint deadline) noexcept;
    ~DeadlineScope();
    DeadlineScope(const DeadlineScope&) = delete;
    DeadlineScope& operator=(const DeadlineScope&) = delete;

    /// Of the innermost scope that the caller is in; the end of time if there is none.
    [[nodiscard]] static TimePoint present() noexcept;

private:
    const TimePoint deadline_;
    const DeadlineScope** const slot_;  // of the fiber, which may move to another thread meanwhile
    const DeadlineScope* const outer_;
};

/// The tries of one call of a KazooRetry, from the first on.
class RetryRun {
public:
    RetryRun(const RetryPolicy& policy, std::uint64_t seed, TimePoint begin);
    RetryRun(RetryRun&&) noexcept;
    ~RetryRun();

    /// How long to pause after this failure of a try. Rethrows it if it is not one to try again
    /// after; throws RetryFailedError if there is no try left, or if the try was cut short because
    /// the deadline passed.
    [[nodiscard]] Duration after(
        const std::exception_ptr& failure, TimePoint now, bool cut_short = false
    );
    /// When the policy's deadline passes.
    [[nodiscard]] TimePoint end() const noexcept;
    /// InterruptedError, as it is after the failures so far.
    [[nodiscard]] Error interrupted() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Completes after `duration`, in the connection's thread; with CancelledError when cancelled, with
/// `interrupted` when one of the stops is requested. The handler has to be running.
[[nodiscard]] AsyncResult<void> sleep_async(
    const std::shared_ptr<Handler>& handler,
    Duration duration,
    const std::vector<std::stop_token>& stops,
    const Error& interrupted
);

/// Fails `result` at `end`, unless it is ready before: with OperationTimeoutError if it cannot be
/// cancelled. Sets the flag before that. The handler has to be running.
[[nodiscard]] std::shared_ptr<const std::atomic<bool>> end_at(
    const std::shared_ptr<Handler>& handler, RefPtr<ResultStateBase> result, TimePoint end
);

/// Keeps a handler running, with or without clients, for the asynchronous work of one result.
class HandlerUse {
public:
    /// Throws what Handler::start throws.
    explicit HandlerUse(std::shared_ptr<Handler> handler);
    ~HandlerUse();
    HandlerUse(const HandlerUse&) = delete;
    HandlerUse& operator=(const HandlerUse&) = delete;
    /// Until this result is complete, instead of until the end of this object.
    void last_until(ResultStateBase& result);

private:
    std::shared_ptr<Handler> handler_;
};

}  // namespace kazoo::detail
KAZOO_API_END
