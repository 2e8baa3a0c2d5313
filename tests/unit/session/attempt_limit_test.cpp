// SPDX-License-Identifier: Apache-2.0
#include "session/attempt_limit.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace kazoo::session {
namespace {

using namespace std::chrono_literals;

AttemptLimit after_slow_rounds(int rounds) {
    AttemptLimit limit;
    for (int i = 0; i < rounds; ++i) {
        limit.grow();
    }
    return limit;
}

milliseconds without_session(milliseconds timeout, std::size_t known, int slow_rounds = 0) {
    return after_slow_rounds(slow_rounds).of({timeout, std::nullopt, known, known});
}

milliseconds with_session(
    milliseconds left, std::size_t to_try, std::size_t known, int slow_rounds = 0
) {
    return after_slow_rounds(slow_rounds).of({10s, left, to_try, known});
}

TEST(AttemptLimitTest, TheTimeoutIsDividedAmongTheAddresses) {
    EXPECT_EQ(without_session(10s, 2), 4s);
    EXPECT_EQ(without_session(10s, 5), 2s);
    EXPECT_EQ(without_session(10s, 100), 500ms);
    EXPECT_EQ(without_session(60s, 3), 4s);
    EXPECT_EQ(without_session(0ms, 1), 500ms);
}

TEST(AttemptLimitTest, ASingleAddressGetsTheWholeTimeout) {
    EXPECT_EQ(without_session(1s, 1), 1s);
    EXPECT_EQ(without_session(10s, 1), 10s);
    EXPECT_EQ(without_session(10min, 1), 30s);
    EXPECT_EQ(with_session(9s, 1, 1), 6s) << "so that there is a second attempt";
}

TEST(AttemptLimitTest, TheRemainingSessionTimeIsDividedAmongTheServersToTry) {
    EXPECT_EQ(with_session(3s, 2, 3), 1500ms);
    EXPECT_EQ(with_session(3s, 1, 3), 3s);
    EXPECT_EQ(with_session(20s, 2, 3), 4s);
    EXPECT_EQ(with_session(600ms, 2, 3), 500ms) << "less is too little for any server";
    EXPECT_EQ(with_session(0ms, 2, 3), without_session(10s, 3)) << "it cannot be resumed any more";
}

TEST(AttemptLimitTest, LimitsGrowFromRoundToRound) {
    EXPECT_EQ(without_session(10s, 3, 1), 6666ms);
    EXPECT_EQ(without_session(10s, 3, 2), 13'332ms);
    EXPECT_EQ(without_session(10s, 3, 100), 30s);
    EXPECT_EQ(without_session(1s, 1, 3), 8s);
    EXPECT_EQ(without_session(1s, 1, 100), 30s);
    EXPECT_EQ(with_session(20s, 2, 3, 1), 8s) << "as long as the session has time";
    EXPECT_EQ(with_session(3s, 2, 3, 5), 1500ms) << "but not at its expense";
}

TEST(AttemptLimitTest, ARoundOfManySilentServersIsBounded) {
    EXPECT_EQ(without_session(10s, 30, 100), 4s);
    EXPECT_EQ(without_session(10s, 10, 100), 9s);
}

TEST(AttemptLimitTest, AGoodConnectionResetsTheLimits) {
    auto limit = after_slow_rounds(4);
    limit.reset();
    EXPECT_EQ(limit.of({10s, std::nullopt, 2, 2}), 4s);
}

TEST(AttemptLimitTest, TheLongestTimeoutDoesNotOverflow) {
    EXPECT_EQ(without_session(milliseconds::max(), 1, 100), 30s);
    EXPECT_EQ(without_session(milliseconds::max(), 2, 100), 30s);
    EXPECT_EQ(with_session(milliseconds::max(), 1, 2, 100), 30s);
    EXPECT_EQ(after_slow_rounds(3).of({10s, std::nullopt, 0, 0}), 30s);
}

}  // namespace
}  // namespace kazoo::session
