// SPDX-License-Identifier: Apache-2.0
// Pings, silent servers, and the client's own session clock. The timeout is 10 s.
#include "support/hex.hpp"
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace kazoo::session {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::from_hex;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

class SessionLivenessTest : public testing::Test {
protected:
    void SetUp() override { s.establish(); }

    SessionScript s;
};

TEST_F(SessionLivenessTest, PingsEveryThirdOfTheTimeout) {
    EXPECT_EQ(s.until_deadline(), 3333ms);
    for (int i = 0; i < 5; ++i) {
        s.pass(3332ms);
        EXPECT_THAT(s.take(), IsEmpty());
        s.pass(1ms);
        EXPECT_THAT(s.take(), ElementsAre("> ping"));
        EXPECT_EQ(s.last_header(), (codec::RequestHeader{-2, codec::Opcode::ping}));
        s.pong();
        EXPECT_THAT(s.take(), IsEmpty());
    }
}

// ClickHouse Keeper's followers expire sessions that only read.
TEST_F(SessionLivenessTest, TrafficDoesNotReplacePings) {
    std::ptrdiff_t pings = 0;
    for (int i = 0; i < 200; ++i) {
        s.get("r");
        s.pass(50ms);
        s.serve();
        const auto lines = s.take();
        pings += std::count(lines.begin(), lines.end(), "> ping");
    }
    EXPECT_EQ(pings, 3);
}

TEST_F(SessionLivenessTest, OnePingAfterAPause) {
    s.pass(3000ms);
    s.get("r1");
    s.answer();
    s.take();
    s.pause(6s);
    EXPECT_THAT(s.take(), ElementsAre("> ping"));
    EXPECT_GT(s.until_deadline(), 0ms);
}

TEST_F(SessionLivenessTest, ASilentConnectionIsAbandoned) {
    s.get("r1");
    s.pass(6665ms);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
    s.take();
    s.pass(1ms);
    EXPECT_THAT(
        s.take(), ElementsAre("r1 connection_loss not applied", "CONNECTING", "disconnect")
    );
}

TEST_F(SessionLivenessTest, AnyByteCountsAsContact) {
    s.get("r1");
    auto frame = from_hex("00000010 00000001 0000000000000005 00000000");
    for (const auto byte : frame) {
        s.pass(6s);
        s.take();
        s.bytes({&byte, 1});
    }
    EXPECT_THAT(s.take(), ElementsAre("r1 ok"));
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

// After a pause, such as a debugger or a long callback on the loop, what the server has sent is
// still unread, and without pings it had nothing to send.
TEST_F(SessionLivenessTest, AfterAPauseTheServerIsPingedBeforeItIsAbandoned) {
    s.pause(8s);
    EXPECT_THAT(s.take(), ElementsAre("> ping"));
    s.pass(3332ms);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
    s.pong();
    s.pass(3s);
    s.serve();
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

TEST_F(SessionLivenessTest, AfterAPauseSilenceEndsTheConnection) {
    s.pause(8s);
    s.pass(3332ms);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
    s.pass(1ms);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTING);
}

TEST_F(SessionLivenessTest, ManyPausesInARowDoNotKeepADeadConnection) {
    s.pause(8s);
    for (int i = 0; i < 10; ++i) {
        s.pause(1s);
    }
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTING);
}

TEST_F(SessionLivenessTest, WithoutContactTheSessionIsOver) {
    s.pass(1s);
    s.get("r0");
    s.answer();  // the last contact
    s.take();
    const auto contact = s.now();
    s.pass(6666ms);
    EXPECT_THAT(s.take(), Contains("CONNECTING"));
    s.get("r1");
    // Meanwhile attempts continue; none of them counts as contact.
    while (s.session().state() == KeeperState::CONNECTING) {
        ASSERT_LT(s.now() - contact, 14s);
        const auto last = s.take();
        if (!last.empty() && last.back() == "resolve zk1:2181") {
            s.resolved();
            s.connected();
            s.bytes(from_hex("00"));
        }
        s.pass(1ms);
    }
    EXPECT_EQ(s.now() - contact, 13'333ms);
    EXPECT_THAT(
        s.take(), ElementsAre("EXPIRED_SESSION", "r1 session_expired not sent", "disconnect")
    );
    EXPECT_THAT(s.take_logs(), Contains(HasSubstr("no contact with any server")));
    s.reconnect();
    EXPECT_THAT(s.take(), Contains("> connect id=0 zxid=0"));
}

TEST_F(SessionLivenessTest, TheSessionDoesNotExpireWhileServed) {
    s.serve_for(60s);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
    EXPECT_THAT(s.take_logs(), IsEmpty());
}

TEST_F(SessionLivenessTest, AConnectionInTimeSavesTheSession) {
    s.closed();
    s.pass(9s);
    s.reconnect();
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
    s.pass(6s);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

TEST(SessionOwnClockTest, WithoutASessionNothingExpires) {
    SessionScript s;
    s.start();
    s.get("r1");
    s.pass(10min);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTING);
    EXPECT_EQ(s.session().requests(), 1U);
}

TEST(SessionOwnClockTest, AGivenSessionExpiresToo) {
    auto config = script_config();
    config.session_id = 77;
    SessionScript s(config);
    s.start();
    s.pass(13'332ms);
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTING);
    s.pass(1ms);
    EXPECT_EQ(s.session().state(), KeeperState::EXPIRED_SESSION);
}

TEST(SessionOwnClockTest, ATinyTimeoutDoesNotLoop) {
    for (int timeout = 1; timeout < 20; ++timeout) {
        SessionScript s;
        s.establish({.timeout_ms = timeout});
        s.serve_for(100ms);
        s.close();
        s.serve();
        EXPECT_TRUE(s.session().finished()) << timeout;
    }
}

}  // namespace
}  // namespace kazoo::session
