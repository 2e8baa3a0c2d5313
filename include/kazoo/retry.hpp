// SPDX-License-Identifier: Apache-2.0
/// Limits and pauses of retries (the parameters of kazoo.retry.KazooRetry).
#pragma once

#include <kazoo/detail/chrono.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/time.hpp>

#include <optional>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// Limits and pauses of retries: for KazooRetry, and for the connection attempts of a client
/// (ClientOptions::connection_retry). A value; each parameter has a getter, and setters that chain
/// and adjust values out of range.
///
///     RetryPolicy().max_tries(5).delay(50ms).deadline(10s)
///
/// The pause after failure k, counted from 0, is `delay * backoff^k`, varied at random by the share
/// `max_jitter` in both directions. Unlike in kazoo, jitter does not accumulate from pause to
/// pause, and no pause, not even the first, exceeds `max_delay`: the whole range of the jitter lies
/// below it, so that clients that have reached the maximum do not all retry at the same moment.
class RetryPolicy {
public:
    RetryPolicy() {}

    /// Total number of tries, the first included: 1 means no retry. Values below 1 become -1, no
    /// limit; in kazoo -1, 0 and None mean that. Default: -1.
    int max_tries() const noexcept { return max_tries_; }
    RetryPolicy& max_tries(int value) & noexcept {
        max_tries_ = value < 1 ? -1 : value;
        return *this;
    }
    RetryPolicy max_tries(int value) && noexcept { return max_tries(value); }

    /// Pause after the first failure. Negative values become 0. Default: 100 ms.
    std::chrono::milliseconds delay() const noexcept { return delay_; }
    RetryPolicy& delay(AnyMilliseconds value) & noexcept {
        delay_ = not_negative(value.value());
        return *this;
    }
    RetryPolicy delay(AnyMilliseconds value) && noexcept { return delay(value); }

    /// Factor from each pause to the next. Limited to the range 1 to 1000. Default: 2.
    double backoff() const noexcept { return backoff_; }
    RetryPolicy& backoff(double value) & noexcept {
        backoff_ = limited(value, 1.0, 1000.0);
        return *this;
    }
    RetryPolicy backoff(double value) && noexcept { return backoff(value); }

    /// Random share of each pause: 0.4 gives pauses of 60 % to 140 %. Limited to the range 0 to 1.
    /// Default: 0.4.
    double max_jitter() const noexcept { return max_jitter_; }
    RetryPolicy& max_jitter(double value) & noexcept {
        max_jitter_ = limited(value, 0.0, 1.0);
        return *this;
    }
    RetryPolicy max_jitter(double value) && noexcept { return max_jitter(value); }

    /// Upper limit of each pause. Negative values become 0. Default: 5 s. (In kazoo 60 s, and 3600
    /// s in the client, which then stays unconnected long after the servers are back.)
    std::chrono::milliseconds max_delay() const noexcept { return max_delay_; }
    RetryPolicy& max_delay(AnyMilliseconds value) & noexcept {
        max_delay_ = not_negative(value.value());
        return *this;
    }
    RetryPolicy max_delay(AnyMilliseconds value) && noexcept { return max_delay(value); }

    /// Whether SessionExpiredError is retried; the next try runs in a new session, without the
    /// ephemeral nodes of the old one. ConnectionClosedError is never retried. No effect on
    /// connection attempts. Default: true.
    bool ignore_expire() const noexcept { return ignore_expire_; }
    RetryPolicy& ignore_expire(bool value) & noexcept {
        ignore_expire_ = value;
        return *this;
    }
    RetryPolicy ignore_expire(bool value) && noexcept { return ignore_expire(value); }

    /// Whether an error with Outcome::unknown, whose request may have been applied, is retried.
    /// With false only what certainly was not applied is retried; the caller handles writes whose
    /// reply was lost. Reads never have an unknown outcome, and ForceRetryError is always retried.
    /// No effect on connection attempts. Default: true, as in kazoo, which does not distinguish
    /// outcomes.
    bool retry_unknown() const noexcept { return retry_unknown_; }
    RetryPolicy& retry_unknown(bool value) & noexcept {
        retry_unknown_ = value;
        return *this;
    }
    RetryPolicy retry_unknown(bool value) && noexcept { return retry_unknown(value); }

    /// Time for all tries and pauses together, from the first try. No pause begins that would end
    /// later, and a try in progress then fails: its operations have no more time than this (see
    /// KazooRetry). For connection attempts: no further round begins. Negative values become 0.
    /// Default: no limit.
    std::optional<std::chrono::milliseconds> deadline() const noexcept { return deadline_; }
    RetryPolicy& deadline(AnyMilliseconds value) & noexcept {
        deadline_ = not_negative(value.value());
        return *this;
    }
    RetryPolicy deadline(AnyMilliseconds value) && noexcept { return deadline(value); }
    /// Removes the limit.
    RetryPolicy& deadline(std::nullopt_t) & noexcept {
        deadline_.reset();
        return *this;
    }
    RetryPolicy deadline(std::nullopt_t) && noexcept { return deadline(std::nullopt); }

    friend bool operator==(const RetryPolicy&, const RetryPolicy&) = default;

private:
    static constexpr std::chrono::milliseconds not_negative(std::chrono::milliseconds value
    ) noexcept {
        return value.count() > 0 ? value : std::chrono::milliseconds(0);
    }
    static constexpr double limited(double value, double least, double most) noexcept {
        if (value > most) {
            return most;
        }
        return value > least ? value : least;  // least also for NaN
    }

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
