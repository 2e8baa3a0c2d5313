// SPDX-License-Identifier: Apache-2.0
#include "server/listener/memory_trimmer.hpp"

#include "unit/server/rules/server_times.hpp"

#include <gtest/gtest.h>

namespace kazoo::server {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

TEST(MemoryTrimmerTest, MuchUnusedMemoryIsReturnedOnce) {
    MemoryTrimmer watch;
    EXPECT_FALSE(watch.sample(0, steady_at(1000)));
    EXPECT_EQ(watch.next_deadline(), no_deadline);
    EXPECT_FALSE(watch.sample(100 * mib, steady_at(2000)));
    EXPECT_FALSE(watch.due(steady_at(1999) + MemoryTrimmer::interval));
    EXPECT_EQ(watch.next_deadline(), steady_at(2000) + MemoryTrimmer::interval);
    EXPECT_FALSE(watch.sample(98 * mib, steady_at(3000)));
    EXPECT_TRUE(watch.sample(50 * mib, steady_at(4000)));
    EXPECT_FALSE(watch.sample(50 * mib, steady_at(5000)));
    EXPECT_TRUE(watch.sample(1 * mib, steady_at(6000)));
    EXPECT_EQ(watch.next_deadline(), no_deadline);
}

TEST(MemoryTrimmerTest, LittleUnusedMemoryIsKept) {
    MemoryTrimmer watch;
    EXPECT_FALSE(watch.sample(MemoryTrimmer::slack - 1, steady_at(1000)));
    EXPECT_FALSE(watch.sample(0, steady_at(2000)));
    EXPECT_EQ(watch.next_deadline(), no_deadline);
}

}  // namespace
}  // namespace kazoo::server
