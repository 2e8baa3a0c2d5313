#include "state_world.hpp"

#include <gtest/gtest.h>

namespace kazoo::server {
namespace {

TEST(StateSessions, CreationTakesAZxidAndAnObserverSeesIt) {
    StateWorld world;
    ASSERT_EQ(world.seen.size(), 1U);
    EXPECT_EQ(world.seen[0]->zxid, 1);
    EXPECT_EQ(world.seen[0]->wall_ms, world.now.wall_ms);
    EXPECT_TRUE(world.seen[0]->effects.empty());
    EXPECT_EQ(world.state.zxid(), 1);
    EXPECT_NE(world.session, 0);
}

TEST(StateSessions, TimeoutsAreClampedToTicks) {
    const StateWorld world;
    EXPECT_EQ(world.state.clamp_timeout(0), 4'000);
    EXPECT_EQ(world.state.clamp_timeout(-1), 4'000);
    EXPECT_EQ(world.state.clamp_timeout(10'000), 10'000);
    EXPECT_EQ(world.state.clamp_timeout(1'000'000), 40'000);

    StateOptions options;
    options.min_session_timeout_ms = 100;
    options.max_session_timeout_ms = 200;
    const StateWorld other(options);
    EXPECT_EQ(other.state.clamp_timeout(1), 100);
    EXPECT_EQ(other.state.clamp_timeout(1'000), 200);
}

TEST(StateSessions, ResumingRenegotiatesTheTimeoutAndTakesNoZxid) {
    StateWorld world;
    const std::string password = world.state.sessions().find(world.session)->password;
    world.pass(5'000);
    const Session* session = world.state.resume_session(world.session, password, 20'000, world.now);
    ASSERT_NE(session, nullptr);
    EXPECT_EQ(session->id, world.session);
    EXPECT_EQ(session->timeout_ms, 20'000);
    EXPECT_EQ(world.state.zxid(), 1);
    world.pass(19'000);
    world.state.on_time(world.now);
    EXPECT_NE(world.state.sessions().find(world.session), nullptr);
}

TEST(StateSessions, AWrongPasswordChangesNothing) {
    StateWorld world;
    const std::int64_t expires = world.state.sessions().find(world.session)->expires_ms;
    world.pass(5'000);
    const std::string wrong(16, '\0');
    EXPECT_EQ(world.state.resume_session(world.session, wrong, 20'000, world.now), nullptr);
    EXPECT_EQ(world.state.resume_session(world.session, "", 20'000, world.now), nullptr);
    EXPECT_EQ(world.state.sessions().find(world.session)->expires_ms, expires);
    EXPECT_EQ(world.state.sessions().find(world.session)->timeout_ms, 10'000);
}

TEST(StateSessions, AnUnknownSessionIsNotResumed) {
    StateWorld world;
    EXPECT_EQ(world.state.resume_session(77, std::string(16, 'x'), 10'000, world.now), nullptr);
}

TEST(StateSessions, ClosingDeletesTheEphemeralsInOneTransaction) {
    StateWorld world;
    world.create("/b", 1);
    world.create("/a", 1);
    world.create("/stays");
    world.seen.clear();
    const std::int64_t zxid = world.state.close_session(world.session, world.now);
    EXPECT_EQ(zxid, 5);
    ASSERT_EQ(world.seen.size(), 1U);
    const Transaction& closing = *world.seen[0];
    EXPECT_EQ(closing.zxid, zxid);
    EXPECT_EQ(closing.closed_session, world.session);
    ASSERT_EQ(closing.changes.size(), 2U);
    EXPECT_EQ(closing.changes[0].path, "/a");
    EXPECT_EQ(closing.changes[1].path, "/b");
    EXPECT_EQ(closing.changes[1].type, ChangeType::deleted);
    EXPECT_EQ(closing.effects.size(), 2U);
    EXPECT_FALSE(world.has("/a"));
    EXPECT_TRUE(world.has("/stays"));
    EXPECT_EQ(world.stat("/").pzxid, zxid);
    EXPECT_EQ(world.state.sessions().find(world.session), nullptr);
}

TEST(StateSessions, ClosingTwiceIsNothing) {
    StateWorld world;
    EXPECT_EQ(world.state.close_session(world.session, world.now), 2);
    EXPECT_EQ(world.state.close_session(world.session, world.now), 0);
    EXPECT_EQ(world.state.zxid(), 2);
}

TEST(StateSessions, ASilentSessionExpiresAtTheEndOfItsBucket) {
    StateWorld world;
    world.create("/e", 1);
    const std::int64_t deadline = world.state.sessions().find(world.session)->expires_ms;
    EXPECT_EQ(deadline, 12'000);  // (1000 + 10000) / 2000 + 1 ticks
    world.pass(deadline - 1 - world.now.steady_ms);
    world.state.on_time(world.now);
    EXPECT_TRUE(world.has("/e"));
    world.pass(1);
    world.state.on_time(world.now);
    EXPECT_FALSE(world.has("/e"));
    EXPECT_EQ(world.seen.back()->closed_session, world.session);
}

TEST(StateSessions, ATouchedSessionLives) {
    StateWorld world;
    world.pass(9'000);
    world.state.touch_session(world.session, world.now);
    world.pass(9'000);
    world.state.on_time(world.now);
    EXPECT_NE(world.state.sessions().find(world.session), nullptr);
}

TEST(StateSessions, TheDeadlineIsThatOfTheFirstSession) {
    StateOptions options;
    options.reaper_interval_ms = 0;
    StateWorld world(options);
    EXPECT_EQ(world.state.next_deadline(), 12'000);
    world.state.close_session(world.session, world.now);
    EXPECT_EQ(world.state.next_deadline(), no_deadline);
}

TEST(StateSessions, AWriteWithoutASessionIsRefusedAndTakesAZxid) {
    StateWorld world;
    world.create("/a");
    world.state.close_session(world.session, world.now);
    const std::int64_t before = world.state.zxid();
    EXPECT_EQ(world.create("/b").err, code(Errc::session_expired));
    EXPECT_EQ(world.set("/a", "x").err, code(Errc::session_expired));
    EXPECT_EQ(world.remove("/a").err, code(Errc::session_expired));
    EXPECT_EQ(world.set_acl("/a", open_acl_unsafe()).err, code(Errc::session_expired));
    EXPECT_EQ(world.state.zxid(), before + 4);
    EXPECT_TRUE(world.has("/a"));
}

TEST(StateSessions, ADetachedObserverSeesNothingMore) {
    StateWorld world;
    world.state.detach(world);
    world.create("/a");
    EXPECT_EQ(world.seen.size(), 1U);
}

TEST(StateSessions, TheZxidMayStartAndJumpAnywhere) {
    StateOptions options;
    options.first_zxid = 0x100000000;
    StateWorld world(options);
    EXPECT_EQ(world.state.zxid(), 0x100000001);
    world.state.jump_zxid(7);
    EXPECT_EQ(world.create("/a").transaction->zxid, 8);
}

}  // namespace
}  // namespace kazoo::server
