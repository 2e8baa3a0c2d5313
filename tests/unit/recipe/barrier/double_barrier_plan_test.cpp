// SPDX-License-Identifier: Apache-2.0
// When a member of a double barrier enters, and in which order members leave.
#include "recipe/barrier/double_barrier_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace kazoo::detail::recipe {
namespace {

using Names = std::vector<std::string>;

TEST(EnterStepTest, WaitsUntilEnoughMembersAreThere) {
    EXPECT_EQ(enter_step({"b"}, false, "b", 2), EnterStep::wait);
    EXPECT_EQ(enter_step({"b", "a"}, false, "b", 2), EnterStep::announce);
    EXPECT_EQ(enter_step({"b", "a", "c"}, false, "b", 2), EnterStep::announce);
    EXPECT_EQ(enter_step({"b"}, false, "b", 1), EnterStep::announce);
}

TEST(EnterStepTest, ReadyIsNotAMember) {
    EXPECT_EQ(enter_step({"b", "ready"}, false, "b", 2), EnterStep::enter);
    EXPECT_EQ(enter_step({"b"}, true, "b", 2), EnterStep::enter) << "seen before it was deleted";
    EXPECT_EQ(enter_step({"ready"}, true, "b", 1), EnterStep::join) << "it does not stand for b";
}

TEST(EnterStepTest, AMemberWhoseNodeIsGoneJoinsAgain) {
    EXPECT_EQ(enter_step({}, false, "b", 1), EnterStep::join);
    EXPECT_EQ(enter_step({"a", "c"}, false, "b", 2), EnterStep::join);
    EXPECT_EQ(enter_step({"a", "ready"}, true, "b", 2), EnterStep::join);
}

TEST(LeavePlanTest, TheLowestWaitsForTheHighestAndLeavesLast) {
    LeavePlan plan("a");
    auto step = plan.next({"c", "a", "b"});
    EXPECT_EQ(step.kind, LeaveStep::wait);
    EXPECT_EQ(step.other, "c");
    step = plan.next({"a", "b"});
    EXPECT_EQ(step.kind, LeaveStep::wait);
    EXPECT_EQ(step.other, "b");
    EXPECT_EQ(plan.next({"a"}).kind, LeaveStep::delete_own);
    EXPECT_EQ(plan.next({}).kind, LeaveStep::done);
}

TEST(LeavePlanTest, TheOthersLeaveAtOnceAndWaitForTheLowest) {
    LeavePlan plan("b");
    EXPECT_EQ(plan.next({"c", "a", "b"}).kind, LeaveStep::delete_own);
    const auto step = plan.next({"c", "a"});
    EXPECT_EQ(step.kind, LeaveStep::wait) << "its own node is deleted once";
    EXPECT_EQ(step.other, "a");
    EXPECT_EQ(plan.next({"c"}).other, "c") << "the lowest has died: the next one is waited for";
    EXPECT_EQ(plan.next({}).kind, LeaveStep::done);
}

TEST(LeavePlanTest, ReadyIsNoMember) {
    LeavePlan late("a");
    EXPECT_EQ(late.next({"a", "ready"}).kind, LeaveStep::delete_own);
    EXPECT_EQ(late.next({"ready"}).kind, LeaveStep::done);
    LeavePlan highest("a");
    EXPECT_EQ(highest.next({"a", "b", "ready"}).other, "b");
}

TEST(LeavePlanTest, MembersOfTheNextRoundAreNotWaitedFor) {
    LeavePlan plan("b");
    EXPECT_EQ(plan.next({"a", "b"}).kind, LeaveStep::delete_own);
    EXPECT_EQ(plan.next({"0", "a"}).other, "a");
    EXPECT_EQ(plan.next({"0", "c"}).kind, LeaveStep::done);
}

TEST(LeavePlanTest, AMemberWithoutANodeWaitsForTheOthers) {
    LeavePlan plan("b");
    const auto step = plan.next({"c", "a"});
    EXPECT_EQ(step.kind, LeaveStep::wait);
    EXPECT_EQ(step.other, "a");
    EXPECT_EQ(plan.next({}).kind, LeaveStep::done);
}

/// All members act one after the other, in every order: none waits without end, none ends too
/// early.
TEST(LeavePlanTest, AllMembersLeaveInWhateverOrderTheyAct) {
    Names order = {"a", "b", "c", "d"};
    do {
        std::set<std::string> nodes(order.begin(), order.end());
        std::map<std::string, LeavePlan> plans;
        for (const auto& name : order) plans.emplace(name, LeavePlan(name));
        std::set<std::string> done;
        for (int round = 0; round < 20 && done.size() < order.size(); ++round) {
            for (const auto& name : order) {
                if (done.count(name) != 0) continue;
                const auto step = plans.at(name).next(Names(nodes.begin(), nodes.end()));
                if (step.kind == LeaveStep::delete_own) {
                    EXPECT_EQ(nodes.erase(name), 1) << name << " deletes its node once";
                } else if (step.kind == LeaveStep::done) {
                    EXPECT_TRUE(nodes.empty()) << name << " ends while others are inside";
                    done.insert(name);
                } else {
                    EXPECT_EQ(nodes.count(step.other), 1);
                    EXPECT_NE(step.other, name);
                }
            }
        }
        EXPECT_EQ(done.size(), order.size());
    } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace kazoo::detail::recipe
