// SPDX-License-Identifier: Apache-2.0
// Leaving a session to another client, and continuing the session of another.
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using testing_support::HandshakeReply;
using testing_support::Party;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

void expect_over(SessionScript& s) {
    EXPECT_TRUE(s.session().finished());
    EXPECT_EQ(s.session().state(), KeeperState::CLOSED);
    EXPECT_EQ(s.session().identity().id, 0);
    EXPECT_EQ(s.session().watches(), 0U);
    EXPECT_EQ(s.ask("late", Opcode::get_data), ClientErrc::connection_closed);
    s.close();
    s.detach();
    EXPECT_THAT(s.take(), IsEmpty());
}

TEST(SessionDetachTest, LeavesWhatAnotherClientNeeds) {
    SessionScript s;
    s.establish(HandshakeReply{.id = 77, .timeout_ms = 6'000});
    EXPECT_FALSE(s.ask("r1", Opcode::get_data, {.path = "/a", .watcher = "w1"}));
    EXPECT_FALSE(
        s.ask("r2", Opcode::get_children, {.path = "/b", .watcher = "w1", .kind = WatchKind::child})
    );
    s.answer(0, 41);
    s.answer(0, 42);
    s.take();
    s.detach();
    EXPECT_THAT(s.take(), ElementsAre("CLOSED", "watch NONE CLOSED -> w1", "disconnect"));
    ASSERT_TRUE(s.session().handover());
    const auto& left = *s.session().handover();
    EXPECT_EQ(left.identity.id, 77);
    EXPECT_EQ(left.identity.password.size(), 16U);
    EXPECT_EQ(left.timeout, 6s);
    EXPECT_EQ(left.last_zxid, 42);
    expect_over(s);
    EXPECT_EQ(s.session().handover()->identity.id, 77);
}

TEST(SessionDetachTest, RequestsMadeBeforeAreServedAndTheSessionIsNotClosed) {
    SessionScript s;
    s.establish();
    s.get("r1");
    s.set("r2");
    s.detach();
    EXPECT_EQ(s.ask("r3", Opcode::get_data), ClientErrc::connection_closed);
    EXPECT_THAT(s.take(), ElementsAre("> get_data 1 /a", "> set_data 2 /a"));
    s.answer(0, 8);
    EXPECT_THAT(s.take(), ElementsAre("r1 ok"));
    EXPECT_FALSE(s.session().finished());
    s.answer(0, 9);
    EXPECT_THAT(s.take(), ElementsAre("r2 ok", "CLOSED", "disconnect"));
    EXPECT_EQ(s.session().handover()->last_zxid, 9);
    expect_over(s);
}

TEST(SessionDetachTest, CredentialsAreAnsweredFirst) {
    SessionScript s;
    s.establish();
    EXPECT_FALSE(s.add_auth("a1"));
    s.detach();
    EXPECT_FALSE(s.session().finished());
    s.take();
    s.answer_auth();
    EXPECT_THAT(s.take(), ElementsAre("a1 ok", "CLOSED", "disconnect"));
    EXPECT_TRUE(s.session().handover());
}

TEST(SessionDetachTest, ACancelledRequestIsNotWaitedForUnlessItWasSent) {
    SessionScript s;
    s.establish();
    s.hold_output(true);
    s.get("r1");
    s.detach();
    EXPECT_FALSE(s.session().finished());
    EXPECT_TRUE(s.cancel("r1"));
    EXPECT_TRUE(s.session().finished());
    EXPECT_TRUE(s.session().handover());
}

TEST(SessionDetachTest, RepliesAreWaitedForUntilTheCloseTimeout) {
    auto config = script_config();
    config.close_timeout = 2s;
    SessionScript s(config);
    s.establish();
    s.set("r1");
    s.detach();
    s.take();
    s.pass(1999ms);
    EXPECT_THAT(s.take(), IsEmpty());
    s.pass(1ms);
    EXPECT_THAT(s.take(), ElementsAre("CLOSED", "r1 connection_loss unknown", "disconnect"));
    EXPECT_TRUE(s.session().handover());
    expect_over(s);
}

TEST(SessionDetachTest, ALostConnectionEndsTheWait) {
    SessionScript s;
    s.establish();
    s.set("r1");
    s.detach();
    s.take();
    s.closed();
    EXPECT_THAT(s.take(), ElementsAre("CLOSED", "r1 connection_loss unknown", "disconnect"));
    EXPECT_NE(s.session().handover()->identity.id, 0);
}

TEST(SessionDetachTest, WithoutAConnectionTheSessionIsLeftAtOnce) {
    SessionScript s;
    s.establish(HandshakeReply{.id = 77});
    s.closed();
    s.get("r1");
    s.take();
    s.detach();
    EXPECT_THAT(s.take(), Contains("r1 connection_loss not sent"));
    EXPECT_EQ(s.session().handover()->identity.id, 77);
    expect_over(s);
}

TEST(SessionDetachTest, WithoutASessionThereIsNothingToLeave) {
    SessionScript s;
    s.start();
    s.detach();
    EXPECT_TRUE(s.session().finished());
    EXPECT_FALSE(s.session().handover());
}

TEST(SessionDetachTest, AClosedSessionIsNotLeft) {
    SessionScript s;
    s.establish();
    s.close();
    s.detach();
    s.answer();
    EXPECT_TRUE(s.session().finished());
    EXPECT_FALSE(s.session().handover());
}

TEST(SessionDetachTest, AWatchThatIsBeingRemovedIsNotLeft) {
    SessionScript s;
    s.establish();
    EXPECT_FALSE(s.ask("r1", Opcode::get_data, {.path = "/a", .watcher = "w1"}));
    s.answer(0, 7);
    EXPECT_FALSE(s.ask("r2", Opcode::remove_watches, {.path = "/a", .removes = data_kinds}));
    s.detach();
    s.closed();
    ASSERT_TRUE(s.session().handover());
    EXPECT_THAT(s.take(), Not(Contains(StartsWith("watch"))));
}

// Otherwise their replies would advance the zxid past events of watches that are not set yet.
TEST(SessionDetachTest, RequestsWaitForWatchesThatAreBeingRestored) {
    auto config = script_config();
    config.set_watches_bytes = 1;
    SessionScript s(config);
    s.establish();
    for (const auto* const path : {"/a", "/b"}) {
        EXPECT_FALSE(s.ask(path, Opcode::get_data, {.path = path, .watcher = path}));
        s.answer(0, 7);
    }
    s.closed();
    s.reconnect();
    s.closed();  // both are suspect: the next connection sends one at a time
    s.reconnect();
    s.set("r1");
    s.take();
    s.detach();
    EXPECT_THAT(s.take(), Not(Contains(StartsWith("> set_data"))));
    s.restored();
    s.restored();
    EXPECT_THAT(s.take(), Contains("> set_data 3 /a"));
}

Config resuming(const std::vector<Config::ResumedWatch>& watches) {
    auto config = script_config();
    config.session_id = 77;
    config.password = "0123456789abcdef";
    config.resumed_timeout = 3s;
    config.last_zxid = 42;
    config.watches = watches;
    return config;
}

TEST(SessionResumeTest, PresentsTheZxidAndRestoresTheWatches) {
    const auto watcher = detail::make_ref<Party>("w1");
    SessionScript s(resuming(
        {{WatchKind::data, "/a", watcher},
         {WatchKind::child, "/b", watcher},
         {WatchKind::persistent, "/c", watcher}}
    ));
    s.start();
    s.resolved();
    s.connected();
    EXPECT_THAT(s.take(), Contains("> connect id=77 zxid=42"));
    s.welcome();
    EXPECT_THAT(
        s.take(), ElementsAre("CONNECTED", "gap", StartsWith("> set_watches2 42 data[/a]"))
    );
    s.restored();
    s.notify(3, "/a");
    EXPECT_THAT(s.take(), ElementsAre("watch CHANGED /a -> w1"));
}

TEST(SessionResumeTest, ALongTimeoutDoesNotEndTheSession) {
    auto config = resuming({});
    config.resumed_timeout = milliseconds::max();
    SessionScript s(config);
    s.start();
    s.pass(20s);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTING);
    EXPECT_EQ(s.session().identity().id, 77);
}

TEST(SessionResumeTest, IfTheSessionHasExpiredTheWatchesEnd) {
    const auto watcher = detail::make_ref<Party>("w1");
    SessionScript s(resuming({{WatchKind::data, "/a", watcher}, {WatchKind::exist, "/b", watcher}})
    );
    s.start();
    s.resolved();
    s.connected();
    s.take();
    s.welcome(HandshakeReply{.timeout_ms = 0});
    EXPECT_THAT(
        s.take(), ElementsAre("EXPIRED_SESSION", "watch NONE EXPIRED_SESSION -> w1", "disconnect")
    );
    s.reconnect_until_asked();
    EXPECT_THAT(s.take(), Contains("> connect id=0 zxid=0"));
}

// The timeout of the session, not the one that this client will request.
TEST(SessionResumeTest, WithoutContactTheSessionIsOverAfterItsOwnTimeout) {
    SessionScript s(resuming({}));
    s.start();
    s.resolved();
    s.pass(3999ms);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTING);
    s.pass(1ms);
    EXPECT_EQ(s.session().state(), KeeperState::EXPIRED_SESSION);
}

TEST(SessionResumeTest, ASessionCanBeHandedOnBeforeTheFirstConnection) {
    const auto watcher = detail::make_ref<Party>("w1");
    SessionScript s(resuming({{WatchKind::data, "/a", watcher}}));
    s.start();
    s.detach();
    const auto& left = s.session().handover();
    ASSERT_TRUE(left);
    EXPECT_EQ(left->identity.id, 77);
    EXPECT_EQ(left->timeout, 3s);
    EXPECT_EQ(left->last_zxid, 42);
    EXPECT_THAT(s.take(), Contains("watch NONE CLOSED -> w1"));
}

}  // namespace
}  // namespace kazoo::session
