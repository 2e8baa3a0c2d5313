// SPDX-License-Identifier: Apache-2.0
#include "database_world.hpp"

#include <gtest/gtest.h>

namespace kazoo::server {
namespace {

using namespace std::chrono_literals;

TEST(DatabaseSessions, CreationTakesAZxidAndAnObserverSeesIt) {
    DatabaseWorld world;
    ASSERT_EQ(world.seen.size(), 1U);
    EXPECT_EQ(world.seen[0]->zxid, 1);
    EXPECT_EQ(world.seen[0]->wall, world.now.wall);
    EXPECT_TRUE(world.seen[0]->effects.empty());
    EXPECT_EQ(world.database.zxid(), 1);
    EXPECT_NE(world.session, 0);
}

TEST(DatabaseSessions, TimeoutsAreClampedToTicks) {
    const DatabaseWorld world;
    EXPECT_EQ(world.database.clamp_timeout(0ms), 4s);
    EXPECT_EQ(world.database.clamp_timeout(-1ms), 4s);
    EXPECT_EQ(world.database.clamp_timeout(10s), 10s);
    EXPECT_EQ(world.database.clamp_timeout(1000s), 40s);

    DatabaseOptions options;
    options.min_session_timeout = 100ms;
    options.max_session_timeout = 200ms;
    const DatabaseWorld other(options);
    EXPECT_EQ(other.database.clamp_timeout(1ms), 100ms);
    EXPECT_EQ(other.database.clamp_timeout(1s), 200ms);
}

TEST(DatabaseSessions, ResumingRenegotiatesTheTimeoutAndTakesNoZxid) {
    DatabaseWorld world;
    const std::string password = world.database.sessions().find(world.session)->password;
    world.pass(5'000);
    const Session* session = world.database.resume_session(world.session, password, 20s, world.now);
    ASSERT_NE(session, nullptr);
    EXPECT_EQ(session->id, world.session);
    EXPECT_EQ(session->timeout, 20s);
    EXPECT_EQ(world.database.zxid(), 1);
    world.pass(19'000);
    world.database.on_time(world.now);
    EXPECT_NE(world.database.sessions().find(world.session), nullptr);
}

TEST(DatabaseSessions, AWrongPasswordChangesNothing) {
    DatabaseWorld world;
    const SteadyTime expires = world.database.sessions().find(world.session)->expires;
    world.pass(5'000);
    const std::string wrong(16, '\0');
    EXPECT_EQ(world.database.resume_session(world.session, wrong, 20s, world.now), nullptr);
    EXPECT_EQ(world.database.resume_session(world.session, "", 20s, world.now), nullptr);
    EXPECT_EQ(world.database.sessions().find(world.session)->expires, expires);
    EXPECT_EQ(world.database.sessions().find(world.session)->timeout, 10s);
}

TEST(DatabaseSessions, AnUnknownSessionIsNotResumed) {
    DatabaseWorld world;
    EXPECT_EQ(world.database.resume_session(77, std::string(16, 'x'), 10s, world.now), nullptr);
}

TEST(DatabaseSessions, ClosingDeletesTheEphemeralsInOneTransaction) {
    DatabaseWorld world;
    world.create("/b", 1);
    world.create("/a", 1);
    world.create("/stays");
    world.seen.clear();
    const std::int64_t zxid = world.close_session();
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
    EXPECT_EQ(world.database.sessions().find(world.session), nullptr);
}

TEST(DatabaseSessions, ClosingTwiceHasNoEffect) {
    DatabaseWorld world;
    EXPECT_EQ(world.close_session(), 2);
    EXPECT_EQ(world.close_session(), 0);
    EXPECT_EQ(world.database.zxid(), 2);
}

TEST(DatabaseSessions, ASilentSessionExpiresAtTheEndOfItsBucket) {
    DatabaseWorld world;
    world.create("/e", 1);
    const SteadyTime deadline = world.database.sessions().find(world.session)->expires;
    EXPECT_EQ(deadline, SteadyTime(12s));  // (1000 + 10000) / 2000 + 1 ticks
    world.pass((deadline - world.now.steady).count() - 1);
    world.database.on_time(world.now);
    EXPECT_TRUE(world.has("/e"));
    world.pass(1);
    world.database.on_time(world.now);
    EXPECT_FALSE(world.has("/e"));
    EXPECT_EQ(world.seen.back()->closed_session, world.session);
}

TEST(DatabaseSessions, ATouchedSessionStaysAlive) {
    DatabaseWorld world;
    world.pass(9'000);
    world.database.touch_session(world.session, world.now);
    world.pass(9'000);
    world.database.on_time(world.now);
    EXPECT_NE(world.database.sessions().find(world.session), nullptr);
}

TEST(DatabaseSessions, TheDeadlineIsThatOfTheFirstSession) {
    DatabaseOptions options;
    options.reaper_interval = 0ms;
    DatabaseWorld world(options);
    EXPECT_EQ(world.database.next_deadline(), SteadyTime(12s));
    world.close_session();
    EXPECT_EQ(world.database.next_deadline(), no_deadline);
}

TEST(DatabaseSessions, AWriteWithoutASessionIsRefusedAndTakesAZxid) {
    DatabaseWorld world;
    world.create("/a");
    world.close_session();
    const std::int64_t before = world.database.zxid();
    EXPECT_EQ(world.create("/b").err, code(Errc::session_expired));
    EXPECT_EQ(world.set("/a", "x").err, code(Errc::session_expired));
    EXPECT_EQ(world.remove("/a").err, code(Errc::session_expired));
    EXPECT_EQ(world.set_acl("/a", open_acl_unsafe()).err, code(Errc::session_expired));
    EXPECT_EQ(world.database.zxid(), before + 4);
    EXPECT_TRUE(world.has("/a"));
}

TEST(DatabaseSessions, ListenersSeeATransactionWhenItsCallerDeliversIt) {
    DatabaseWorld world;
    const auto closed = world.database.close_session(world.session, world.now);
    EXPECT_EQ(world.database.zxid(), 2);
    EXPECT_EQ(world.seen.size(), 1U);
    world.database.deliver(closed);
    ASSERT_EQ(world.seen.size(), 2U);
    EXPECT_EQ(world.seen.back(), closed);
    world.database.deliver(nullptr);
    EXPECT_EQ(world.seen.size(), 2U);
}

TEST(DatabaseSessions, ADetachedObserverSeesNothingMore) {
    DatabaseWorld world;
    world.database.detach(world);
    world.create("/a");
    EXPECT_EQ(world.seen.size(), 1U);
}

TEST(DatabaseSessions, TheZxidMayStartAndJumpAnywhere) {
    DatabaseOptions options;
    options.first_zxid = 0x100000000;
    DatabaseWorld world(options);
    EXPECT_EQ(world.database.zxid(), 0x100000001);
    world.database.jump_zxid(7);
    EXPECT_EQ(world.create("/a").transaction->zxid, 8);
}

}  // namespace
}  // namespace kazoo::server
