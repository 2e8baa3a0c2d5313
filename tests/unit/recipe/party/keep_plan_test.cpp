// SPDX-License-Identifier: Apache-2.0
// The decisions of who keeps a node present: events in, steps out.
#include "recipe/party/keep_plan.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace kazoo::detail::recipe {
namespace {

using enum KeepStep;

constexpr std::int64_t mine = 7;
constexpr std::int64_t next_session = 8;
constexpr std::int64_t foreign_session = 99;

StateChange state(KazooState state, KeeperState keeper_state, bool new_session = false) {
    StateChange change;
    change.state = state;
    change.keeper_state = keeper_state;
    change.new_session = new_session;
    return change;
}
const auto connected = state(KazooState::CONNECTED, KeeperState::CONNECTED, true);
const auto reconnected = state(KazooState::CONNECTED, KeeperState::CONNECTED);
const auto suspended = state(KazooState::SUSPENDED, KeeperState::CONNECTING);
const auto expired = state(KazooState::LOST, KeeperState::EXPIRED_SESSION);
const auto stopped = state(KazooState::LOST, KeeperState::CLOSED);

/// Carries out the creation of a node in this session.
void create_in(KeepPlan& plan, std::int64_t session, bool ephemeral = true) {
    EXPECT_EQ(plan.next(), create);
    plan.sent_in(session);
    plan.done(plan.wanted_data());
    EXPECT_EQ(plan.next(), look);
    EXPECT_EQ(plan.found(ephemeral ? session : 0, session), NodeSeen::own);
}

/// A plan whose node exists, in the session `mine`.
KeepPlan present(const KeepRules& rules = KeepRules()) {
    KeepPlan plan(rules);
    EXPECT_EQ(plan.next(), look);
    plan.absent();
    create_in(plan, mine, rules.ephemeral);
    EXPECT_EQ(plan.next(), wait);
    return plan;
}

TEST(KeepPlanTest, CreatesANodeThatDoesNotExist) {
    const auto plan = present();
    EXPECT_TRUE(plan.present());
    EXPECT_EQ(plan.applied_data(), plan.wanted_data());
    EXPECT_EQ(plan.ended(), std::nullopt);
}

TEST(KeepPlanTest, CreatesANodeAgainThatWasDeleted) {
    auto plan = present();
    plan.fired();
    EXPECT_EQ(plan.next(), look);
    plan.absent();
    EXPECT_FALSE(plan.present());
    create_in(plan, mine);
    EXPECT_TRUE(plan.present());
    EXPECT_EQ(plan.next(), wait);
}

TEST(KeepPlanTest, LooksAgainAfterAnEventDuringALook) {
    auto plan = present();
    plan.fired();
    EXPECT_EQ(plan.next(), look);
    plan.fired();  // by a change that the reply may not contain
    plan.found(mine, mine);
    EXPECT_EQ(plan.next(), look);
    plan.fired();
    plan.absent();
    EXPECT_EQ(plan.next(), look) << "it may have been created meanwhile";
}

TEST(KeepPlanTest, ReplacesTheNodeOfItsFormerSession) {
    auto plan = present();
    plan.state_changed(expired);
    EXPECT_FALSE(plan.present());
    EXPECT_EQ(plan.next(), wait) << "there is no session";
    plan.state_changed(connected);
    EXPECT_EQ(plan.next(), look);
    EXPECT_EQ(plan.found(mine, next_session), NodeSeen::former);
    EXPECT_FALSE(plan.present());
    EXPECT_EQ(plan.next(), replace);
    plan.sent_in(next_session);
    plan.done(plan.wanted_data());
    EXPECT_EQ(plan.next(), look);
    EXPECT_EQ(plan.found(next_session, next_session), NodeSeen::own);
    EXPECT_EQ(plan.next(), wait);
}

TEST(KeepPlanTest, KnowsTheSessionOfACreateThatHadNoReply) {
    KeepPlan plan{KeepRules()};
    EXPECT_EQ(plan.next(), look);
    plan.absent();
    EXPECT_EQ(plan.next(), create);
    plan.sent_in(mine);
    plan.failed(KeepFailure::passes, true);
    plan.state_changed(expired);
    plan.state_changed(connected);
    EXPECT_EQ(plan.next(), look);
    EXPECT_EQ(plan.found(mine, next_session), NodeSeen::former);
}

TEST(KeepPlanTest, WaitsForTheNodeOfAnotherSession) {
    KeepPlan plan{KeepRules()};
    EXPECT_EQ(plan.next(), look);
    EXPECT_EQ(plan.found(foreign_session, mine), NodeSeen::foreign);
    EXPECT_FALSE(plan.present());
    EXPECT_EQ(plan.next(), wait);
    plan.fired();
    EXPECT_EQ(plan.next(), look);
    plan.absent();
    create_in(plan, mine);
}

TEST(KeepPlanTest, ReplacesTheNodeOfAnotherSessionOnRequest) {
    KeepRules rules;
    rules.take_over = true;
    KeepPlan plan(rules);
    EXPECT_EQ(plan.next(), look);
    EXPECT_EQ(plan.found(foreign_session, mine), NodeSeen::former);
    EXPECT_EQ(plan.next(), replace);
}

TEST(KeepPlanTest, NeverReplacesANodeThatIsNotEphemeral) {
    KeepRules rules;
    rules.take_over = true;
    KeepPlan plan(rules);
    EXPECT_EQ(plan.next(), look);
    EXPECT_EQ(plan.found(0, mine), NodeSeen::foreign);
    EXPECT_EQ(plan.next(), wait);
    // ClickHouse Keeper shows this owner for containers.
    plan.fired();
    EXPECT_EQ(plan.next(), look);
    EXPECT_EQ(plan.found(std::numeric_limits<std::int64_t>::min(), mine), NodeSeen::foreign);
}

TEST(KeepPlanTest, TakesAPersistentNodeForItsOwnAndSetsItsData) {
    KeepRules rules;
    rules.ephemeral = false;
    KeepPlan plan(rules);
    EXPECT_EQ(plan.next(), look);
    EXPECT_EQ(plan.found(0, mine), NodeSeen::own);
    EXPECT_EQ(plan.next(), set);
    plan.done(plan.wanted_data());
    EXPECT_EQ(plan.next(), look);
    plan.found(0, mine);
    EXPECT_EQ(plan.next(), wait);
    plan.state_changed(expired);
    EXPECT_TRUE(plan.present()) << "it survives the session";
    plan.state_changed(connected);
    EXPECT_EQ(plan.next(), look);
    EXPECT_EQ(plan.found(foreign_session, next_session), NodeSeen::foreign) << "it will go";
}

TEST(KeepPlanTest, SetsDataThatHaveChangedAlsoDuringAStep) {
    auto plan = present();
    const auto second = plan.change_data();
    EXPECT_EQ(plan.next(), set);
    plan.change_data();
    plan.done(second);
    EXPECT_EQ(plan.next(), look);
    plan.found(mine, mine);
    EXPECT_EQ(plan.next(), set) << "the third data";
    plan.failed(KeepFailure::passes, true);
    EXPECT_EQ(plan.applied_data(), 0) << "whether they were set is unknown";
    EXPECT_EQ(plan.next(), look);
    plan.found(mine, mine);
    EXPECT_EQ(plan.next(), set);
}

TEST(KeepPlanTest, RemovesItsNodeWhenItIsStopped) {
    auto plan = present();
    plan.stop();
    EXPECT_EQ(plan.next(), remove);
    plan.removed();
    EXPECT_EQ(plan.next(), end);
    EXPECT_EQ(plan.ended(), KeepEnd::stopped);
}

TEST(KeepPlanTest, LooksForANodeThatMayExistBeforeItEnds) {
    KeepPlan plan{KeepRules()};
    EXPECT_EQ(plan.next(), look);
    plan.absent();
    EXPECT_EQ(plan.next(), create);
    plan.sent_in(mine);
    plan.stop();
    plan.failed(KeepFailure::passes, true);
    EXPECT_EQ(plan.next(), look);
    EXPECT_EQ(plan.found(mine, mine), NodeSeen::own);
    EXPECT_EQ(plan.next(), remove);
}

TEST(KeepPlanTest, LeavesTheNodesOfOthersWhenItIsStopped) {
    KeepPlan plan{KeepRules()};
    EXPECT_EQ(plan.next(), look);
    plan.found(foreign_session, mine);
    plan.stop();
    EXPECT_EQ(plan.next(), end);
}

TEST(KeepPlanTest, EndsWithoutASessionIfItsNodeGoesWithIt) {
    auto plan = present();
    plan.state_changed(expired);
    plan.stop();
    EXPECT_EQ(plan.next(), end);
    EXPECT_EQ(plan.ended(), KeepEnd::stopped);
}

TEST(KeepPlanTest, WaitsForASessionToRemoveANodeThatDoesNotGoByItself) {
    KeepRules rules;
    rules.ephemeral = false;
    auto plan = present(rules);
    plan.state_changed(expired);
    plan.stop();
    EXPECT_EQ(plan.next(), wait);
    plan.state_changed(connected);
    EXPECT_EQ(plan.next(), look);
    plan.found(0, next_session);
    EXPECT_EQ(plan.next(), remove);
    plan.failed(KeepFailure::closed, false);
    EXPECT_EQ(plan.next(), end) << "the client is not running";
    EXPECT_EQ(plan.ended(), KeepEnd::client_ended);
}

TEST(KeepPlanTest, WaitsWhileTheClientIsStopped) {
    KeepPlan plan{KeepRules()};
    EXPECT_EQ(plan.next(), look);
    plan.failed(KeepFailure::closed, false);
    EXPECT_TRUE(plan.client_stopped());
    EXPECT_EQ(plan.next(), wait);
    plan.state_changed(connected);
    EXPECT_FALSE(plan.client_stopped());
    EXPECT_EQ(plan.next(), look);
    plan.state_changed(connected);  // before the failure of a request of the time before it
    plan.failed(KeepFailure::closed, false);
    EXPECT_EQ(plan.next(), look) << "the client is running";
    plan.state_changed(stopped);
    EXPECT_TRUE(plan.client_stopped());
}

TEST(KeepPlanTest, ASuspensionChangesNothing) {
    auto plan = present();
    plan.state_changed(suspended);
    EXPECT_TRUE(plan.present());
    EXPECT_EQ(plan.next(), wait);
    plan.state_changed(reconnected);
    EXPECT_EQ(plan.next(), wait);
}

TEST(KeepPlanTest, EndsWithItsNodeIfItIsNotToBeRenewed) {
    KeepRules rules;
    rules.renew = false;
    auto plan = present(rules);
    plan.state_changed(expired);
    EXPECT_EQ(plan.ended(), KeepEnd::not_renewed);
    auto deleted = present(rules);
    deleted.fired();
    EXPECT_EQ(deleted.next(), look);
    deleted.absent();
    EXPECT_EQ(deleted.next(), end);
    EXPECT_EQ(deleted.ended(), KeepEnd::not_renewed);
}

TEST(KeepPlanTest, CreatesANodeWithoutALookIfItsNameIsNotKnown) {
    KeepRules rules;
    rules.named = false;
    KeepPlan plan(rules);
    EXPECT_EQ(plan.next(), create);
    plan.failed(KeepFailure::passes, true);
    EXPECT_EQ(plan.next(), create);
    plan.stop();
    plan.failed(KeepFailure::passes, false);
    EXPECT_EQ(plan.next(), end) << "there is no node";
}

TEST(KeepFailureTest, SaysWhatToDoNext) {
    EXPECT_EQ(keep_failure(Error(Errc::node_exists)), KeepFailure::changed);
    EXPECT_EQ(keep_failure(Error(Errc::no_node)), KeepFailure::changed);
    EXPECT_EQ(keep_failure(Error(Errc::connection_loss)), KeepFailure::passes);
    EXPECT_EQ(keep_failure(Error(Errc::session_expired)), KeepFailure::passes);
    EXPECT_EQ(keep_failure(Error(ClientErrc::connection_closed)), KeepFailure::closed);
    EXPECT_EQ(keep_failure(Error(Errc::auth_failed)), KeepFailure::closed);
    EXPECT_EQ(keep_failure(Error(Errc::no_auth)), KeepFailure::report);
    EXPECT_EQ(keep_failure(Error(Errc::not_empty)), KeepFailure::report);
}

}  // namespace
}  // namespace kazoo::detail::recipe
