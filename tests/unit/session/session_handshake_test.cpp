// SPDX-License-Identifier: Apache-2.0
// From a connection to a session: the replies of servers and their effects.
#include "support/hex.hpp"
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::from_hex;
using testing_support::HandshakeReply;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

constexpr std::int64_t first_id = 0x1000'0000'0000'0001;
const std::string first = std::to_string(first_id);

TEST(SessionHandshakeTest, ASessionIsCreated) {
    SessionScript s;
    s.start();
    EXPECT_THAT(s.take(), ElementsAre("CONNECTING", "resolve zk1:2181"));
    s.resolved();
    EXPECT_THAT(s.take(), ElementsAre("connect 10.0.0.1:2181"));
    s.connected();
    EXPECT_THAT(s.take(), ElementsAre("> connect id=0 zxid=0"));
    EXPECT_EQ(s.asked_timeout(), 10'000);
    EXPECT_EQ(s.asked_password(), std::string(16, '\0'));
    s.welcome({.timeout_ms = 4000});
    EXPECT_THAT(s.take(), ElementsAre("CONNECTED"));
    EXPECT_EQ(s.session().identity().id, first_id);
    EXPECT_EQ(s.session().identity().password, "0123456789abcdef");
    EXPECT_EQ(s.session().negotiated_timeout(), 4s);
    EXPECT_EQ(s.session().server(), (Endpoint{"10.0.0.1", 2181}));
    EXPECT_FALSE(s.session().finished());
    EXPECT_THAT(s.take_logs(), IsEmpty());
}

TEST(SessionHandshakeTest, AReplyOf36BytesIsAccepted) {
    SessionScript s;
    s.establish({.has_read_only = false});
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

TEST(SessionHandshakeTest, TheSessionIsResumedWithItsPassword) {
    SessionScript s;
    s.establish({.id = -5});  // ids are 64-bit patterns, not numbers
    s.closed();
    s.reconnect({.timeout_ms = 6000});
    EXPECT_THAT(s.take(), Contains("> connect id=-5 zxid=0"));
    EXPECT_EQ(s.asked_password(), "0123456789abcdef");
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
    EXPECT_EQ(s.session().identity().id, -5);
    EXPECT_EQ(s.session().negotiated_timeout(), 6s);
}

// Data that is not a ConnectResponse, or a reply that refuses to serve.
TEST(SessionHandshakeTest, InvalidRepliesFailOnlyTheAttempt) {
    const std::string big(2000, 'x');
    const std::vector<std::pair<const char*, std::vector<std::byte>>> answers{
        {"a bare header with -119", from_hex("00000010 00000000 0000000000000005 ffffff89")},
        {"version 42",
         from_hex("00000024 0000002a 00002710 1000000000000009 00000010"
                  "00000000000000000000000000000000")},
        {"no session",
         from_hex("00000024 00000000 00000000 0000000000000000 00000010"
                  "00000000000000000000000000000000")},
        {"a short frame", from_hex("00000005 0102030405")},
        {"an empty frame", from_hex("00000000")},
        {"a negative length", from_hex("80000000")},
        {"the most negative password",
         from_hex("00000024 00000000 00002710 1000000000000009 80000000"
                  "00000000000000000000000000000000")},
        {"HTTP", from_hex("485454502f312e31203430302042616420526571756573740d0a")},
        {"TLS alert", from_hex("15030300020228")},
        {"a frame of 2000 bytes", from_hex("000007d0 " + std::string(4000, '0'))},
    };
    for (const auto& [name, answer] : answers) {
        SCOPED_TRACE(name);
        SessionScript s;
        s.start();
        s.get("r1");
        s.resolved();
        s.connected();
        s.take();
        s.bytes(answer);
        if (s.take().empty()) {  // it may wait for more bytes
            s.closed();
            EXPECT_THAT(s.take(), ElementsAre("disconnect"));
        }
        EXPECT_EQ(s.session().requests(), 1U);
        s.reconnect();
        EXPECT_THAT(
            s.take(),
            ElementsAre(
                "resolve zk1:2181",
                "connect 10.0.0.1:2181",
                "> connect id=0 zxid=0",
                "CONNECTED",
                "> get_data 1 /a"
            )
        );
    }
}

TEST(SessionHandshakeTest, ALongReplyIsNotWaitedFor) {
    SessionScript s;
    s.start();
    s.resolved();
    s.connected();
    s.take();
    s.bytes(from_hex("000004"));
    EXPECT_THAT(s.take(), IsEmpty());
    s.bytes(from_hex("01"));
    EXPECT_THAT(s.take(), ElementsAre("disconnect"));
    EXPECT_THAT(s.take_logs(), ElementsAre(HasSubstr("is not a ZooKeeper server")));
}

TEST(SessionHandshakeTest, BytesAfterTheReplyAreProcessed) {
    SessionScript s;
    s.start();
    s.resolved();
    s.connected();
    auto both = from_hex(
        "00000024 00000000 00002710 1000000000000009 00000010"
        "00000000000000000000000000000000"
        "00000010 fffffffe 0000000000000000 00000000"
    );
    s.take();
    s.bytes(both);
    EXPECT_THAT(s.take(), ElementsAre("CONNECTED"));
    EXPECT_THAT(s.take_logs(), IsEmpty());
}

// --- the end of a session ---

class SessionEndTest : public testing::TestWithParam<HandshakeReply> {};

TEST_P(SessionEndTest, IsReportedByTheHandshake) {
    SessionScript s;
    s.establish();
    s.get("r0");
    s.answer(0, 17);
    s.closed();
    s.get("r1");
    s.take();
    s.resolved();
    s.connected();
    EXPECT_THAT(
        s.take(), ElementsAre("connect 10.0.0.1:2181", "> connect id=" + first + " zxid=17")
    );
    s.welcome(GetParam());
    EXPECT_THAT(
        s.take(), ElementsAre("EXPIRED_SESSION", "r1 session_expired not sent", "disconnect")
    );
    EXPECT_EQ(s.session().identity().id, 0);
    EXPECT_EQ(s.ask("r2", codec::Opcode::get_data), Errc::session_expired);
    EXPECT_GT(s.until_deadline(), 50ms);
    EXPECT_LT(s.until_deadline(), 150ms);
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
    EXPECT_NE(s.session().identity().id, first_id);
}

INSTANTIATE_TEST_SUITE_P(
    Ways,
    SessionEndTest,
    testing::Values(
        HandshakeReply{.timeout_ms = 0}, HandshakeReply{.timeout_ms = -1}, HandshakeReply{.id = 99}
    )  // ClickHouse Keeper silently creates another session
);

TEST(SessionHandshakeTest, AGivenSessionIsResumed) {
    auto config = script_config();
    config.session_id = 1234;
    config.password = "secret";
    SessionScript s(config);
    s.start();
    s.resolved();
    s.connected();
    EXPECT_THAT(s.take(), Contains("> connect id=1234 zxid=0"));
    EXPECT_EQ(s.asked_password(), std::string("secret") + std::string(10, '\0'));
    s.welcome();
    EXPECT_THAT(s.take(), ElementsAre("CONNECTED"));
    EXPECT_EQ(s.session().identity().id, 1234);
}

TEST(SessionHandshakeTest, AGivenSessionMayHaveExpired) {
    auto config = script_config();
    config.session_id = 1234;
    config.password = "secret";
    SessionScript s(config);
    s.start();
    s.get("r1");
    s.resolved();
    s.connected();
    s.take();
    s.welcome({.timeout_ms = 0});
    EXPECT_THAT(
        s.take(), ElementsAre("EXPIRED_SESSION", "r1 session_expired not sent", "disconnect")
    );
    s.reconnect();
    EXPECT_THAT(s.take(), Contains("> connect id=0 zxid=0"));
    EXPECT_EQ(s.asked_password(), std::string(16, '\0'));
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

// As in kazoo, an expired session does not count: a server has replied, so the attempt did not
// fail.
TEST(SessionHandshakeTest, ExpiryIsNotAFailedAttempt) {
    auto config = script_config();
    config.connection_retry.max_tries(1);
    SessionScript s(config);
    s.establish();
    s.get("r1");
    s.answer();
    s.closed();
    s.reconnect({.timeout_ms = 0});
    EXPECT_EQ(s.session().state(), KeeperState::EXPIRED_SESSION);
    s.reconnect();
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

// Without pauses, a server that creates a session for every connection and then drops it would be
// reconnected to at network speed.
TEST(SessionHandshakeTest, ServersThatDropNewSessionsAreTriedLessAndLess) {
    auto config = script_config();
    config.hosts = {{"zk1", 2181}, {"zk2", 2181}, {"zk3", 2181}};
    SessionScript s(config);
    s.start();
    const auto begin = s.now();
    for (std::int64_t i = 1; i <= 40; ++i) {
        s.reconnect({.id = i});
        if (s.session().state() == KeeperState::CONNECTED) {
            s.closed();
        }
    }
    EXPECT_GT(s.now() - begin, 40s);
}

// --- read-only servers ---

TEST(SessionHandshakeTest, AReadOnlyServerIsNotAcceptedByDefault) {
    auto config = script_config();
    config.hosts = {{"zk1", 2181}, {"zk2", 2181}};
    SessionScript s(config);
    s.start();
    s.resolved();
    s.connected();
    s.take();
    s.welcome({.read_only = true});
    EXPECT_THAT(s.take(), ElementsAre("disconnect", "resolve zk2:2181"));
    EXPECT_EQ(s.session().identity().id, 0);
}

TEST(SessionHandshakeTest, AReadOnlyServerIsAcceptedOnRequest) {
    auto config = script_config();
    config.read_only = true;
    SessionScript s(config);
    s.start();
    s.resolved();
    s.connected();
    EXPECT_THAT(s.take(), Contains("> connect id=0 zxid=0 ro"));
    s.welcome({.read_only = true});
    EXPECT_THAT(s.take(), ElementsAre("CONNECTED_RO"));
    s.get("r1");
    s.answer(0, 8);
    s.closed();
    EXPECT_THAT(
        s.take(),
        ElementsAre("> get_data 1 /a", "r1 ok", "CONNECTING", "disconnect", "resolve zk1:2181")
    );
    // Only that server knows the local session; others would refuse it.
    s.reconnect({.id = 55});
    EXPECT_THAT(
        s.take(), ElementsAre("connect 10.0.0.1:2181", "> connect id=0 zxid=8 ro", "CONNECTED")
    );
    EXPECT_EQ(s.session().identity().id, 55);
    s.closed();
    s.reconnect();
    EXPECT_THAT(s.take(), Contains("> connect id=55 zxid=8 ro"));
}

TEST(SessionHandshakeTest, ASessionKeepsItsIdOnAReadOnlyServer) {
    auto config = script_config();
    config.read_only = true;
    SessionScript s(config);
    s.establish({.id = 55});
    s.closed();
    s.reconnect({.read_only = true});
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED_RO);
    s.closed();
    s.take();
    s.reconnect();
    EXPECT_THAT(s.take(), Contains("> connect id=55 zxid=0 ro"));
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

}  // namespace
}  // namespace kazoo::session
