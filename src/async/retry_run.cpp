// SPDX-License-Identifier: Apache-2.0
// One run of a KazooRetry: decides after each failed try whether to try again, and after what
// pause.
#include "values/backoff.hpp"

#include <kazoo/detail/retry_run.hpp>
#include <kazoo/exceptions.hpp>

#include <string>

namespace kazoo::detail {
namespace {

using std::chrono::milliseconds;

/// Returns whether the failure is temporary, so that the same call may succeed later.
bool passes(const std::error_code& code, const RetryPolicy& policy) {
    return code == Condition::retryable || code == ClientErrc::force_retry ||
           (code == Errc::session_expired && policy.ignore_expire());
}

/// Returns the less certain outcome: `unknown`, then `not_applied`, then `not_sent`.
Outcome worse(Outcome a, Outcome b) {
    if (a == Outcome::unknown || b == Outcome::unknown) {
        return Outcome::unknown;
    }
    return a == Outcome::not_applied ? a : b;
}

}  // namespace

struct RetryRun::State {
    State(const RetryPolicy& p, std::uint64_t seed, TimePoint now)
        : policy(p),
          backoff(p, seed),
          end(p.deadline() ? later(now, *p.deadline()) : TimePoint::max()) {}

    [[nodiscard]] Error failed(ClientErrc code, const std::string& why) const {
        return Error(
            code,
            outcome,
            "retry",
            last.path(),
            why + " after " + std::to_string(tries) + (tries == 1 ? " try" : " tries") +
                "; the last failure: " + last.message()
        );
    }

    const RetryPolicy policy;
    base::Backoff backoff;
    const TimePoint end;
    int tries = 0;
    Outcome outcome = Outcome::not_sent;  // the least certain of all tries
    Error last;                           // of the last try
};

RetryRun::RetryRun(const RetryPolicy& policy, std::uint64_t seed, TimePoint begin)
    : state_(std::make_unique<State>(policy, seed, begin)) {}

RetryRun::RetryRun(RetryRun&&) noexcept = default;

RetryRun::~RetryRun() = default;

TimePoint RetryRun::end() const noexcept {
    return state_->end;
}

Duration RetryRun::after(const std::exception_ptr& failure, TimePoint now, bool cut_short) {
    auto& s = *state_;
    s.last = error_from(failure);
    s.outcome = worse(s.outcome, s.last.outcome());
    ++s.tries;
    if (cut_short) {
        throw_error(s.failed(ClientErrc::retry_failed, "the deadline passed during a try,"));
    }
    // A ForceRetryError comes from the caller's own function, which has considered the outcome.
    const bool safe = s.policy.retry_unknown() || s.last.outcome() != Outcome::unknown ||
                      s.last.code() == ClientErrc::force_retry;
    if (!safe || !passes(s.last.code(), s.policy)) {
        std::rethrow_exception(failure);
    }
    // Fails now instead of pausing until the deadline, if the next try would begin after it.
    const auto pause = s.backoff.next();
    if (!pause) {
        throw_error(s.failed(ClientErrc::retry_failed, "no tries are left"));
    }
    const auto left = time_left(s.end, now);
    if (*pause > left || left == Duration::zero()) {
        throw_error(
            s.failed(ClientErrc::retry_failed, "the deadline leaves no time for another try")
        );
    }
    return saturate(*pause);
}

Error RetryRun::interrupted() const {
    return state_->failed(ClientErrc::interrupted, "interrupted");
}

}  // namespace kazoo::detail
