// SPDX-License-Identifier: Apache-2.0
// Requests that the server does not know: it closes the connection, and the client must not lose
// one connection after the other because of them.
#include "session/unsupported.hpp"
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
using testing::Not;
using testing_support::RequestOptions;
using testing_support::SessionScript;
using namespace std::chrono_literals;

constexpr auto unimplemented = static_cast<std::int32_t>(Errc::unimplemented);
const base::Endpoint server{"10.0.0.1", 2181};
const base::Endpoint other{"10.0.0.2", 2181};

TEST(UnsupportedRequestsTest, ARefusedRequestIsRememberedForAMinute) {
    UnsupportedRequests requests;
    const TimePoint now(1h);
    requests.refused(server, Opcode::who_am_i, now);
    EXPECT_TRUE(requests.contains(server, Opcode::who_am_i, now));
    EXPECT_TRUE(requests.contains(server, Opcode::who_am_i, now + 59s));
    EXPECT_FALSE(requests.contains(server, Opcode::who_am_i, now + 60s)) << "it may be upgraded";
    EXPECT_FALSE(requests.contains(server, Opcode::create2, now));
    EXPECT_FALSE(requests.contains(other, Opcode::who_am_i, now));
}

TEST(UnsupportedRequestsTest, ThreeClosedConnectionsInARowCountAsARefusal) {
    UnsupportedRequests requests;
    const TimePoint now(1h);
    for (int i = 0; i < 3; ++i) {
        EXPECT_FALSE(requests.contains(server, Opcode::create2, now)) << i;
        requests.closed_at(server, Opcode::create2, now);
    }
    EXPECT_TRUE(requests.contains(server, Opcode::create2, now));
    EXPECT_FALSE(requests.contains(other, Opcode::create2, now));
}

TEST(UnsupportedRequestsTest, WhatAServerHasAnsweredIsNotSuspected) {
    UnsupportedRequests requests;
    const TimePoint now(1h);
    requests.closed_at(server, Opcode::create2, now);
    requests.answered(Opcode::create2);
    for (int i = 0; i < 5; ++i) {
        requests.closed_at(server, Opcode::create2, now);
        requests.closed_at(server, Opcode::get_data, now);
    }
    EXPECT_FALSE(requests.contains(server, Opcode::create2, now));
    EXPECT_FALSE(requests.contains(server, Opcode::get_data, now)) << "every server knows it";
    EXPECT_TRUE(requests.empty());
}

TEST(UnsupportedRequestsTest, TheTableIsBounded) {
    UnsupportedRequests requests;
    const TimePoint now(1h);
    for (std::uint16_t port = 1; port <= 100; ++port) {
        requests.refused({"10.0.0.1", port}, Opcode::who_am_i, now);
    }
    EXPECT_FALSE(requests.contains({"10.0.0.1", 1}, Opcode::who_am_i, now));
    EXPECT_TRUE(requests.contains({"10.0.0.1", 100}, Opcode::who_am_i, now));
}

class SessionUnsupportedTest : public ::testing::Test {
protected:
    void SetUp() override { s.establish(); }
    SessionScript s;
};

TEST_F(SessionUnsupportedTest, ARefusedRequestIsNotSentToThatServerAgain) {
    EXPECT_FALSE(s.ask("r1", Opcode::who_am_i));
    s.answer(unimplemented);
    EXPECT_THAT(s.take(), Contains("r1 unimplemented not applied"));
    s.get("r2");
    s.reconnect();
    EXPECT_THAT(s.take(), Contains("> get_data 2 /a")) << "what was issued behind it is not lost";
    EXPECT_EQ(s.ask("r3", Opcode::who_am_i), Errc::unimplemented);
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r2 ok")) << "the connection stays";
}

TEST_F(SessionUnsupportedTest, ARequestThatWaitsForTheConnectionFailsThere) {
    EXPECT_FALSE(s.ask("r1", Opcode::who_am_i));
    s.answer(unimplemented);
    EXPECT_FALSE(s.ask("r2", Opcode::who_am_i)) << "another server may know it";
    s.take();
    s.reconnect();
    const auto lines = s.take();
    EXPECT_THAT(lines, Contains("r2 unimplemented not sent"));
    EXPECT_THAT(lines, Not(Contains(HasSubstr("> who_am_i"))));
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED);
}

// Apache ZooKeeper answers a request that it does not know before it has executed earlier ones.
TEST_F(SessionUnsupportedTest, ARefusalMayOvertakeTheRepliesToEarlierRequests) {
    s.get("r1");
    EXPECT_FALSE(s.ask("r2", Opcode::who_am_i));
    s.get("r3");
    s.take();
    s.reply({2, -1, unimplemented});
    const auto lines = s.take();
    ASSERT_GE(lines.size(), 3U);
    EXPECT_EQ(lines[0], "r1 connection_loss not applied")
        << "results are in the order of the calls";
    EXPECT_EQ(lines[1], "r2 unimplemented not applied");
    EXPECT_EQ(lines[2], "r3 connection_loss not applied");
    s.reconnect();
    EXPECT_EQ(s.ask("r4", Opcode::who_am_i), Errc::unimplemented);
}

TEST_F(SessionUnsupportedTest, ARefusedWriteEndsBehindEarlierOnesAndHasNoEffect) {
    s.set("r1");
    EXPECT_FALSE(s.ask("r2", Opcode::create2));
    s.take();
    s.reply({2, -1, unimplemented});
    const auto lines = s.take();
    ASSERT_GE(lines.size(), 2U);
    EXPECT_EQ(lines[0], "r1 connection_loss unknown");
    EXPECT_EQ(lines[1], "r2 unimplemented not applied");
}

TEST_F(SessionUnsupportedTest, ARefusedRequestDoesNotWaitForReadsThatAreSentAgain) {
    const RequestOptions again{.resend = Resend::reads};
    EXPECT_FALSE(s.ask("r1", Opcode::get_data, again));
    EXPECT_FALSE(s.ask("r2", Opcode::who_am_i, again));
    s.take();
    s.reply({2, -1, unimplemented});
    const auto lines = s.take();
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(lines[0], "r2 unimplemented not applied");
    s.reconnect();
    EXPECT_THAT(s.take(), Contains("> get_data 1 /a"));
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r1 ok"));
}

TEST_F(SessionUnsupportedTest, AnyOtherReplyOutOfOrderIsAProtocolError) {
    s.get("r1");
    s.get("r2");
    s.take();
    s.reply({2, -1, unimplemented});
    EXPECT_THAT(s.take(), Contains("r2 connection_loss not applied")) << "every server knows get";
}

TEST_F(SessionUnsupportedTest, AServerThatClosesTheConnectionEachTimeGetsNoFurtherTry) {
    for (int i = 1; i <= 3; ++i) {
        const auto name = "r" + std::to_string(i);
        EXPECT_FALSE(s.ask(name, Opcode::create2)) << i;
        s.take();
        s.closed();
        EXPECT_THAT(s.take(), Contains(name + " connection_loss unknown"));
        s.reconnect();
    }
    EXPECT_EQ(s.ask("r4", Opcode::create2), Errc::unimplemented);
    s.pass(61s);
}

TEST_F(SessionUnsupportedTest, ARequestThatMayBeDisabledIsSentAgain) {
    EXPECT_FALSE(s.ask("r1", Opcode::create_ttl));
    s.answer(unimplemented);
    EXPECT_FALSE(s.ask("r2", Opcode::create_ttl));
    s.take();
    s.answer();
    EXPECT_THAT(s.take(), ElementsAre("r2 ok"));
}

}  // namespace
}  // namespace kazoo::session
