// SPDX-License-Identifier: Apache-2.0
#include <kazoo/detail/retry_run.hpp>
#include <kazoo/exceptions.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace {

using kazoo::ClientErrc;
using kazoo::Condition;
using kazoo::Errc;
using kazoo::Error;
using kazoo::Outcome;
using kazoo::RetryFailedError;
using kazoo::RetryPolicy;
using kazoo::TimePoint;
using kazoo::detail::RetryRun;
using std::chrono::milliseconds;
using testing::HasSubstr;
using namespace std::chrono_literals;

const TimePoint start{1h};

RetryRun run_of(const RetryPolicy& policy) {
    return RetryRun(RetryPolicy(policy).max_jitter(0), 1, start);
}

std::exception_ptr failure(std::error_code code, Outcome outcome = Outcome::not_sent) {
    return make_exception(Error(code, outcome, "set", "/a", "why"));
}

/// The error that `after` throws for this failure of the first attempt.
Error thrown_after(RetryRun& run, const std::exception_ptr& error, TimePoint now = start) {
    try {
        static_cast<void>(run.after(error, now));
    } catch (const RetryFailedError& e) {
        return e.error();
    }
    return {};
}

bool is_tried_again(const RetryPolicy& policy, const std::exception_ptr& error) {
    auto run = run_of(policy);
    try {
        static_cast<void>(run.after(error, start));
    } catch (...) {
        EXPECT_EQ(std::current_exception(), error) << "not the very same";
        return false;
    }
    return true;
}

TEST(RetryRun, RetriesRetryableErrors) {
    const RetryPolicy policy;
    const auto check = [&](const std::error_code& code, bool also) {
        const bool again = code == Condition::retryable || also;
        EXPECT_EQ(is_tried_again(policy, failure(code)), again) << code;
        EXPECT_EQ(is_tried_again(policy, failure(code, Outcome::unknown)), again) << code;
    };
#define KAZOO_SERVER_ERROR(enumerator, number, Class, outcome, message) \
    check(Errc::enumerator, Errc::enumerator == Errc::session_expired);
#define KAZOO_CLIENT_ERROR(enumerator, number, Class, Base, outcome, message) \
    check(ClientErrc::enumerator, ClientErrc::enumerator == ClientErrc::force_retry);
#include <kazoo/detail/error_table.def>
    EXPECT_TRUE(is_tried_again(policy, std::make_exception_ptr(kazoo::ForceRetryError())));
    EXPECT_FALSE(is_tried_again(policy, std::make_exception_ptr(std::runtime_error("mine"))));
    EXPECT_FALSE(is_tried_again(policy, std::make_exception_ptr(42)));
}

TEST(RetryRun, RetriesExpiredSessionsByPolicy) {
    const auto expired = failure(Errc::session_expired);
    EXPECT_FALSE(is_tried_again(RetryPolicy().ignore_expire(false), expired));
    EXPECT_TRUE(is_tried_again(RetryPolicy().ignore_expire(false), failure(Errc::connection_loss)));
}

TEST(RetryRun, RetriesUnknownOutcomesByPolicy) {
    const auto careful = RetryPolicy().retry_unknown(false);
    EXPECT_TRUE(is_tried_again(careful, failure(Errc::connection_loss, Outcome::not_sent)));
    EXPECT_TRUE(is_tried_again(careful, failure(Errc::connection_loss, Outcome::not_applied)));
    EXPECT_FALSE(is_tried_again(careful, failure(Errc::connection_loss, Outcome::unknown)));
    EXPECT_TRUE(is_tried_again(careful, std::make_exception_ptr(kazoo::ForceRetryError())));
}

TEST(RetryRun, PausesGrow) {
    auto run = run_of(RetryPolicy().delay(10ms).backoff(3).max_delay(80ms));
    for (const auto pause : {10ms, 30ms, 80ms, 80ms}) {
        EXPECT_EQ(run.after(failure(Errc::connection_loss), start), pause);
    }
}

TEST(RetryRun, MaxTriesCountsCalls) {
    auto once = run_of(RetryPolicy().max_tries(1));
    EXPECT_EQ(thrown_after(once, failure(Errc::connection_loss)).code(), ClientErrc::retry_failed);

    auto run = run_of(RetryPolicy().max_tries(3));
    static_cast<void>(run.after(failure(Errc::connection_loss), start));
    static_cast<void>(run.after(failure(Errc::operation_timeout), start));
    const auto error = thrown_after(run, failure(Errc::connection_loss));
    EXPECT_EQ(error.code(), ClientErrc::retry_failed);
    EXPECT_STREQ(error.operation(), "retry");
    EXPECT_EQ(error.path(), "/a");
    EXPECT_THAT(error.detail(), HasSubstr("3 tries"));
    EXPECT_THAT(error.detail(), HasSubstr("connection_loss"));
    EXPECT_THAT(error.detail(), HasSubstr("why"));
}

TEST(RetryRun, TheOutcomeCoversAllAttempts) {
    const auto outcome_of = [](std::initializer_list<Outcome> outcomes) {
        auto run = run_of(RetryPolicy());
        for (const auto outcome : outcomes) {
            static_cast<void>(run.after(failure(Errc::connection_loss, outcome), start));
        }
        EXPECT_EQ(run.interrupted().code(), ClientErrc::interrupted);
        return run.interrupted().outcome();
    };
    using enum Outcome;
    EXPECT_EQ(outcome_of({not_sent, not_sent}), not_sent);
    EXPECT_EQ(outcome_of({not_sent, not_applied, not_sent}), not_applied);
    EXPECT_EQ(outcome_of({unknown, not_sent, not_applied}), unknown);
    EXPECT_EQ(outcome_of({not_applied, unknown}), unknown);
}

TEST(RetryRun, NoPauseExceedsTheDeadline) {
    auto run = run_of(RetryPolicy().delay(40ms).backoff(1).deadline(100ms));
    EXPECT_EQ(run.after(failure(Errc::connection_loss), start), 40ms);
    EXPECT_EQ(run.after(failure(Errc::connection_loss), start + 60ms), 40ms);
    const auto error = thrown_after(run, failure(Errc::connection_loss), start + 61ms);
    EXPECT_EQ(error.code(), ClientErrc::retry_failed);
    EXPECT_THAT(error.detail(), HasSubstr("deadline"));
}

TEST(RetryRun, NoAttemptFollowsTheDeadlineAlsoWithoutPauses) {
    auto run = run_of(RetryPolicy().delay(0ms).deadline(100ms));
    EXPECT_EQ(run.after(failure(Errc::connection_loss), start + 99ms), 0ms);
    const auto error = thrown_after(run, failure(Errc::connection_loss), start + 100ms);
    EXPECT_EQ(error.code(), ClientErrc::retry_failed);
}

TEST(RetryRun, AnAttemptCutShortIsTheLast) {
    auto run = run_of(RetryPolicy().deadline(100ms));
    EXPECT_EQ(run.end(), start + 100ms);
    try {
        static_cast<void>(run.after(failure(ClientErrc::cancelled), start + 100ms, true));
        ADD_FAILURE() << "no time is left for another attempt";
    } catch (const RetryFailedError& e) {
        EXPECT_THAT(e.error().detail(), HasSubstr("the deadline passed during a try"));
        EXPECT_THAT(e.error().detail(), HasSubstr("cancelled"));
    }
    EXPECT_EQ(run_of(RetryPolicy()).end(), TimePoint::max());
}

TEST(RetryRun, LimitsOfTheClockAreLimits) {
    for (const kazoo::AnyMilliseconds longest :
         {kazoo::AnyMilliseconds(milliseconds::max()),
          kazoo::AnyMilliseconds(std::chrono::hours::max())}) {
        auto run = run_of(RetryPolicy().delay(longest).max_delay(longest).deadline(longest));
        EXPECT_GE(run.after(failure(Errc::connection_loss), start), 24h * 365 * 200);
    }
    auto past = run_of(RetryPolicy().deadline(milliseconds::min()));
    EXPECT_EQ(past.end(), start);
    EXPECT_EQ(thrown_after(past, failure(Errc::connection_loss)).code(), ClientErrc::retry_failed);
}

}  // namespace
