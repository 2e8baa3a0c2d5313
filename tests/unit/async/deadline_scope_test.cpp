// SPDX-License-Identifier: Apache-2.0
#include <kazoo/detail/retry_run.hpp>

#include <gtest/gtest.h>

#include <thread>

namespace kazoo::detail {
namespace {

using namespace std::chrono_literals;

TEST(DeadlineScopeTest, HoldsForItsLifetime) {
    EXPECT_EQ(DeadlineScope::present(), TimePoint::max());
    {
        const DeadlineScope outer(TimePoint(2h));
        EXPECT_EQ(DeadlineScope::present(), TimePoint(2h));
        {
            const DeadlineScope later(TimePoint(3h));
            EXPECT_EQ(DeadlineScope::present(), TimePoint(2h)) << "an inner one gives no more time";
        }
        {
            const DeadlineScope earlier(TimePoint(1h));
            EXPECT_EQ(DeadlineScope::present(), TimePoint(1h));
        }
        EXPECT_EQ(DeadlineScope::present(), TimePoint(2h));
    }
    EXPECT_EQ(DeadlineScope::present(), TimePoint::max());
}

TEST(DeadlineScopeTest, IsTheThreadsOwn) {
    const DeadlineScope scope(TimePoint(2h));
    TimePoint elsewhere;
    std::thread([&] { elsewhere = DeadlineScope::present(); }).join();
    EXPECT_EQ(elsewhere, TimePoint::max());
}

}  // namespace
}  // namespace kazoo::detail
