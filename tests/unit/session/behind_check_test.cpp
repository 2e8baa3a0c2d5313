// SPDX-License-Identifier: Apache-2.0
#include "session/behind_check.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace kazoo::session {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t last_seen = 0x500;

class BehindCheckTest : public testing::Test {
protected:
    static HostPort host(int number) { return {"zk" + std::to_string(number), 2181}; }
    static Endpoint address(int number) { return {"10.0.0." + std::to_string(number), 2181}; }
    void refuse(int number) {
        check.failed();
        check.refused(host(number), address(number));
    }
    /// A round in which the first `refusing` of three servers close and the others are unreachable.
    const BehindCheck::Server* round(int refusing) {
        for (int number = 1; number <= 3; ++number) {
            if (number <= refusing) {
                refuse(number);
            } else {
                check.failed();
            }
        }
        const auto* const asked = check.end_round(now);
        now += 1s;
        return asked;
    }
    const BehindCheck::Server* answer(const std::string& text) {
        return check.answer(text, last_seen, now);
    }

    BehindCheck check;
    TimePoint now{1h};
};

TEST(ZxidInAnswer, IsThatOfSrvr) {
    EXPECT_EQ(
        zxid_in_answer("Zookeeper version: 3.9\nZxid: 0x5f0000000a\nMode: leader\n"), 0x5f0000000a
    );
    EXPECT_EQ(zxid_in_answer("Zxid: 0x0\n"), 0);
    EXPECT_EQ(zxid_in_answer("Zxid: 0xffffffffffffffffff\n"), std::nullopt);
    EXPECT_EQ(zxid_in_answer("Zxid: 0x\n"), std::nullopt);
    EXPECT_EQ(
        zxid_in_answer("This ZooKeeper instance is not currently serving requests"), std::nullopt
    );
    EXPECT_EQ(zxid_in_answer(""), std::nullopt);
}

TEST_F(BehindCheckTest, AsksEachServerAfterThreeRoundsAndTwoSeconds) {
    EXPECT_EQ(round(2), nullptr);
    EXPECT_EQ(round(2), nullptr);
    const auto* const first = round(2);
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(first->endpoint, address(1));
    const auto* const second = answer("Zxid: 0x4\n");
    ASSERT_NE(second, nullptr);
    EXPECT_EQ(second->host, host(2));
    EXPECT_FALSE(check.confirmed());
    EXPECT_EQ(answer("Zxid: 0x4ff\n"), nullptr);
    EXPECT_TRUE(check.confirmed());
    EXPECT_EQ(check.furthest(), 0x4ff);
    EXPECT_EQ(check.servers().size(), 2U);
}

TEST_F(BehindCheckTest, QuickRoundsAreNotEnough) {
    for (int i = 0; i < 10; ++i) {
        refuse(1);
        EXPECT_EQ(check.end_round(now), nullptr);
    }
    now += BehindCheck::patience;
    refuse(1);
    EXPECT_NE(check.end_round(now), nullptr);
}

TEST_F(BehindCheckTest, AServerThatIsNotBehindStartsTheWaitAgain) {
    round(3);
    round(3);
    ASSERT_NE(round(3), nullptr);
    ASSERT_NE(answer("Zxid: 0x4\n"), nullptr);
    EXPECT_EQ(answer("Zxid: 0x500\n"), nullptr);
    EXPECT_FALSE(check.confirmed());
    EXPECT_EQ(round(3), nullptr);
    EXPECT_EQ(round(3), nullptr);
    EXPECT_NE(round(3), nullptr);
}

TEST_F(BehindCheckTest, AServerThatDoesNotSayIsNotBehind) {
    round(1);
    round(3);
    round(3);
    EXPECT_EQ(check.end_round(now), nullptr) << "a round without attempts";
    round(3);
    round(3);
    ASSERT_NE(round(3), nullptr);
    EXPECT_EQ(answer("srvr is not executed because it is not in the whitelist."), nullptr);
    EXPECT_FALSE(check.confirmed());
}

// What the client has seen is stored by a majority.
TEST_F(BehindCheckTest, AMinorityMayBeLate) {
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(round(1), nullptr);
    }
}

TEST_F(BehindCheckTest, ARoundInWhichAServerAnswersDoesNotCount) {
    round(3);
    round(3);
    check.answered();
    EXPECT_EQ(round(3), nullptr);
    EXPECT_EQ(round(3), nullptr);
    EXPECT_EQ(round(3), nullptr);
    EXPECT_NE(round(3), nullptr);
}

TEST_F(BehindCheckTest, AResetWhileAServerIsAskedEndsTheQuestion) {
    round(3);
    round(3);
    ASSERT_NE(round(3), nullptr);
    check.reset();
    EXPECT_EQ(answer("Zxid: 0x4\n"), nullptr);
    EXPECT_FALSE(check.confirmed());
}

TEST_F(BehindCheckTest, AsksALimitedNumberOfServers) {
    for (int i = 0; i < 3; ++i) {
        for (int number = 1; number <= 40; ++number) {
            refuse(number);
        }
        const auto* asked = check.end_round(now);
        now += 1s;
        if (i == 2) {
            ASSERT_NE(asked, nullptr);
        }
    }
    EXPECT_EQ(check.servers().size(), BehindCheck::most_asked);
}

}  // namespace
}  // namespace kazoo::session
