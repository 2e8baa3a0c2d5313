// SPDX-License-Identifier: Apache-2.0
// The limits of a call of a recipe, and waits that end with them.
#include "recipe/call_limits.hpp"

#include "recipe/wait.hpp"

#include <kazoo/detail/retry_run.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/threading.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stop_token>

namespace kazoo::detail::recipe {
namespace {

using namespace std::chrono_literals;

const auto handler = std::make_shared<SequentialThreadingHandler>();

CallLimits limits(const CallOptions& options, CallKind kind = CallKind::waits) {
    return CallLimits(options, *handler, kind);
}

TEST(CallLimitsTest, TurnATimeoutIntoOneDeadlineForAllSteps) {
    const auto before = handler->now();
    const auto call = limits(CallOptions().timeout(1h));
    EXPECT_GE(call.deadline(), before + 1h);
    EXPECT_LE(call.deadline(), handler->now() + 1h);
    EXPECT_EQ(call.step().deadline(), call.deadline());
    EXPECT_EQ(call.step().timeout(), Duration::max()) << "it would begin again with each step";
    EXPECT_FALSE(call.over(*handler));
    EXPECT_TRUE(limits(CallOptions().timeout(0ms)).over(*handler));
}

TEST(CallLimitsTest, TakeTheEarlierLimit) {
    const auto soon = handler->now() + 1s;
    EXPECT_EQ(limits(CallOptions().timeout(1h).deadline(soon)).deadline(), soon);
    EXPECT_LT(limits(CallOptions().timeout(1ms).deadline(soon)).deadline(), soon);
    const DeadlineScope scope(soon);
    EXPECT_EQ(limits(CallOptions()).deadline(), soon) << "that of the retry it is called in";
}

TEST(CallLimitsTest, WithoutALimitOnlyCallsThatDoNotWaitHaveThatOfTheClient) {
    EXPECT_EQ(limits(CallOptions()).deadline(), TimePoint::max());
    EXPECT_EQ(limits(CallOptions()).step().timeout(), Duration::max());
    const auto short_call = limits(CallOptions(), CallKind::does_not_wait);
    EXPECT_EQ(short_call.step().timeout(), std::nullopt);
    EXPECT_EQ(short_call.step().deadline(), std::nullopt);
    const auto unlimited = CallOptions().timeout(Duration::max());
    EXPECT_EQ(limits(unlimited, CallKind::does_not_wait).step().timeout(), Duration::max());
}

class WaitTest : public ::testing::Test {
protected:
    void SetUp() override { handler->start(); }
    void TearDown() override { handler->stop(); }
    AsyncResult<bool> wait(const CallOptions& options) {
        return wait_for(handler, event, limits(options));
    }
    Event event{handler};
};

TEST_F(WaitTest, EndsWithTheEvent) {
    const auto waiting = wait(CallOptions().timeout(1h));
    EXPECT_FALSE(waiting.ready());
    event.set();
    EXPECT_TRUE(waiting.get(10s));
    EXPECT_TRUE(wait(CallOptions()).get(10s)) << "it is set already";
}

TEST_F(WaitTest, EndsAtTheDeadline) {
    EXPECT_FALSE(wait(CallOptions().timeout(1ms)).get(10s));
    EXPECT_FALSE(event.is_set());
}

TEST_F(WaitTest, EndsWithACancellationOrAStop) {
    const auto cancelled = wait(CallOptions().timeout(1h));
    cancelled.cancel();
    EXPECT_THROW(cancelled.get(10s), CancelledError);
    std::stop_source stop;
    const auto stopped = wait(CallOptions().stop_token(stop.get_token()));
    stop.request_stop();
    EXPECT_THROW(stopped.get(10s), CancelledError);
    EXPECT_THROW(wait(CallOptions().stop_token(stop.get_token())).get(10s), CancelledError);
    const auto given_up = wait(CallOptions());
    event.cancel();
    EXPECT_THROW(given_up.get(10s), CancelledError);
}

}  // namespace
}  // namespace kazoo::detail::recipe
