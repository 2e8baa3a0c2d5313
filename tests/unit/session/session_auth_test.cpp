// SPDX-License-Identifier: Apache-2.0
// Credentials are sent before everything else, on every connection.
#include "support/hex.hpp"
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
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

Config with_auth(std::vector<SecretAuthData> entries) {
    auto config = script_config();
    config.auth = std::move(entries);
    return config;
}

TEST(SessionAuthTest, ConnectedFollowsTheAuthReplies) {
    SessionScript s(with_auth({{"digest", "a:b"}, {"x509", "c"}}));
    s.start();
    s.get("r1");
    s.resolved();
    s.connected();
    s.take();
    s.welcome();
    EXPECT_THAT(s.take(), ElementsAre("> auth digest a:b", "> auth x509 c"));
    s.answer_auth();
    EXPECT_THAT(s.take(), IsEmpty());
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTING);
    s.answer_auth();
    EXPECT_THAT(s.take(), ElementsAre("CONNECTED", "> get_data 1 /a"));
}

TEST(SessionAuthTest, AddedWhileConnected) {
    SessionScript s;
    s.establish();
    EXPECT_FALSE(s.add_auth("auth"));
    EXPECT_THAT(s.take(), ElementsAre("> auth digest u:p"));
    s.get("r1");
    s.answer_auth();  // its reply overtakes others
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("> get_data 1 /a", "auth ok", "r1 ok"));
    s.closed();
    s.reconnect();
    EXPECT_THAT(s.take(), Contains("> auth digest u:p"));
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTING);
    s.answer_auth();
    EXPECT_THAT(s.take(), ElementsAre("CONNECTED"));
}

TEST(SessionAuthTest, AddedWhileConnectingIsSentOnTheConnection) {
    SessionScript s(with_auth({{"digest", "a:b"}}));
    s.start();
    EXPECT_FALSE(s.add_auth("one", "1"));
    s.reconnect();
    EXPECT_FALSE(s.add_auth("two", "2"));
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "CONNECTING",
            "resolve zk1:2181",
            "connect 10.0.0.1:2181",
            "> connect id=0 zxid=0",
            "> auth digest a:b",
            "> auth digest 1",
            "> auth digest 2"
        )
    );
    s.answer_auth();
    s.answer_auth();
    EXPECT_THAT(s.take(), ElementsAre("one ok"));
    s.answer_auth();
    EXPECT_THAT(s.take(), ElementsAre("two ok", "CONNECTED"));
}

TEST(SessionAuthTest, TheSameTwiceIsReplayedOnce) {
    SessionScript s;
    s.start();
    EXPECT_FALSE(s.add_auth("one"));
    EXPECT_FALSE(s.add_auth("two"));
    s.reconnect();
    EXPECT_THAT(s.take(), Contains("> auth digest u:p").Times(1));
    s.answer_auth();
    EXPECT_THAT(s.take(), ElementsAre("one ok", "two ok", "CONNECTED"));
    EXPECT_FALSE(s.add_auth("three"));
    EXPECT_THAT(s.take(), ElementsAre("> auth digest u:p"));
    s.answer_auth();
    EXPECT_THAT(s.take(), ElementsAre("three ok"));
    s.closed();
    s.reconnect();
    EXPECT_THAT(s.take(), Contains("> auth digest u:p").Times(1));
}

TEST(SessionAuthTest, AnEmptyCredentialIsNotNull) {
    SessionScript s;
    s.establish();
    EXPECT_FALSE(s.add_auth("auth", ""));
    EXPECT_EQ(
        testing_support::to_hex(s.last_frame()),
        "fffffffc00000064"
        "00000000"
        "00000006646967657374"
        "00000000"
    );
}

TEST(SessionAuthTest, ALostConnectionIsNotARefusal) {
    SessionScript s;
    s.establish();
    EXPECT_FALSE(s.add_auth("one"));
    s.closed();
    s.reconnect();
    s.closed();
    EXPECT_THAT(s.take(), testing::Not(Contains(HasSubstr("one"))));
    s.reconnect();
    s.take();
    s.answer_auth();
    EXPECT_THAT(s.take(), ElementsAre("one ok", "CONNECTED"));
}

TEST(SessionAuthTest, AnExpiredSessionIsNotARefusal) {
    SessionScript s;
    s.establish();
    EXPECT_FALSE(s.add_auth("one"));
    s.closed();
    s.reconnect({.timeout_ms = 0});
    s.reconnect();
    s.take();
    s.answer_auth();
    EXPECT_THAT(s.take(), ElementsAre("one ok", "CONNECTED"));
}

TEST(SessionAuthTest, RefusalEndsTheSession) {
    SessionScript s;
    s.establish();
    EXPECT_FALSE(s.ask("r0", Opcode::get_data, {.watcher = "w1"}));
    s.answer();
    s.set("r1");
    EXPECT_FALSE(s.add_auth("one", "1"));
    EXPECT_FALSE(s.add_auth("two", "2"));
    s.take();
    s.answer_auth(-115);
    EXPECT_THAT(
        s.take(),
        ElementsAre(
            "one auth_failed not applied",
            "AUTH_FAILED",
            "r1 auth_failed unknown",
            "two auth_failed not applied",
            "watch NONE AUTH_FAILED -> w1",
            "disconnect"
        )
    );
    EXPECT_TRUE(s.session().finished());
    EXPECT_EQ(s.session().next_deadline(), TimePoint::max());
    EXPECT_EQ(s.ask("r2", Opcode::get_data), Errc::auth_failed);
    EXPECT_EQ(s.add_auth("three"), Errc::auth_failed);
    EXPECT_THAT(s.take_logs(), Contains(HasSubstr("refused the credentials")));
    s.close();
    EXPECT_THAT(s.take(), ElementsAre("CLOSED"));
}

TEST(SessionAuthTest, RefusalBeforeConnected) {
    SessionScript s(with_auth({{"digest", "a:b"}}));
    s.start();
    s.get("r1");
    s.reconnect();
    s.take();
    s.answer_auth(-115);
    EXPECT_THAT(s.take(), ElementsAre("AUTH_FAILED", "r1 auth_failed not sent", "disconnect"));
}

// With enforced authentication a server answers every packet except credentials like this and
// closes the connection. Reconnecting would have the same result.
TEST(SessionAuthTest, AServerThatRequiresOtherCredentialsIsARefusal) {
    constexpr std::int32_t required = -124;
    const auto established = [](SessionScript& s) {
        s.establish();
        s.get("r1");
        s.get("r2");
        s.take();
    };
    {
        SCOPED_TRACE("to a request");
        SessionScript s;
        established(s);
        s.answer(required);
        EXPECT_THAT(
            s.take(),
            ElementsAre(
                "r1 session_closed_require_sasl not applied",
                "AUTH_FAILED",
                "r2 auth_failed not applied",
                "disconnect"
            )
        );
        EXPECT_THAT(s.take_logs(), Contains(HasSubstr("the servers require authentication")));
        EXPECT_TRUE(s.session().finished());
    }
    {
        SCOPED_TRACE("to a ping");
        SessionScript s;
        established(s);
        s.pass(4s);
        s.reply({codec::ping_xid, 0, required});
        EXPECT_EQ(s.session().state(), KeeperState::AUTH_FAILED);
    }
    {
        SCOPED_TRACE("to credentials");
        SessionScript s(with_auth({{"digest", "a:b"}}));
        s.start();
        s.reconnect();
        s.answer_auth(required);
        EXPECT_EQ(s.session().state(), KeeperState::AUTH_FAILED);
    }
    {
        SCOPED_TRACE("to watches");
        SessionScript s;
        s.establish();
        EXPECT_FALSE(s.ask("r1", Opcode::get_data, {.watcher = "w1"}));
        s.answer();
        s.closed();
        s.reconnect();
        s.restored(required);
        EXPECT_EQ(s.session().state(), KeeperState::AUTH_FAILED);
    }
    {
        SCOPED_TRACE("while closing");
        SessionScript s;
        established(s);
        s.close();
        s.answer(required);
        EXPECT_EQ(s.session().state(), KeeperState::CLOSED);
    }
}

TEST(SessionAuthTest, AnUnexpectedAuthReplyIsIgnored) {
    SessionScript s;
    s.establish();
    s.answer_auth(-115);
    EXPECT_THAT(s.take(), IsEmpty());
    EXPECT_THAT(s.take_logs(), ElementsAre(HasSubstr("unexpected authentication")));
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

TEST(SessionAuthTest, ASilentServerFailsTheAttempt) {
    SessionScript s(with_auth({{"digest", "a:b"}}));
    s.start();
    s.resolved({"10.0.0.1", "10.0.0.2"});
    s.connected();
    s.welcome();
    s.take();
    s.pass(4s);
    EXPECT_THAT(s.take(), ElementsAre("disconnect", "connect 10.0.0.2:2181"));
    s.connected();
    s.welcome();
    s.closed();
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTING);
    s.reconnect();
    s.answer_auth();
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

// A server that requires authentication closes the connection on any other packet.
TEST(SessionAuthTest, NoPingPrecedesTheAuthReply) {
    SessionScript s(with_auth({{"digest", "a:b"}}));
    s.start();
    EXPECT_FALSE(s.ask("r1", Opcode::get_data, {.deadline = s.now() + 3500ms}));
    s.reconnect();
    s.take();
    s.pass(3600ms);
    EXPECT_THAT(s.take(), ElementsAre("r1 operation_timeout not sent"));
    s.answer_auth();
    EXPECT_THAT(s.take(), ElementsAre("CONNECTED", "> ping"));
}

// --- limits: servers drop every connection over oversized requests ---

TEST(SessionAuthTest, TooLargeIsNotReplayed) {
    auto config = script_config();
    config.limits.request_bytes = 100;
    SessionScript s(config);
    s.establish();
    EXPECT_EQ(s.add_auth("large", std::string(75, 'x')), ClientErrc::request_too_large);
    EXPECT_FALSE(s.add_auth("fits", std::string(74, 'x')));
    EXPECT_EQ(s.last_frame().size(), 100U);
    s.answer_auth();
    s.take();
    s.closed();
    s.reconnect();
    EXPECT_THAT(s.take(), Contains(HasSubstr("> auth")).Times(1));
}

TEST(SessionAuthTest, TooLargeAtTheStartEndsTheSession) {
    auto config = with_auth({{"digest", std::string(100, 'x')}});
    config.limits.request_bytes = 100;
    SessionScript s(config);
    s.start();
    EXPECT_THAT(
        s.take(), ElementsAre("CONNECTING", "AUTH_FAILED", "resolve zk1:2181", "disconnect")
    );
    EXPECT_TRUE(s.session().finished());
    EXPECT_THAT(s.take_logs(), ElementsAre(HasSubstr("exceed the maximum request size")));
}

TEST(SessionAuthTest, TooManyAreNotReplayed) {
    auto config = script_config();
    config.limits.requests = 4;
    SessionScript s(config);
    s.start();
    EXPECT_FALSE(s.add_auth("one", "1"));
    EXPECT_FALSE(s.add_auth("two", "2"));
    EXPECT_EQ(s.add_auth("three", "3"), ClientErrc::queue_full);
    s.reconnect();
    EXPECT_EQ(s.add_auth("four", "4"), ClientErrc::queue_full);
    s.serve();
    EXPECT_THAT(s.take(), Contains(HasSubstr("> auth")).Times(2));
    EXPECT_FALSE(s.add_auth("five", "1"));
}

TEST(SessionAuthTest, AfterTheCloseNoAuthReplyIsExpected) {
    SessionScript s;
    s.establish();
    EXPECT_FALSE(s.add_auth("one"));
    s.close();
    EXPECT_EQ(s.add_auth("two"), ClientErrc::connection_closed);
    s.take();
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("CLOSED", "one connection_loss not applied", "disconnect"));
    EXPECT_EQ(s.add_auth("three"), ClientErrc::connection_closed);
}

}  // namespace
}  // namespace kazoo::session
