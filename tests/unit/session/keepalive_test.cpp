// SPDX-License-Identifier: Apache-2.0
#include "session/keepalive.hpp"

#include <gtest/gtest.h>

namespace kazoo::session {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{1h};

class KeepaliveTest : public testing::Test {
protected:
    KeepaliveTest() { keepalive.established(9s, start); }

    Keepalive keepalive;
};

TEST_F(KeepaliveTest, PingsAtAThirdOfTheTimeout) {
    EXPECT_EQ(keepalive.timeout(), 9s);
    EXPECT_EQ(keepalive.next_deadline(), start + 3s);
    EXPECT_FALSE(keepalive.take_ping(start + 2999ms));
    EXPECT_TRUE(keepalive.take_ping(start + 3s));
    EXPECT_FALSE(keepalive.take_ping(start + 3s));
    EXPECT_TRUE(keepalive.take_ping(start + 6s));
}

TEST_F(KeepaliveTest, IncomingDataDoesNotDelayThePings) {
    keepalive.received(start + 2s);
    EXPECT_EQ(keepalive.next_deadline(), start + 3s);
    EXPECT_TRUE(keepalive.take_ping(start + 3s));
    keepalive.received(start + 5s);
    EXPECT_TRUE(keepalive.take_ping(start + 6s));
}

TEST_F(KeepaliveTest, ALateTimerDoesNotShiftTheCadence) {
    EXPECT_TRUE(keepalive.take_ping(start + 3500ms));
    keepalive.received(start + 3500ms);
    EXPECT_EQ(keepalive.next_deadline(), start + 6s);
}

TEST_F(KeepaliveTest, OnePingAfterAPause) {
    keepalive.received(start + 100s);
    EXPECT_TRUE(keepalive.take_ping(start + 100s));
    EXPECT_FALSE(keepalive.take_ping(start + 100s));
    EXPECT_EQ(keepalive.next_deadline(), start + 101'500ms);
}

TEST_F(KeepaliveTest, AConnectionIsDeadAfterTwoThirdsOfSilence) {
    keepalive.received(start + 1s);
    EXPECT_FALSE(keepalive.connection_dead(start + 6999ms));
    EXPECT_TRUE(keepalive.connection_dead(start + 7s));
    EXPECT_TRUE(keepalive.take_ping(start + 6s));
    EXPECT_EQ(keepalive.next_deadline(), start + 7s);
}

TEST_F(KeepaliveTest, ASessionIsOverAfterFourThirdsOfSilence) {
    keepalive.received(start + 1s);
    EXPECT_EQ(keepalive.session_ends(), start + 13s);
    EXPECT_FALSE(keepalive.session_over(start + 12'999ms));
    EXPECT_TRUE(keepalive.session_over(start + 13s));
}

TEST_F(KeepaliveTest, AnotherConnectionMayHaveAnotherTimeout) {
    keepalive.established(30s, start + 4s);
    EXPECT_EQ(keepalive.next_deadline(), start + 14s);
    EXPECT_EQ(keepalive.session_ends(), start + 44s);
}

TEST_F(KeepaliveTest, TheLongestTimeoutDoesNotOverflow) {
    keepalive.established(milliseconds(0x7fffffff), start);
    EXPECT_GT(keepalive.next_deadline(), start + 24h * 8);
    EXPECT_GT(keepalive.session_ends(), start + 24h * 33);
}

}  // namespace
}  // namespace kazoo::session
