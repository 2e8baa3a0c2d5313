// SPDX-License-Identifier: Apache-2.0
// Until when the servers keep the session, as a session knows it. The timeout is 10 s, and a bound
// ends 9.8 s after what proves it was sent.
#include "support/session_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace kazoo::session {
namespace {

using codec::Opcode;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing_support::script_config;
using testing_support::SessionScript;
using namespace std::chrono_literals;

constexpr std::int32_t no_node = -101;

class SessionLeaseTest : public testing::Test {
protected:
    void establish() {
        s.establish();
        begin = s.now();
    }
    /// The time from the beginning to the end of the bound.
    [[nodiscard]] Duration bound() { return s.session().valid_until().value() - begin; }
    /// A request that is answered 100 ms later.
    void ask(Opcode op, std::int32_t err = 0) {
        const auto name = "r" + std::to_string(++asked);
        EXPECT_FALSE(s.ask(name, op));
        s.pass(100ms);
        s.answer(err);
    }
    void use() {
        s.session().use_lease(s.now());
        s.settle();
    }

    SessionScript s;
    TimePoint begin;
    int asked = 0;
};

TEST_F(SessionLeaseTest, ItBeginsWithTheConnectRequest) {
    EXPECT_FALSE(s.session().valid_until());
    s.start();
    s.resolved();
    s.connected();
    begin = s.now();
    s.pass(2s);
    EXPECT_FALSE(s.session().valid_until());
    s.welcome();
    EXPECT_EQ(bound(), 9800ms);
}

TEST_F(SessionLeaseTest, WritesAndSyncsProlongIt) {
    for (const auto op : {Opcode::sync, Opcode::set_data}) {
        SessionScript other;
        other.establish();
        const auto asked_at = other.now();
        for (const auto pause : {1s, 3s, 0s}) {
            other.pass(pause);
            EXPECT_FALSE(other.ask("r" + std::to_string(pause.count()), op));
            other.answer();
        }
        EXPECT_EQ(*other.session().valid_until() - asked_at, 10'800ms) << name(op);
    }
}

// Followers answer pings and reads without the leader.
TEST_F(SessionLeaseTest, PingsAndReadsProveNothing) {
    establish();
    for (int i = 0; i < 10; ++i) {
        s.pass(1s);
        s.serve();
        ask(Opcode::get_data);
    }
    EXPECT_EQ(bound(), 9800ms);
}

TEST_F(SessionLeaseTest, ErrorsProveNothing) {
    establish();
    for (int i = 0; i < 4; ++i) {
        s.pass(2500ms);
        s.serve();
        ask(Opcode::set_data, no_node);
    }
    EXPECT_EQ(bound(), 9800ms);
}

TEST_F(SessionLeaseTest, ARequestThatWaitsToBeSentCountsFromItsWrite) {
    establish();
    ask(Opcode::sync);
    s.hold_output(true);
    EXPECT_FALSE(s.ask("second", Opcode::sync));
    EXPECT_FALSE(s.ask("third", Opcode::sync));
    s.pause(3s);
    s.hold_output(false);
    s.pass(100ms);
    s.answer();
    s.answer();
    EXPECT_EQ(bound(), 9800ms) << "both were sent before the first of them was answered";
    ask(Opcode::sync);
    EXPECT_EQ(bound(), 9800ms) << "the first one was sent at the beginning";
    s.pass(2400ms);
    ask(Opcode::sync);
    ask(Opcode::sync);
    EXPECT_EQ(bound(), 12'900ms) << "those that waited count from their write";
}

TEST_F(SessionLeaseTest, ItOutlivesTheConnectionButNotTheSession) {
    establish();
    s.closed();
    EXPECT_EQ(bound(), 9800ms);
    s.pass(1s);
    s.reconnect();
    EXPECT_EQ(bound(), s.now() - begin + 9800ms);
    s.close();
    EXPECT_FALSE(s.session().valid_until());
}

TEST_F(SessionLeaseTest, AnotherSessionBeginsAnew) {
    establish();
    s.closed();
    s.pass(14s);
    EXPECT_FALSE(s.session().valid_until()) << "the session has expired";
}

TEST_F(SessionLeaseTest, AHandedOverSessionBelongsToTheOtherClient) {
    establish();
    s.detach();
    EXPECT_FALSE(s.session().valid_until());
    auto config = script_config();
    config.session_id = 5;
    config.password = "0123456789abcdef";
    config.resumed_timeout = 10s;
    SessionScript other(config);
    other.start();
    EXPECT_FALSE(other.session().valid_until()) << "before its own handshake";
    other.serve();
    EXPECT_TRUE(other.session().valid_until());
}

TEST(SessionLeaseReadOnlyTest, AReadOnlyServerProvesNothing) {
    auto config = script_config();
    config.read_only = true;
    SessionScript s(config);
    s.establish({.read_only = true});
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED_RO);
    EXPECT_FALSE(s.session().valid_until()) << "the session is its own";
}

TEST(SessionLeaseReadOnlyTest, AReadOnlyServerLeavesTheBoundAsItIs) {
    auto config = script_config();
    config.read_only = true;
    SessionScript s(config);
    s.establish();
    const auto bound = s.session().valid_until();
    s.closed();
    s.pass(1s);
    s.reconnect({.read_only = true});
    EXPECT_EQ(s.session().state(), KeeperState::CONNECTED_RO);
    EXPECT_EQ(s.session().valid_until(), bound);
}

TEST_F(SessionLeaseTest, NothingIsSentWhileItIsNotInUse) {
    establish();
    s.serve_for(30s);
    EXPECT_THAT(s.take(), Not(Contains(testing::StartsWith("> sync"))));
}

TEST_F(SessionLeaseTest, SyncsKeepItFreshWhileItIsInUse) {
    establish();
    use();
    EXPECT_THAT(s.take(), ElementsAre("> sync 1 /"));
    std::ptrdiff_t syncs = 1;
    for (int i = 0; i < 600; ++i) {
        s.serve();
        s.pass(100ms);
        s.serve();
        const auto lines = s.take();
        syncs += std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
            return line.starts_with("> sync");
        });
        ASSERT_GT(*s.session().valid_until() - s.now(), 3s);
    }
    EXPECT_GE(syncs, 34);
    EXPECT_LE(syncs, 37);
    s.session().lease().end_use();
    s.serve_for(30s);
    EXPECT_THAT(s.take(), Not(Contains(testing::StartsWith("> sync"))));
}

TEST_F(SessionLeaseTest, SyncsGoOnAfterAReconnect) {
    establish();
    use();
    s.closed();
    s.take();
    s.reconnect();
    EXPECT_THAT(s.take(), Contains(testing::StartsWith("> sync")));
}

TEST(SessionLeaseQueueTest, AFullQueueDelaysTheSyncs) {
    auto config = script_config();
    config.limits.requests = 1;
    SessionScript s(config);
    s.establish();
    s.get("r1");
    s.session().use_lease(s.now());
    s.settle();
    EXPECT_THAT(s.take(), ElementsAre("> get_data 1 /a"));
    s.answer();
    s.pass(1s);
    EXPECT_THAT(s.take(), ElementsAre("r1 ok", "> sync 2 /"));
}

}  // namespace
}  // namespace kazoo::session
