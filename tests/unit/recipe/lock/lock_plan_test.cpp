// SPDX-License-Identifier: Apache-2.0
// The decisions of a contender for a lock: events in, steps out. Each state hears each event.
#include "recipe/lock/lock_plan.hpp"

#include <gtest/gtest.h>

namespace kazoo::detail::recipe {
namespace {

using enum LockStep;
using Place = Standing::Place;

constexpr std::int64_t session = 7;
constexpr std::int64_t next_session = 8;

NodePtr node(const char* name = "own", std::int64_t czxid = 50, std::int64_t owner = session) {
    return std::make_shared<const OwnNode>(name, czxid, owner);
}
Standing behind(const char* nearest) {
    Standing standing(Place::behind);
    standing.nearest = nearest;
    return standing;
}
StateChange state(KazooState state, KeeperState keeper_state) {
    StateChange change;
    change.state = state;
    change.keeper_state = keeper_state;
    return change;
}
const auto connected = state(KazooState::CONNECTED, KeeperState::CONNECTED);
const auto suspended = state(KazooState::SUSPENDED, KeeperState::CONNECTING);
const auto expired = state(KazooState::LOST, KeeperState::EXPIRED_SESSION);
const auto stopped = state(KazooState::LOST, KeeperState::CLOSED);

/// A plan that has created its node, and lists the contenders next.
LockPlan enqueued(const LockRules& rules = {}) {
    LockPlan plan(rules);
    EXPECT_EQ(plan.next().step, create);
    plan.created(1, node("own", 50, rules.ephemeral ? session : 0), session);
    return plan;
}
/// A plan that waits for the node "before".
LockPlan waiting(const LockRules& rules = {}) {
    auto plan = enqueued(rules);
    EXPECT_EQ(plan.next().step, list);
    plan.listed(1, behind("before"));
    EXPECT_EQ(plan.next().step, watch);
    plan.watched(1, true);
    EXPECT_EQ(plan.next().step, wait);
    return plan;
}
LockPlan held(const LockRules& rules = {}) {
    auto plan = enqueued(rules);
    EXPECT_EQ(plan.next().step, list);
    plan.listed(1, Standing(Place::first));
    EXPECT_EQ(plan.next().step, confirm);
    EXPECT_FALSE(plan.confirmed(1, plan.own(), session));
    EXPECT_EQ(plan.state(), LockState::held);
    return plan;
}
/// The number of nodes that are to be deleted.
int abandoned(LockPlan& plan) {
    int count = 0;
    while (plan.take_abandoned()) ++count;
    return count;
}

TEST(LockPlan, TakesThreeStepsIfTheLockIsFree) {
    auto plan = held();
    EXPECT_EQ(plan.next().step, end);
    EXPECT_EQ(plan.own()->czxid, 50);
    EXPECT_EQ(abandoned(plan), 0);
}

TEST(LockPlan, MakesTheParentsAsOftenAsTheyAreMissing) {
    LockPlan plan({});
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(plan.next().step, create);
        plan.no_parent(1);
        EXPECT_EQ(plan.next().step, make_parents);
        plan.parents_made(1);
    }
    EXPECT_EQ(plan.next().step, create);
}

TEST(LockPlan, BeginsAgainWhenTheParentIsGone) {
    auto plan = waiting();
    EXPECT_EQ(plan.fired(EventType::DELETED, "before", session), HoldEvent::none);
    EXPECT_EQ(plan.next().step, list);
    plan.no_parent(1);
    const auto turn = plan.next();
    EXPECT_EQ(turn.step, make_parents);
    EXPECT_EQ(turn.attempt, 2);
}

TEST(LockPlan, WatchesTheNearestAndLooksAgainAfterEachEvent) {
    auto plan = enqueued();
    EXPECT_EQ(plan.next().step, list);
    plan.listed(1, behind("before"));
    const auto turn = plan.next();
    EXPECT_EQ(turn.step, watch);
    EXPECT_EQ(turn.name, "before");
    plan.watched(1, true);
    EXPECT_EQ(plan.next().step, wait);
    EXPECT_EQ(plan.fired(EventType::DELETED, "another", session), HoldEvent::none);
    EXPECT_EQ(plan.next().step, wait) << "not what it waits for";
    for (const auto type : {EventType::CHANGED, EventType::WATCH_LOST, EventType::DELETED}) {
        EXPECT_EQ(plan.fired(type, "before", session), HoldEvent::none);
        EXPECT_EQ(plan.next().step, list) << to_string(type);
        plan.listed(1, behind("before"));
        EXPECT_EQ(plan.next().step, watch);
        plan.watched(1, true);
        EXPECT_EQ(plan.next().step, wait);
    }
}

TEST(LockPlan, LooksAgainIfTheNearestIsGoneBeforeItIsWatched) {
    auto plan = enqueued();
    EXPECT_EQ(plan.next().step, list);
    plan.listed(1, behind("before"));
    EXPECT_EQ(plan.next().step, watch);
    plan.watched(1, false);
    EXPECT_EQ(plan.next().step, list);
}

TEST(LockPlan, AnEventBeforeTheReplyToTheWatchIsNotLost) {
    auto plan = enqueued();
    EXPECT_EQ(plan.next().step, list);
    plan.listed(1, behind("before"));
    EXPECT_EQ(plan.next().step, watch);
    EXPECT_EQ(plan.fired(EventType::DELETED, "before", session), HoldEvent::none);
    plan.watched(1, true);
    EXPECT_EQ(plan.next().step, list);
}

TEST(LockPlan, ComparesCreationWhereNumbersDoNotSay) {
    auto plan = enqueued();
    EXPECT_EQ(plan.next().step, list);
    Standing doubtful(Place::doubtful);
    doubtful.others = {"a", "b"};
    plan.listed(1, doubtful);
    const auto turn = plan.next();
    EXPECT_EQ(turn.step, compare);
    EXPECT_EQ(turn.others, doubtful.others);
    plan.compared(1, behind("b"));
    EXPECT_EQ(plan.next().name, "b");
}

TEST(LockPlan, EndsOnRequestWhenTheCounterIsExhausted) {
    LockRules rules;
    rules.fail_when_exhausted = true;
    auto plan = enqueued(rules);
    EXPECT_EQ(plan.next().step, list);
    Standing first(Place::first);
    first.exhausted = true;
    plan.listed(1, first);
    EXPECT_EQ(plan.state(), LockState::failed);
    EXPECT_TRUE(plan.exhausted());
    EXPECT_EQ(abandoned(plan), 1);
}

TEST(LockPlan, ATryEndsBehindAnotherAndDeletesItsNode) {
    LockRules rules;
    rules.waits = false;
    auto plan = enqueued(rules);
    EXPECT_EQ(plan.next().step, list);
    plan.listed(1, behind("before"));
    EXPECT_EQ(plan.state(), LockState::refused);
    EXPECT_EQ(plan.next().step, end);
    EXPECT_EQ(abandoned(plan), 1);
}

TEST(LockPlan, DoesNotTrustANodeOfAnotherSession) {
    LockPlan plan({});
    EXPECT_EQ(plan.next().step, create);
    plan.created(1, node(), next_session);
    EXPECT_EQ(plan.next().step, create);
    EXPECT_EQ(plan.next().attempt, 2);
    EXPECT_EQ(abandoned(plan), 1);
}

TEST(LockPlan, BeginsAgainIfItsNodeIsNotListed) {
    auto plan = waiting();
    EXPECT_EQ(plan.fired(EventType::DELETED, "before", session), HoldEvent::none);
    EXPECT_EQ(plan.next().step, list);
    plan.listed(1, Standing(Place::missing));
    EXPECT_EQ(plan.next().step, create);
}

TEST(LockPlan, ConfirmsNameOwnerCzxidAndSession) {
    const auto after_confirming = [](const NodePtr& read, std::int64_t present) {
        auto plan = enqueued();
        EXPECT_EQ(plan.next().step, list);
        plan.listed(1, Standing(Place::first));
        EXPECT_EQ(plan.next().step, confirm);
        EXPECT_FALSE(plan.confirmed(1, read, present));
        return plan.state();
    };
    EXPECT_EQ(after_confirming(node(), session), LockState::held);
    EXPECT_EQ(after_confirming(nullptr, session), LockState::acquiring);
    EXPECT_EQ(after_confirming(node("own", 51), session), LockState::acquiring);
    EXPECT_EQ(after_confirming(node("own", 50, next_session), session), LockState::acquiring);
    EXPECT_EQ(after_confirming(node(), next_session), LockState::acquiring);
    EXPECT_EQ(after_confirming(node(), 0), LockState::acquiring);
}

TEST(LockPlan, LearnsItsCzxidWithTheConfirmation) {
    LockPlan plan({});
    EXPECT_EQ(plan.next().step, create);
    plan.created(1, node("own", 0), session);
    EXPECT_EQ(plan.next().step, list);
    plan.listed(1, Standing(Place::first));
    EXPECT_EQ(plan.next().step, confirm);
    EXPECT_FALSE(plan.confirmed(1, node(), session));
    EXPECT_EQ(plan.state(), LockState::held);
    EXPECT_EQ(plan.own()->czxid, 50);
    EXPECT_TRUE(plan.confirmed(1, node("own", 51), session)) << "another node of that name";
}

TEST(LockPlan, ASessionChangeWhileEnqueuingForgetsTheNode) {
    LockPlan plan({});
    EXPECT_EQ(plan.next().step, create);
    plan.session_ended(1);
    EXPECT_EQ(plan.next().attempt, 2);
    plan.created(1, node("late"), session);  // the answer of the first attempt
    EXPECT_EQ(plan.own(), nullptr);
    EXPECT_EQ(abandoned(plan), 1) << "it would be in the way";
    EXPECT_EQ(plan.next().step, create);
}

TEST(LockPlan, ASessionChangeWhileWaitingBeginsAgain) {
    for (const auto& change : {expired, connected}) {
        auto plan = waiting();
        EXPECT_EQ(plan.state_changed(change, next_session), HoldEvent::none);
        const auto turn = plan.next();
        EXPECT_EQ(turn.step, create);
        EXPECT_EQ(turn.attempt, 2);
        plan.watched(1, true);
        plan.listed(1, Standing(Place::first));
        EXPECT_FALSE(plan.confirmed(1, node(), session));
        EXPECT_EQ(plan.next().step, create) << "answers of the first attempt";
        EXPECT_EQ(plan.state(), LockState::acquiring);
    }
    auto plan = waiting();
    EXPECT_EQ(plan.fired(EventType::NONE, "", next_session), HoldEvent::none);
    EXPECT_EQ(plan.next().step, create);
}

TEST(LockPlan, AnInterruptionWhileWaitingChangesNothing) {
    auto plan = waiting();
    EXPECT_EQ(plan.state_changed(suspended, session), HoldEvent::none);
    EXPECT_EQ(plan.next().step, wait);
    EXPECT_EQ(plan.state_changed(connected, session), HoldEvent::none);
    EXPECT_EQ(plan.next().step, wait);
    EXPECT_EQ(plan.state_changed(expired, session), HoldEvent::none) << "of an earlier session";
    EXPECT_EQ(plan.next().step, wait);
}

TEST(LockPlan, GivingUpDeletesTheNodeInEachState) {
    LockPlan creating({});
    EXPECT_EQ(creating.next().step, create);
    creating.give_up();
    EXPECT_EQ(creating.state(), LockState::failed);
    creating.created(1, node(), session);
    EXPECT_EQ(abandoned(creating), 1) << "the reply came after that";
    auto listing = enqueued();
    listing.give_up();
    EXPECT_EQ(abandoned(listing), 1);
    auto waits = waiting();
    waits.give_up();
    EXPECT_EQ(waits.next().step, end);
    EXPECT_EQ(abandoned(waits), 1);
    auto holds = held();
    holds.give_up();
    EXPECT_EQ(holds.state(), LockState::held);
    EXPECT_EQ(abandoned(holds), 0);
}

TEST(LockPlan, AHeldLockIsLostWithItsNodeOrSession) {
    auto deleted = held();
    EXPECT_EQ(deleted.fired(EventType::DELETED, "other", session), HoldEvent::none);
    EXPECT_EQ(deleted.fired(EventType::DELETED, "own", session), HoldEvent::lost);
    EXPECT_EQ(deleted.state(), LockState::lost);
    EXPECT_EQ(deleted.fired(EventType::DELETED, "own", session), HoldEvent::none) << "once";
    EXPECT_EQ(deleted.release(), nullptr);
    auto by_state = held();
    EXPECT_EQ(by_state.state_changed(expired, session), HoldEvent::none) << "an earlier session";
    EXPECT_EQ(by_state.state_changed(expired, 0), HoldEvent::lost);
    auto by_stop = held();
    EXPECT_EQ(by_stop.state_changed(stopped, 0), HoldEvent::lost);
    auto by_new_session = held();
    EXPECT_EQ(by_new_session.state_changed(connected, next_session), HoldEvent::lost);
    auto by_event = held();
    EXPECT_EQ(by_event.fired(EventType::NONE, "", session), HoldEvent::none);
    EXPECT_EQ(by_event.fired(EventType::NONE, "", 0), HoldEvent::lost);
}

TEST(LockPlan, AnInterruptionLosesTheLockByPolicyOnly) {
    auto plan = held();
    EXPECT_EQ(plan.state_changed(suspended, session), HoldEvent::none);
    EXPECT_EQ(plan.state_changed(connected, session), HoldEvent::none);
    EXPECT_EQ(plan.state(), LockState::held);
    LockRules rules;
    rules.lost_when = LostWhen::in_doubt;
    auto careful = held(rules);
    EXPECT_EQ(careful.state_changed(suspended, session), HoldEvent::lost);
    EXPECT_EQ(abandoned(careful), 1) << "the session may continue";
}

TEST(LockPlan, ReadsItsNodeAgainAfterAChange) {
    auto plan = held();
    EXPECT_EQ(plan.fired(EventType::CHANGED, "own", session), HoldEvent::reread);
    EXPECT_FALSE(plan.confirmed(1, node(), session));
    EXPECT_EQ(plan.fired(EventType::WATCH_LOST, "own", session), HoldEvent::reread);
    EXPECT_TRUE(plan.confirmed(1, nullptr, session));
    EXPECT_EQ(plan.state(), LockState::lost);
    auto replaced = held();
    EXPECT_TRUE(replaced.confirmed(1, node("own", 60), session));
}

TEST(LockPlan, ReleasesOnce) {
    auto plan = held();
    ASSERT_TRUE(plan.release());
    EXPECT_EQ(plan.state(), LockState::released);
    EXPECT_EQ(plan.release(), nullptr);
    EXPECT_EQ(plan.fired(EventType::DELETED, "own", session), HoldEvent::none) << "not a loss";
    EXPECT_EQ(plan.state_changed(expired, 0), HoldEvent::none);
    EXPECT_FALSE(plan.lost());
}

TEST(LockPlan, APersistentLockBelongsToItsNameInAnySession) {
    LockRules rules;
    rules.ephemeral = false;
    rules.lost_when = LostWhen::in_doubt;
    auto plan = held(rules);
    EXPECT_EQ(plan.state_changed(suspended, session), HoldEvent::none);
    EXPECT_EQ(plan.state_changed(expired, 0), HoldEvent::none);
    EXPECT_EQ(plan.state_changed(connected, next_session), HoldEvent::none);
    EXPECT_EQ(plan.state_changed(stopped, 0), HoldEvent::lost);
    auto waits = waiting(rules);
    EXPECT_EQ(waits.state_changed(expired, 0), HoldEvent::none);
    EXPECT_EQ(waits.next().step, wait);
    EXPECT_EQ(waits.fired(EventType::NONE, "", next_session), HoldEvent::none);
    EXPECT_EQ(waits.next().step, list) << "the watch has ended with the session";
}

TEST(LockPlan, ResumesANodeOrEnds) {
    LockRules rules;
    rules.ephemeral = false;
    LockPlan plan(rules, "own");
    const auto turn = plan.next();
    EXPECT_EQ(turn.step, find);
    EXPECT_EQ(turn.name, "own");
    plan.found(1, node("own", 50, 0));
    EXPECT_EQ(plan.next().step, list);
    plan.listed(1, Standing(Place::missing));
    EXPECT_EQ(plan.state(), LockState::gone);
    LockPlan absent(rules, "own");
    EXPECT_EQ(absent.next().step, find);
    absent.found(1, nullptr);
    EXPECT_EQ(absent.state(), LockState::gone);
}

TEST(LockPlan, ANodeOfTheSessionIsResumedInThatSessionOnly) {
    LockPlan plan(LockRules(), "own");
    static_cast<void>(plan.next());
    plan.found(1, node("own", 50, session));
    plan.listed(1, Standing(Place::first));
    EXPECT_EQ(plan.next().step, confirm);
    EXPECT_FALSE(plan.confirmed(1, node("own", 50, session), session));
    EXPECT_EQ(plan.state(), LockState::held);
    LockPlan late(LockRules(), "own");
    static_cast<void>(late.next());
    late.found(1, node("own", 50, session));
    late.listed(1, Standing(Place::first));
    EXPECT_FALSE(late.confirmed(1, node("own", 50, session), next_session));
    EXPECT_EQ(late.state(), LockState::gone) << "there is no other node to create";
}

}  // namespace
}  // namespace kazoo::detail::recipe
