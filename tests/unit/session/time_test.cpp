// SPDX-License-Identifier: Apache-2.0
#include "session/time.hpp"

#include <gtest/gtest.h>

namespace kazoo::session {
namespace {

using namespace std::chrono_literals;

TEST(LaterTest, Adds) {
    EXPECT_EQ(later(TimePoint(1h), 5ms), TimePoint(1h + 5ms));
    EXPECT_EQ(later(TimePoint(1h), 0ms), TimePoint(1h));
}

TEST(LaterTest, NeverOverflows) {
    EXPECT_EQ(later(TimePoint(1h), milliseconds::max()), TimePoint::max());
    EXPECT_EQ(later(TimePoint::max(), 0ms), TimePoint::max());
    EXPECT_EQ(later(TimePoint::max() - 10ms, 11ms), TimePoint::max());
    EXPECT_EQ(later(TimePoint::max() - 10ms, 9ms), TimePoint::max() - 1ms);
}

TEST(LaterTest, ANegativePauseIsNone) {
    EXPECT_EQ(later(TimePoint(1h), -5ms), TimePoint(1h));
    EXPECT_EQ(later(TimePoint(1h), milliseconds::min()), TimePoint(1h));
}

}  // namespace
}  // namespace kazoo::session
