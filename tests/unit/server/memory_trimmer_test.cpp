#include "server/listener/memory_trimmer.hpp"

#include <gtest/gtest.h>

namespace kazoo::server {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

TEST(MemoryTrimmerTest, MuchUnusedMemoryIsReturnedOnce) {
    MemoryTrimmer watch;
    EXPECT_FALSE(watch.sample(0, 1000));
    EXPECT_EQ(watch.next_deadline(), no_deadline);
    EXPECT_FALSE(watch.sample(100 * mib, 2000));
    EXPECT_FALSE(watch.due(2000 + MemoryTrimmer::interval_ms - 1));
    EXPECT_EQ(watch.next_deadline(), 2000 + MemoryTrimmer::interval_ms);
    EXPECT_FALSE(watch.sample(98 * mib, 3000));
    EXPECT_TRUE(watch.sample(50 * mib, 4000));
    EXPECT_FALSE(watch.sample(50 * mib, 5000));
    EXPECT_TRUE(watch.sample(1 * mib, 6000));
    EXPECT_EQ(watch.next_deadline(), no_deadline);
}

TEST(MemoryTrimmerTest, LittleUnusedMemoryIsKept) {
    MemoryTrimmer watch;
    EXPECT_FALSE(watch.sample(MemoryTrimmer::slack - 1, 1000));
    EXPECT_FALSE(watch.sample(0, 2000));
    EXPECT_EQ(watch.next_deadline(), no_deadline);
}

}  // namespace
}  // namespace kazoo::server
