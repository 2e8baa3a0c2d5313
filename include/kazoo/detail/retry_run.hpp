#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/retry.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <stop_token>
#include <vector>

namespace kazoo::detail {

/// The tries of one call of a KazooRetry, from the first on.
class RetryRun {
public:
    RetryRun(const RetryPolicy& policy, std::uint64_t seed, TimePoint begin);
    RetryRun(RetryRun&&) noexcept;
    ~RetryRun();

    /// How long to pause after this failure of a try. Rethrows it if it is not one to try again
    /// after; throws RetryFailedError if there is no try left.
    [[nodiscard]] Duration after(const std::exception_ptr& failure, TimePoint now);
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
