// SPDX-License-Identifier: Apache-2.0
// Servers that are behind the last zxid of the session, as after a restoration from a backup.
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

Config config_with(bool resets) {
    auto config = script_config();
    config.resets_zxid = resets;
    config.connection_retry = RetryPolicy().delay(100ms).max_delay(500ms);
    return config;
}

/// Refuses each connection until the session asks for the zxid of the server, for at most 5 s.
bool refuse_until_asked(SessionScript& s) {
    const auto end = s.now() + 5s;
    while (s.now() < end) {
        switch (s.network()) {
            case SessionScript::Network::resolving:
                s.resolved();
                break;
            case SessionScript::Network::connecting:
                s.connected();
                s.closed();
                break;
            default:
                if (s.probing() == SessionScript::Network::connecting) {
                    return true;
                }
                s.pass(s.until_deadline());
        }
    }
    return false;
}

class SessionBehindTest : public testing::TestWithParam<bool> {
protected:
    void SetUp() override {
        s.establish();
        EXPECT_FALSE(s.ask("r1", Opcode::get_data, {.watcher = "w1"}));
        s.answer(0, 0x500);
        s.closed();
        s.take();
        s.take_logs();
    }
    static constexpr auto restored = "Zxid: 0x7f\nMode: standalone\n";

    SessionScript s{config_with(GetParam())};
};

using SessionBehindReports = SessionBehindTest;
using SessionBehindResets = SessionBehindTest;
INSTANTIATE_TEST_SUITE_P(Report, SessionBehindReports, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Reset, SessionBehindResets, testing::Values(true));

TEST_P(SessionBehindReports, WaitingAndLaterRequestsFail) {
    s.get("waits");
    ASSERT_TRUE(refuse_until_asked(s));
    EXPECT_THAT(s.take(), Contains("srvr 10.0.0.1"));
    EXPECT_FALSE(s.session().servers_behind());
    s.probe_answered(restored);
    EXPECT_THAT(s.take(), ElementsAre("waits ensemble_behind not sent"));
    EXPECT_TRUE(s.session().servers_behind());
    EXPECT_EQ(s.ask("later", Opcode::get_data), ClientErrc::ensemble_behind);
    EXPECT_THAT(
        s.take_logs(),
        Contains(HasSubstr("error: the servers are behind this client: its last zxid is 0x500, "
                           "theirs at most 0x7f"))
    );
    ASSERT_EQ(s.session().last_attempts().size(), 1U);
    EXPECT_THAT(s.session().last_attempts()[0].reason, HasSubstr("restored from a backup?"));
}

// Without a question about it the client would begin again with a session at an older state.
TEST_P(SessionBehindReports, TheZxidOutlivesASessionThatEndsByTheClock) {
    ASSERT_TRUE(refuse_until_asked(s));
    s.probe_answered(restored);
    s.take();
    while (s.session().state() == KeeperState::CONNECTING && s.now() < TimePoint(2h)) {
        s.pass(100ms);
        if (s.network() == SessionScript::Network::resolving) {
            s.unresolved();
        }
    }
    EXPECT_EQ(s.session().state(), KeeperState::EXPIRED_SESSION);
    EXPECT_EQ(s.session().identity().id, 0);
    EXPECT_THAT(s.take(), Contains("watch NONE EXPIRED_SESSION -> w1"));
    EXPECT_EQ(s.session().last_zxid(), 0x500);
    s.reconnect_until_asked();
    EXPECT_THAT(s.take(), Contains("> connect id=0 zxid=1280"));
}

TEST_P(SessionBehindReports, GoesOnWhenTheServersCatchUp) {
    ASSERT_TRUE(refuse_until_asked(s));
    s.probe_answered(restored);
    s.take();
    s.reconnect();
    EXPECT_FALSE(s.session().servers_behind());
    EXPECT_THAT(s.take(), Contains("CONNECTED"));
    s.get("r2");
}

TEST_P(SessionBehindReports, AServerThatDoesNotSayIsAskedAgainLater) {
    ASSERT_TRUE(refuse_until_asked(s));
    s.probe_answered("");
    EXPECT_FALSE(s.session().servers_behind());
    ASSERT_TRUE(refuse_until_asked(s));
    s.probe_answered(restored);
    EXPECT_TRUE(s.session().servers_behind());
}

TEST_P(SessionBehindReports, AServerThatDoesNotAnswerTheQuestionIsNotWaitedFor) {
    ASSERT_TRUE(refuse_until_asked(s));
    s.take();
    s.pass(s.until_deadline());
    EXPECT_THAT(s.take(), Contains("disconnect"));
    EXPECT_EQ(s.probing(), SessionScript::Network::idle);
    EXPECT_FALSE(s.session().servers_behind());
}

TEST_P(SessionBehindReports, ResettingTheZxidBeginsANewSession) {
    EXPECT_TRUE(refuse_until_asked(s));
    s.probe_answered(restored);
    s.take();
    EXPECT_TRUE(s.reset_zxid());
    EXPECT_THAT(
        s.take(), ElementsAre("EXPIRED_SESSION", "watch NONE EXPIRED_SESSION -> w1", "disconnect")
    );
    s.reconnect_until_asked();
    EXPECT_THAT(s.take(), Contains("> connect id=0 zxid=0"));
    s.welcome();
    s.get("r2");
    EXPECT_FALSE(s.reset_zxid()) << "the server accepts the client";
}

TEST_P(SessionBehindReports, ACloseWhileAServerIsAskedEndsTheSession) {
    ASSERT_TRUE(refuse_until_asked(s));
    s.close();
    EXPECT_TRUE(s.session().finished());
    s.session().on_probe(s.probe_attempt(), restored, s.now());
    s.settle();
    EXPECT_FALSE(s.session().servers_behind());
    EXPECT_FALSE(s.reset_zxid());
}

TEST_P(SessionBehindResets, BeginsANewSessionAtOnce) {
    s.get("waits");
    ASSERT_TRUE(refuse_until_asked(s));
    s.take();
    s.probe_answered(restored);
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "EXPIRED_SESSION",
            "waits session_expired not sent",
            "watch NONE EXPIRED_SESSION -> w1",
            "disconnect"
        )
    );
    EXPECT_THAT(s.take_logs(), Contains(HasSubstr("a new session begins")));
    s.reconnect_until_asked();
    EXPECT_THAT(s.take(), Contains("> connect id=0 zxid=0"));
}

}  // namespace
}  // namespace kazoo::session
