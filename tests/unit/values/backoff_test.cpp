// SPDX-License-Identifier: Apache-2.0
#include "values/backoff.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <vector>

namespace {

using kazoo::RetryPolicy;
using kazoo::base::Backoff;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

std::vector<milliseconds> pauses(Backoff& backoff, int count) {
    std::vector<milliseconds> all;
    for (int i = 0; i < count; ++i) {
        all.push_back(backoff.next().value());
    }
    return all;
}

std::vector<milliseconds> pauses(const RetryPolicy& policy, std::uint64_t seed, int count) {
    Backoff backoff(policy, seed);
    return pauses(backoff, count);
}

TEST(RetryPolicy, Defaults) {
    const RetryPolicy policy;
    EXPECT_EQ(policy.max_tries(), -1);
    EXPECT_EQ(policy.delay(), 100ms);
    EXPECT_EQ(policy.backoff(), 2.0);
    EXPECT_EQ(policy.max_jitter(), 0.4);
    EXPECT_EQ(policy.max_delay(), 5s);
    EXPECT_TRUE(policy.ignore_expire());
    EXPECT_EQ(policy.deadline(), std::nullopt);
}

TEST(RetryPolicy, SettersChain) {
    const RetryPolicy policy = RetryPolicy()
                                   .max_tries(3)
                                   .delay(1ms)
                                   .backoff(1.5)
                                   .max_jitter(0.1)
                                   .max_delay(2s)
                                   .ignore_expire(false)
                                   .deadline(9s);
    EXPECT_EQ(policy.max_tries(), 3);
    EXPECT_EQ(policy.delay(), 1ms);
    EXPECT_EQ(policy.backoff(), 1.5);
    EXPECT_EQ(policy.max_jitter(), 0.1);
    EXPECT_EQ(policy.max_delay(), 2s);
    EXPECT_FALSE(policy.ignore_expire());
    EXPECT_EQ(policy.deadline(), 9000ms);
    EXPECT_NE(policy, RetryPolicy());
}

TEST(RetryPolicy, ClampsImpossibleValues) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(RetryPolicy().max_tries(0).max_tries(), -1);
    EXPECT_EQ(RetryPolicy().max_tries(-5).max_tries(), -1);
    EXPECT_EQ(RetryPolicy().delay(-1ms).delay(), 0ms);
    EXPECT_EQ(RetryPolicy().max_delay(-1ms).max_delay(), 0ms);
    EXPECT_EQ(RetryPolicy().backoff(0.5).backoff(), 1.0);
    EXPECT_EQ(RetryPolicy().backoff(1e300).backoff(), 1000.0);
    EXPECT_EQ(RetryPolicy().backoff(nan).backoff(), 1.0);
    EXPECT_EQ(RetryPolicy().max_jitter(-1).max_jitter(), 0.0);
    EXPECT_EQ(RetryPolicy().max_jitter(2).max_jitter(), 1.0);
    EXPECT_EQ(RetryPolicy().max_jitter(nan).max_jitter(), 0.0);
}

TEST(BackoffPauses, DoubleUntilTheMaximum) {
    const RetryPolicy policy = RetryPolicy().max_jitter(0).max_delay(1s);
    EXPECT_EQ(
        pauses(policy, 1, 7), std::vector<milliseconds>({100ms, 200ms, 400ms, 800ms, 1s, 1s, 1s})
    );
}

TEST(BackoffPauses, FirstIsCappedToo) {
    EXPECT_EQ(pauses(RetryPolicy().max_jitter(0).delay(10s).max_delay(1s), 1, 1).front(), 1s);
}

TEST(BackoffPauses, JitterSpreadsAroundThePauseAndDoesNotAccumulate) {
    const RetryPolicy policy = RetryPolicy().max_delay(1000s);
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        milliseconds expected = 100ms;
        for (const milliseconds pause : pauses(policy, seed, 10)) {
            EXPECT_GE(pause, expected * 6 / 10) << seed;
            EXPECT_LE(pause, expected * 14 / 10) << seed;
            expected *= 2;
        }
    }
}

TEST(BackoffPauses, AreSpreadAtTheMaximumAndNeverExceedIt) {
    std::set<milliseconds> last_pauses;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        for (const milliseconds pause : pauses(RetryPolicy(), seed, 20)) {
            EXPECT_LE(pause, 5s);
        }
        last_pauses.insert(pauses(RetryPolicy(), seed, 20).back());
    }
    EXPECT_GT(last_pauses.size(), 150U);
    EXPECT_LT(*last_pauses.begin(), 2500ms);
    EXPECT_GT(*last_pauses.rbegin(), 4500ms);
}

TEST(BackoffPauses, DependOnTheSeedAlone) {
    EXPECT_EQ(pauses(RetryPolicy(), 7, 20), pauses(RetryPolicy(), 7, 20));
    EXPECT_NE(pauses(RetryPolicy(), 7, 20), pauses(RetryPolicy(), 8, 20));
}

TEST(BackoffPauses, StayInRangeForExtremePolicies) {
    const RetryPolicy longest =
        RetryPolicy().delay(milliseconds::max()).max_delay(milliseconds::max()).max_jitter(0);
    EXPECT_GT(longest.max_delay(), 24h * 365 * 290);
    for (const milliseconds pause : pauses(longest, 1, 100)) {
        EXPECT_EQ(pause, longest.max_delay());
    }
    const RetryPolicy none = RetryPolicy().delay(0ms).backoff(1e300).max_jitter(1);
    for (const milliseconds pause : pauses(none, 1, 2000)) {
        EXPECT_EQ(pause, 0ms);
    }
}

TEST(BackoffTries, CountTheFirstCall) {
    Backoff one(RetryPolicy().max_tries(1), 1);
    EXPECT_EQ(one.next(), std::nullopt);
    Backoff three(RetryPolicy().max_tries(3), 1);
    EXPECT_NE(three.next(), std::nullopt);
    EXPECT_NE(three.next(), std::nullopt);
    EXPECT_EQ(three.next(), std::nullopt);
    EXPECT_EQ(three.next(), std::nullopt);
}

TEST(BackoffTries, StartAgainAfterReset) {
    Backoff backoff(RetryPolicy().max_tries(3).max_jitter(0), 1);
    EXPECT_EQ(pauses(backoff, 2), std::vector<milliseconds>({100ms, 200ms}));
    EXPECT_EQ(backoff.next(), std::nullopt);
    backoff.reset();
    EXPECT_EQ(pauses(backoff, 2), std::vector<milliseconds>({100ms, 200ms}));
    EXPECT_EQ(backoff.next(), std::nullopt);
}

}  // namespace
