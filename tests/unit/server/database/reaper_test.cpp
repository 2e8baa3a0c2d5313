// SPDX-License-Identifier: Apache-2.0
#include "database_world.hpp"

#include <gtest/gtest.h>

namespace kazoo::server {
namespace {

using codec::Opcode;

constexpr std::int64_t interval_ms = 60'000;

/// Keeps the session alive while time passes.
class ReaperTest : public ::testing::Test {
protected:
    void SetUp() override { world.database.on_time(world.now); }

    void pass(std::int64_t milliseconds) {
        for (std::int64_t left = milliseconds; left > 0; left -= 1'000) {
            world.pass(std::min<std::int64_t>(left, 1'000));
            world.database.touch_session(world.session, world.now);
            world.database.on_time(world.now);
        }
    }

    DatabaseWorld world;
};

TEST_F(ReaperTest, RunsOncePerInterval) {
    world.close_session();
    EXPECT_EQ(world.database.next_deadline(), world.now.steady + Milliseconds(interval_ms));
    pass(interval_ms);
    EXPECT_EQ(world.database.next_deadline(), world.now.steady + Milliseconds(interval_ms));
}

TEST_F(ReaperTest, DeletesContainersThatHaveHadChildren) {
    world.create("/used", 4, Opcode::create_container);
    world.create("/used/x");
    world.create("/unused", 4, Opcode::create_container);
    world.create("/full", 4, Opcode::create_container);
    world.create("/full/x");
    world.remove("/used/x");
    world.seen.clear();
    pass(interval_ms - 1);
    EXPECT_TRUE(world.has("/used"));
    pass(1);
    EXPECT_FALSE(world.has("/used"));
    EXPECT_TRUE(world.has("/unused"));
    EXPECT_TRUE(world.has("/full"));
    ASSERT_EQ(world.seen.size(), 1U);
    EXPECT_EQ(world.seen[0]->changes.at(0).path, "/used");
    EXPECT_EQ(world.seen[0]->changes.at(0).type, ChangeType::deleted);
    EXPECT_EQ(world.seen[0]->zxid, world.database.zxid());
    EXPECT_EQ(world.stat("/").pzxid, world.database.zxid());
}

TEST_F(ReaperTest, DeletesUnchangedTtlNodes) {
    world.create_ttl("/short", 1'000);
    world.create_ttl("/long", 10 * interval_ms);
    world.create_ttl("/parent", 1'000);
    world.create("/parent/x");
    world.create_ttl("/renewed", 30'000);
    pass(interval_ms - 10'000);
    world.set("/renewed", "still wanted");
    pass(10'000);
    EXPECT_FALSE(world.has("/short"));
    EXPECT_TRUE(world.has("/long"));
    EXPECT_TRUE(world.has("/parent"));
    EXPECT_TRUE(world.has("/renewed"));
    world.remove("/parent/x");
    pass(interval_ms);
    EXPECT_FALSE(world.has("/parent"));
    EXPECT_FALSE(world.has("/renewed"));
    EXPECT_TRUE(world.has("/long"));
}

TEST_F(ReaperTest, EachRemovalIsASeparateTransaction) {
    world.create_ttl("/b", 1);
    world.create_ttl("/a", 1);
    const std::int64_t before = world.database.zxid();
    world.seen.clear();
    pass(interval_ms);
    ASSERT_EQ(world.seen.size(), 2U);
    EXPECT_EQ(world.seen[0]->changes.at(0).path, "/a");
    EXPECT_EQ(world.seen[0]->zxid, before + 1);
    EXPECT_EQ(world.seen[1]->changes.at(0).path, "/b");
    EXPECT_EQ(world.seen[1]->zxid, before + 2);
}

}  // namespace
}  // namespace kazoo::server
