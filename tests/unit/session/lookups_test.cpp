// SPDX-License-Identifier: Apache-2.0
#include "session/lookups.hpp"

#include <gtest/gtest.h>

namespace kazoo::session {
namespace {

using namespace std::chrono_literals;

const HostPort zk1("zk1", 2181);
const HostPort zk2("zk2", 2181);
const std::vector<Endpoint> one{{"10.0.0.1", 2181}};

class LookupsTest : public testing::Test {
protected:
    Lookups names;
    TimePoint now{1h};
};

TEST_F(LookupsTest, ANameHasOneLookupAtATime) {
    EXPECT_TRUE(names.ask(zk1, 1, now));
    EXPECT_FALSE(names.ask(zk1, 2, now + 10s)) << "its answer is still to come";
    EXPECT_TRUE(names.ask(zk2, 3, now));
    EXPECT_TRUE(names.any_in_turn());
    EXPECT_FALSE(names.answered(2));
    const auto question = names.answered(1);
    ASSERT_TRUE(question);
    EXPECT_EQ(question->host, zk1);
    EXPECT_TRUE(question->in_turn);
    EXPECT_FALSE(names.answered(1));
    EXPECT_TRUE(names.ask(zk1, 4, now));
}

TEST_F(LookupsTest, ALookupWithoutAnAnswerIsRepeated) {
    EXPECT_TRUE(names.ask(zk1, 1, now));
    EXPECT_FALSE(names.ask(zk1, 2, now + Lookups::longest - 1ms));
    EXPECT_TRUE(names.ask(zk1, 3, now + Lookups::longest));
    EXPECT_FALSE(names.answered(1));
    EXPECT_TRUE(names.answered(3));
}

TEST_F(LookupsTest, TheWaitForALookupStartsWithTheLookup) {
    EXPECT_TRUE(names.ask(zk1, 1, now));
    EXPECT_FALSE(names.ask(zk1, 2, now + 5s));
    EXPECT_EQ(names.patience_ends(zk1, 4s), now + Lookups::patience);
    EXPECT_EQ(names.patience_ends(zk1, 200ms), now + 200ms);
}

TEST_F(LookupsTest, TheSearchForAWritableServerSharesLookups) {
    EXPECT_TRUE(names.ask(zk1, 1, now));
    EXPECT_FALSE(names.ask_for_search(zk1, 2, now));
    const auto shared = names.answered(1);
    ASSERT_TRUE(shared);
    EXPECT_TRUE(shared->in_turn);
    EXPECT_EQ(shared->search, 2U);
    EXPECT_TRUE(names.ask_for_search(zk2, 3, now));
    EXPECT_FALSE(names.any_in_turn());
}

TEST_F(LookupsTest, AStoredAnswerIsUsedOnceWhileItIsFresh) {
    names.keep({zk1, one}, false, now);
    EXPECT_FALSE(names.take(zk2, now));
    const auto answer = names.take(zk1, now + Lookups::fresh - 1ms);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->endpoints, one);
    EXPECT_FALSE(names.take(zk1, now));
    names.keep({zk1, one}, false, now);
    EXPECT_FALSE(names.take(zk1, now + Lookups::fresh));
}

TEST_F(LookupsTest, TheAnswerForASkippedTurnIsUsed) {
    names.keep({zk1, one}, false, now);
    names.keep({zk2, one}, true, now);
    const auto answer = names.take_in_turn(now);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->host, zk2);
    EXPECT_FALSE(names.take_in_turn(now));
    names.keep({zk2, one}, true, now);
    EXPECT_FALSE(names.take_in_turn(now + Lookups::fresh));
}

TEST_F(LookupsTest, LookupsOutliveTurns) {
    EXPECT_TRUE(names.ask(zk1, 1, now));
    names.keep({zk2, one}, true, now);
    names.end_turns();
    EXPECT_FALSE(names.any_in_turn());
    EXPECT_FALSE(names.take_in_turn(now));
    EXPECT_TRUE(names.take(zk2, now));
    const auto question = names.answered(1);
    ASSERT_TRUE(question);
    EXPECT_FALSE(question->in_turn);
}

}  // namespace
}  // namespace kazoo::session
