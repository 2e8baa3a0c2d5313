/// How often, how soon and how long to try again (kazoo.retry.KazooRetry).
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/time.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// The parameters of a retry: a value; setters chain.
///
///     RetryPolicy().max_tries(5).delay(50ms).deadline(10s)
///
/// The pause after failure k, counted from 0, is `delay * backoff^k`, spread at random by
/// `max_jitter` to both sides. Other than in kazoo, jitter does not accumulate from pause to pause,
/// and no pause, the first included, is longer than `max_delay`: the whole spread fits below it, so
/// that clients which have all reached the maximum still do not come back at the same moment.
class RetryPolicy {
public:
    RetryPolicy() {}

    /// Total number of tries, the first included; 1 means no retry. Everything below 1 becomes -1,
    /// which means without limit, as -1, 0 and None do in kazoo. Default: -1.
    int max_tries() const noexcept { return max_tries_; }
    RetryPolicy& max_tries(int value) & noexcept {
        max_tries_ = value < 1 ? -1 : value;
        return *this;
    }
    RetryPolicy max_tries(int value) && noexcept { return max_tries(value); }

    /// The pause after the first failure; negative values count as 0. Default: 100 ms.
    std::chrono::milliseconds delay() const noexcept { return delay_; }
    RetryPolicy& delay(AnyMilliseconds value) & noexcept {
        delay_ = std::max(value.value(), std::chrono::milliseconds(0));
        return *this;
    }
    RetryPolicy delay(AnyMilliseconds value) && noexcept { return delay(value); }

    /// How much longer each pause is than the one before; kept within 1 and 1000. Default: 2.
    double backoff() const noexcept { return backoff_; }
    RetryPolicy& backoff(double value) & noexcept {
        backoff_ = value > 1.0 ? std::min(value, 1000.0) : 1.0;  // 1 also for NaN
        return *this;
    }
    RetryPolicy backoff(double value) && noexcept { return backoff(value); }

    /// The random part of each pause: 0.4 means from 60 % to 140 %. Kept within 0 and 1.
    /// Default: 0.4.
    double max_jitter() const noexcept { return max_jitter_; }
    RetryPolicy& max_jitter(double value) & noexcept {
        max_jitter_ = value > 0.0 ? std::min(value, 1.0) : 0.0;
        return *this;
    }
    RetryPolicy max_jitter(double value) && noexcept { return max_jitter(value); }

    /// The longest pause; negative values count as 0. Default: 5 s. (kazoo's client waits up to
    /// 3600 s, which leaves a program unconnected long after the servers are back; KazooRetry alone
    /// up to 60 s.)
    std::chrono::milliseconds max_delay() const noexcept { return max_delay_; }
    RetryPolicy& max_delay(AnyMilliseconds value) & noexcept {
        max_delay_ = std::max(value.value(), std::chrono::milliseconds(0));
        return *this;
    }
    RetryPolicy max_delay(AnyMilliseconds value) && noexcept { return max_delay(value); }

    /// Whether to try again after the session expired, too; the next try then runs in a new
    /// session, without the ephemeral nodes of the old one. ConnectionClosedError is never retried.
    /// Default: true.
    bool ignore_expire() const noexcept { return ignore_expire_; }
    RetryPolicy& ignore_expire(bool value) & noexcept {
        ignore_expire_ = value;
        return *this;
    }
    RetryPolicy ignore_expire(bool value) && noexcept { return ignore_expire(value); }

    /// Whether to try again after a failure with Outcome::unknown, one that may have been applied.
    /// With false only what certainly was not applied is tried again, and a lost reply of a write
    /// is the caller's to deal with; a read never has an unknown outcome. Connections ignore it.
    /// Default: true, as in kazoo, which knows no outcomes.
    bool retry_unknown() const noexcept { return retry_unknown_; }
    RetryPolicy& retry_unknown(bool value) & noexcept {
        retry_unknown_ = value;
        return *this;
    }
    RetryPolicy retry_unknown(bool value) && noexcept { return retry_unknown(value); }

    /// The time for all tries and pauses together, from the first try on. No pause begins that
    /// would end after it, and a try that is under way then fails: the operations that the function
    /// begins have no more time than this (see KazooRetry). For connections: no further round of
    /// attempts begins after it. Negative values count as 0. Default: no limit.
    std::optional<std::chrono::milliseconds> deadline() const noexcept { return deadline_; }
    RetryPolicy& deadline(AnyMilliseconds value) & noexcept {
        deadline_ = std::max(value.value(), std::chrono::milliseconds(0));
        return *this;
    }
    RetryPolicy deadline(AnyMilliseconds value) && noexcept { return deadline(value); }
    /// No limit again.
    RetryPolicy& deadline(std::nullopt_t) & noexcept {
        deadline_.reset();
        return *this;
    }
    RetryPolicy deadline(std::nullopt_t) && noexcept { return deadline(std::nullopt); }

    friend bool operator==(const RetryPolicy&, const RetryPolicy&) = default;

private:
    int max_tries_ = -1;
    std::chrono::milliseconds delay_{100};
    double backoff_ = 2.0;
    double max_jitter_ = 0.4;
    std::chrono::milliseconds max_delay_{5000};
    bool ignore_expire_ = true;
    bool retry_unknown_ = true;
    std::optional<std::chrono::milliseconds> deadline_;
};

}  // namespace kazoo
KAZOO_API_END
