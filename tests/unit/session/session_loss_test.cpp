// SPDX-License-Identifier: Apache-2.0
// Lost connections and lost sessions: notifications, their order, and what continues.
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::RequestOptions;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

class SessionLossTest : public testing::Test {
protected:
    void SetUp() override { s.establish(); }
    void watch(const std::string& path, const std::string& watcher) {
        EXPECT_FALSE(s.ask("set-up", Opcode::get_data, {.path = path, .watcher = watcher}));
        s.answer(0, 7);
        s.take();
    }

    SessionScript s;
};

TEST_F(SessionLossTest, RequestsFailBeforeTheState) {
    s.get("r1");
    s.set("r2");
    EXPECT_FALSE(s.ask("r3", Opcode::sync));
    s.take();
    s.closed();
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "r1 connection_loss not applied",
            "r2 connection_loss unknown",
            "r3 connection_loss not applied",
            "CONNECTING",
            "disconnect"
        )
    );
    EXPECT_THAT(
        s.take_logs(), ElementsAre(HasSubstr("warning: connection to zk1:2181 (10.0.0.1) lost"))
    );
    EXPECT_EQ(s.session().requests(), 0U);
}

TEST_F(SessionLossTest, UnsentRequestsAreReportedAsNotSentIfTheyDoNotWait) {
    s.set("r1");
    s.hold_output(true);
    EXPECT_FALSE(s.ask("r2", Opcode::set_data, {.resend = Resend::nothing}));
    EXPECT_FALSE(s.ask("r3", Opcode::get_data, {.resend = Resend::nothing}));
    s.take();
    s.closed();
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "r1 connection_loss unknown",
            "r2 connection_loss not sent",
            "r3 connection_loss not sent",
            "CONNECTING",
            "disconnect"
        )
    );
    EXPECT_EQ(s.session().requests(), 0U);
}

TEST_F(SessionLossTest, NothingOfTheOldConnectionReachesTheNew) {
    EXPECT_FALSE(s.add_auth("auth"));
    s.hold_output(true);
    EXPECT_FALSE(s.add_auth("other", "v:q"));
    s.get("r1");
    s.pass(4s);  // including a ping
    s.closed();
    s.hold_output(false);
    s.take();
    s.get("r2");
    s.reconnect();
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "resolve zk1:2181",
            "connect 10.0.0.1:2181",
            HasSubstr("> connect id="),
            "> auth digest u:p",
            "> auth digest v:q"
        )
    );
    s.answer_auth();
    s.answer_auth();
    EXPECT_THAT(
        s.take(),
        ElementsAre("auth ok", "other ok", "CONNECTED", "> get_data 1 /a", "> get_data 2 /a")
    ) << "what was not sent is sent once";
}

TEST_F(SessionLossTest, ANewSessionCountsItsRestoresAnew) {
    watch("/w", "w1");
    s.closed();
    for (int drops = 0; drops < 2; ++drops) {
        s.reconnect();
        s.closed();
    }
    s.reconnect({.id = 4711});
    EXPECT_EQ(s.session().watches(), 0U);
    s.reconnect();
    watch("/w", "w1");
    s.closed();
    s.reconnect();
    s.closed();  // the third drop overall, but the first of this session
    EXPECT_EQ(s.session().watches(), 1U);
}

TEST_F(SessionLossTest, PausesBetweenSessionsAreShortAfterAProvenConnection) {
    for (std::int64_t id = 100; id < 120; ++id) {
        s.get("r");
        s.answer();
        s.closed();
        s.reconnect({.id = id});
        EXPECT_LT(s.until_deadline(), 150ms);
        s.reconnect();
    }
}

TEST_F(SessionLossTest, RequestsMadeMeanwhileSurviveFailedAttempts) {
    s.closed();
    s.take();
    s.get("r1", "/1");
    s.pass(s.until_deadline());
    s.unresolved();
    s.pass(s.until_deadline());
    s.set("r2", "/2");
    s.resolved();
    s.closed();
    s.pass(s.until_deadline());
    s.resolved();
    s.connected();
    s.get("r3", "/3");
    s.closed();
    EXPECT_EQ(s.session().requests(), 3U);
    s.take();
    s.reconnect();
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "resolve zk1:2181",
            "connect 10.0.0.1:2181",
            HasSubstr("> connect id="),
            "CONNECTED",
            "> get_data 1 /1",
            "> set_data 2 /2",
            "> get_data 3 /3"
        )
    );
    s.serve();
    EXPECT_THAT(s.take(), ElementsAre("r1 ok", "r2 ok", "r3 ok"));
}

TEST_F(SessionLossTest, RequestsFollowCredentialsAndWatches) {
    watch("/w", "w1");
    EXPECT_FALSE(s.add_auth("auth"));
    s.answer_auth();
    s.take();
    s.closed();
    s.get("r1");
    s.reconnect();
    EXPECT_THAT(s.take(), testing::Not(Contains("CONNECTED")));
    s.answer_auth();
    EXPECT_THAT(
        s.take(),
        ElementsAre("CONNECTED", "> set_watches 7 data[/w] exist[] child[]", "> get_data 2 /a")
    );
}

TEST_F(SessionLossTest, ExpiryIsReportedFirst) {
    watch("/w", "w1");
    watch("/v", "w1");
    watch("/v", "w2");
    s.closed();
    s.set("r1");
    s.get("r2");
    s.take();
    s.reconnect({.timeout_ms = 0});
    const auto lines = s.take();
    ASSERT_EQ(lines.size(), 7U);
    EXPECT_THAT(
        (std::vector<std::string>(lines.begin() + 2, lines.end())),
        ElementsAre(
            "EXPIRED_SESSION",
            "r1 session_expired not sent",
            "r2 session_expired not sent",
            testing::AnyOf(
                "watch NONE EXPIRED_SESSION -> w1 w2", "watch NONE EXPIRED_SESSION -> w2 w1"
            ),
            "disconnect"
        )
    );
    EXPECT_EQ(s.session().watches(), 0U);
    EXPECT_THAT(s.take_logs(), Contains(HasSubstr("warning: session expired")));
}

TEST_F(SessionLossTest, NothingOfTheOldSessionReachesTheNew) {
    watch("/w", "w1");
    s.closed();
    s.reconnect({.id = 4711});
    s.take();
    s.reconnect();
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "CONNECTING",
            "resolve zk1:2181",
            "connect 10.0.0.1:2181",
            "> connect id=0 zxid=0",
            "CONNECTED"
        )
    );
    EXPECT_EQ(s.session().last_zxid(), 0);
}

// --- errors that end the connection ---

class SessionEndsConnectionTest : public testing::TestWithParam<std::pair<int, std::string>> {};

TEST_P(SessionEndsConnectionTest, CompletesItsRequestAndFailsTheOthers) {
    const auto [err, name] = GetParam();
    SessionScript s;
    s.establish();
    s.get("r1");
    s.get("r2");
    s.take();
    s.answer(err);
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "r1 " + name + " not applied",
            "r2 connection_loss not applied",
            "CONNECTING",
            "disconnect"
        )
    );
}

TEST_P(SessionEndsConnectionTest, ProvesNothing) {
    SessionScript s;
    s.establish();
    s.get("r1");
    s.take();
    s.answer(GetParam().first);
    // A pause, not the next attempt: repeated requests must not cause a reconnect loop.
    EXPECT_THAT(s.take(), ElementsAre(HasSubstr("r1 "), "CONNECTING", "disconnect"));
    EXPECT_GT(s.until_deadline(), 50ms);
}

TEST_P(SessionEndsConnectionTest, WhileClosingEndsTheSession) {
    SessionScript s;
    s.establish();
    s.get("r1");
    s.close();
    s.take();
    s.answer(GetParam().first);
    EXPECT_THAT(s.take(), ElementsAre(HasSubstr("r1 "), "CLOSED", "disconnect"));
    EXPECT_TRUE(s.session().finished());
}

TEST_P(SessionEndsConnectionTest, IsNotARefusalOfCredentialsOrWatches) {
    SessionScript s;
    s.establish();
    EXPECT_FALSE(s.ask("r1", Opcode::get_data, {.watcher = "w1"}));
    s.answer();
    EXPECT_FALSE(s.add_auth("auth"));
    s.take();
    s.answer_auth(GetParam().first);
    EXPECT_THAT(s.take(), ElementsAre("CONNECTING", "disconnect", "resolve zk1:2181"));
    s.reconnect();
    s.answer_auth();
    s.take();
    s.restored(GetParam().first);
    EXPECT_THAT(s.take(), ElementsAre("CONNECTING", "disconnect"));
    EXPECT_EQ(s.session().watches(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Codes,
    SessionEndsConnectionTest,
    testing::Values(
        std::pair<int, std::string>(-118, "session_moved"),
        std::pair<int, std::string>(-4, "connection_loss"),
        std::pair<int, std::string>(-112, "session_expired")
    )
);

}  // namespace
}  // namespace kazoo::session
