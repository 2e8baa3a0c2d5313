// SPDX-License-Identifier: Apache-2.0
// What a member of a partitioner does, and which items it gets.
#include "recipe/partition/partition_plan.hpp"

#include <gtest/gtest.h>

namespace kazoo::detail::recipe {
namespace {

using Names = std::vector<std::string>;
using Items = std::set<std::string>;

PartitionPlan joined(OnSessionLost rule = OnSessionLost::fail) {
    PartitionPlan plan("b", {"1", "2", "3"}, rule);
    EXPECT_EQ(plan.step(), PartitionStep::join);
    plan.joined("0f-b", 5);
    EXPECT_EQ(plan.step(), PartitionStep::settle);
    return plan;
}

PartitionPlan allocating(OnSessionLost rule = OnSessionLost::fail) {
    auto plan = joined(rule);
    plan.settled({"0f-b", "1f-a"}, 5);
    EXPECT_EQ(plan.step(), PartitionStep::allocate);
    EXPECT_EQ(plan.members(), (Names{"a", "b"}));
    return plan;
}

PartitionPlan holding(OnSessionLost rule = OnSessionLost::fail) {
    auto plan = allocating(rule);
    plan.allocated();
    EXPECT_EQ(plan.step(), PartitionStep::hold);
    EXPECT_EQ(plan.state(), PartitionState::acquired);
    return plan;
}

TEST(DealtItemsTest, EachItemIsDealtToOneMember) {
    const Items items = {"1", "10", "2", "\xC3\xA4"};
    EXPECT_EQ(dealt_items("a", {"a", "b", "c"}, items), (Names{"1", "\xC3\xA4"}));
    EXPECT_EQ(dealt_items("b", {"a", "b", "c"}, items), Names{"10"});
    EXPECT_EQ(dealt_items("c", {"a", "b", "c"}, items), Names{"2"});
    EXPECT_EQ(dealt_items("d", {"a", "b", "c"}, items), Names());
}

TEST(IdentifierInTest, IsTheTextAfterTheFirstDash) {
    EXPECT_EQ(identifier_in("0f-host-7"), "host-7");
    EXPECT_EQ(identifier_in("0f-"), "");
    EXPECT_EQ(identifier_in("0f"), "0f");
}

TEST(PartitionPlanTest, AChangeWhileAllocatingBeginsAgain) {
    auto plan = allocating();
    const auto id = plan.state_id();
    plan.members_changed();
    EXPECT_EQ(plan.step(), PartitionStep::drop);
    plan.allocated();
    EXPECT_EQ(plan.step(), PartitionStep::drop) << "the answer is too late";
    plan.dropped();
    EXPECT_EQ(plan.step(), PartitionStep::settle);
    EXPECT_EQ(plan.state_id(), id) << "it was allocating all the time";
}

TEST(PartitionPlanTest, AfterAChangeTheUserReleasesTheItems) {
    auto plan = holding();
    plan.members_changed();
    EXPECT_EQ(plan.step(), PartitionStep::yield);
    EXPECT_EQ(plan.state(), PartitionState::release);
    plan.lock_lost();
    EXPECT_EQ(plan.step(), PartitionStep::yield);
    plan.release_requested();
    EXPECT_EQ(plan.step(), PartitionStep::drop);
    EXPECT_EQ(plan.state(), PartitionState::release);
    plan.dropped();
    EXPECT_EQ(plan.step(), PartitionStep::settle);
    EXPECT_EQ(plan.state(), PartitionState::allocating);
}

TEST(PartitionPlanTest, ALostLockAndANewSetAreChanges) {
    auto plan = holding();
    plan.lock_lost();
    EXPECT_EQ(plan.state(), PartitionState::release);
    plan = holding();
    plan.set_items({"1", "2", "3"});
    EXPECT_EQ(plan.state(), PartitionState::acquired) << "it is the same set";
    plan.set_items({"1"});
    EXPECT_EQ(plan.state(), PartitionState::release);
    EXPECT_EQ(plan.items(), Items{"1"});
}

TEST(PartitionPlanTest, AMemberWhoseNodeIsGoneJoinsAgain) {
    auto plan = joined();
    plan.settled({"1f-a", "2f-b"}, 5);
    EXPECT_EQ(plan.step(), PartitionStep::join);
}

TEST(PartitionPlanTest, MembersWithOneIdentifierGetNothing) {
    auto plan = joined();
    plan.settled({"0f-b", "2f-b"}, 5);
    EXPECT_TRUE(plan.has_namesake());
    EXPECT_EQ(plan.state(), PartitionState::allocating);
    plan.members_changed();
    EXPECT_EQ(plan.step(), PartitionStep::drop);
}

TEST(PartitionPlanTest, TheLossOfTheSessionEndsIt) {
    auto plan = holding();
    plan.session_lost(Error(Errc::session_expired), 5);
    EXPECT_EQ(plan.state(), PartitionState::failure);
    ASSERT_TRUE(plan.error());
    EXPECT_EQ(plan.error()->code(), Errc::session_expired);
    EXPECT_EQ(plan.step(), PartitionStep::drop);
    plan.dropped();
    EXPECT_EQ(plan.step(), PartitionStep::leave);
    plan.left();
    EXPECT_EQ(plan.step(), PartitionStep::end);
    plan.finish();
    EXPECT_EQ(plan.error()->code(), Errc::session_expired) << "the first reason stays";
}

TEST(PartitionPlanTest, TheLossOfTheSessionMayBeSurvived) {
    auto plan = holding(OnSessionLost::restart);
    plan.session_lost(Error(Errc::session_expired), 5);
    EXPECT_EQ(plan.state(), PartitionState::release);
    plan.release_requested();
    plan.dropped();
    EXPECT_EQ(plan.step(), PartitionStep::join);
}

TEST(PartitionPlanTest, ALateReportOfAFormerSessionIsIgnored) {
    auto plan = holding();
    plan.session_lost(Error(Errc::session_expired), 4);
    EXPECT_EQ(plan.state(), PartitionState::acquired);
}

TEST(PartitionPlanTest, AnotherSessionIsNoticedWhenTheMembersAreRead) {
    auto plan = joined();
    plan.settled({"0f-b"}, 6);
    EXPECT_EQ(plan.state(), PartitionState::failure);
    plan = joined(OnSessionLost::restart);
    plan.settled({"0f-b"}, 6);
    EXPECT_EQ(plan.step(), PartitionStep::join);
}

TEST(PartitionPlanTest, FinishEndsEveryStep) {
    auto plan = joined();
    plan.finish();
    EXPECT_EQ(plan.step(), PartitionStep::drop);
    EXPECT_EQ(plan.error()->code(), ClientErrc::cancelled);
    plan = holding();
    plan.finish();
    EXPECT_EQ(plan.step(), PartitionStep::drop);
    EXPECT_EQ(plan.node(), "0f-b") << "it is to be deleted";
}

}  // namespace
}  // namespace kazoo::detail::recipe
