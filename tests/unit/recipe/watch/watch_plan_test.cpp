// SPDX-License-Identifier: Apache-2.0
// The decisions of a watch: events in, steps out.
#include "recipe/watch/watch_plan.hpp"

#include <gtest/gtest.h>

namespace kazoo::detail::recipe {
namespace {

using enum WatchStep;

WatchedEvent event(EventType type) {
    return WatchedEvent(type, KeeperState::CONNECTED, "/a");
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
const auto refused = state(KazooState::LOST, KeeperState::AUTH_FAILED);

/// A plan that has read and reported an existing node, and waits.
WatchPlan waiting(const WatchRules& rules = WatchRules()) {
    WatchPlan plan(rules);
    EXPECT_EQ(plan.next(), read);
    plan.found(true);
    EXPECT_EQ(plan.next(), report);
    plan.reported();
    EXPECT_EQ(plan.next(), wait);
    return plan;
}

TEST(WatchPlan, ReportsANodeAndWaitsForItsNextChange) {
    auto plan = waiting();
    EXPECT_TRUE(plan.settled());
    plan.fired(event(EventType::CHANGED));
    EXPECT_FALSE(plan.settled());
    EXPECT_EQ(plan.next(), read);
    plan.found(true);
    EXPECT_EQ(plan.next(), report);
    plan.reported();
    EXPECT_EQ(plan.take_cause(), event(EventType::CHANGED));
    EXPECT_EQ(plan.take_cause(), std::nullopt);
    EXPECT_EQ(plan.next(), wait);
}

TEST(WatchPlan, DoesNotReportAnUnchangedNode) {
    auto plan = waiting();
    plan.fired(event(EventType::CHANGED));
    EXPECT_EQ(plan.next(), read);
    plan.found(false);
    EXPECT_EQ(plan.next(), wait);
    EXPECT_EQ(plan.take_cause(), std::nullopt) << "it belongs to no later report";
}

TEST(WatchPlan, ReadsAgainAfterAnEventDuringARead) {
    auto plan = waiting();
    plan.fired(event(EventType::CHANGED));
    EXPECT_EQ(plan.next(), read);
    plan.fired(event(EventType::CHANGED));
    plan.found(true);
    EXPECT_EQ(plan.next(), report);
    plan.reported();
    EXPECT_EQ(plan.next(), read);
    plan.found(false);
    EXPECT_EQ(plan.next(), wait);
}

TEST(WatchPlan, ReadsOnceAfterManyEventsDuringAReport) {
    auto plan = waiting();
    for (const auto type : {EventType::CHANGED, EventType::CHANGED, EventType::DELETED}) {
        plan.fired(event(type));
    }
    EXPECT_EQ(plan.next(), read);
    plan.found(true);
    EXPECT_EQ(plan.next(), report);
    plan.reported();
    EXPECT_EQ(plan.take_cause(), event(EventType::DELETED)) << "the last one";
    EXPECT_EQ(plan.next(), wait);
}

TEST(WatchPlan, LooksForANodeThatDoesNotExist) {
    WatchPlan plan{WatchRules()};
    EXPECT_EQ(plan.next(), read);
    plan.absent(true);
    EXPECT_FALSE(plan.has_news()) << "no watch is set yet";
    EXPECT_EQ(plan.next(), look);
    plan.absent(true);
    EXPECT_EQ(plan.next(), report);
    plan.reported();
    EXPECT_EQ(plan.next(), wait);
    EXPECT_TRUE(plan.settled());
    plan.fired(event(EventType::CREATED));
    EXPECT_EQ(plan.next(), read);
    plan.found(true);
    EXPECT_EQ(plan.next(), report);
}

TEST(WatchPlan, ReadsANodeThatWasCreatedBetweenReadAndLook) {
    WatchPlan plan{WatchRules()};
    EXPECT_EQ(plan.next(), read);
    plan.absent(true);
    EXPECT_EQ(plan.next(), look);
    plan.found(true);
    EXPECT_FALSE(plan.has_news()) << "its data is not known";
    EXPECT_EQ(plan.next(), read);
    plan.found(true);
    EXPECT_EQ(plan.next(), report);
}

TEST(WatchPlan, EndsWithoutANodeIfItDoesNotWaitForIt) {
    WatchRules rules;
    rules.wait_for_node = false;
    WatchPlan plan(rules);
    EXPECT_EQ(plan.next(), read);
    plan.absent(true);
    EXPECT_EQ(plan.ended(), WatchEnd::no_node);
    EXPECT_EQ(plan.next(), end);
}

TEST(WatchPlan, AReconnectIsNoReasonToRead) {
    auto plan = waiting();
    plan.state_changed(suspended);
    EXPECT_EQ(plan.next(), wait);
    plan.state_changed(connected);
    EXPECT_EQ(plan.next(), wait);
    EXPECT_TRUE(plan.settled());
}

TEST(WatchPlan, ReadsAgainAfterTheLossOfTheSession) {
    for (const bool event_first : {false, true}) {
        auto plan = waiting();
        const WatchedEvent end_of_watch(EventType::NONE, KeeperState::EXPIRED_SESSION);
        if (event_first) plan.fired(end_of_watch);
        plan.state_changed(expired);
        EXPECT_EQ(plan.next(), read);
        plan.found(true);
        EXPECT_EQ(plan.next(), report);
        plan.reported();
        EXPECT_EQ(plan.take_cause(), std::nullopt) << "no change was announced";
        if (!event_first) plan.fired(end_of_watch);
        EXPECT_EQ(plan.next(), wait) << "one read is enough";
    }
}

TEST(WatchPlan, ReadsAgainAfterTheLossOfTheWatchAlone) {
    auto plan = waiting();
    plan.fired(event(EventType::WATCH_LOST));
    EXPECT_EQ(plan.next(), read);
    EXPECT_EQ(plan.take_cause(), std::nullopt);
}

TEST(WatchPlan, EndsWithTheSessionIfItsLossIsNotAllowed) {
    WatchRules rules;
    rules.allow_session_lost = false;
    for (const bool by_event : {false, true}) {
        auto plan = waiting(rules);
        if (by_event) {
            plan.fired(WatchedEvent(EventType::NONE, KeeperState::EXPIRED_SESSION));
        } else {
            plan.state_changed(expired);
        }
        EXPECT_EQ(plan.next(), end);
        EXPECT_EQ(plan.ended(), WatchEnd::session_lost);
    }
    auto plan = waiting(rules);
    plan.state_changed(suspended);
    plan.state_changed(connected);
    EXPECT_EQ(plan.ended(), std::nullopt) << "a reconnect keeps the session";
}

TEST(WatchPlan, TheFirstSessionIsNotALoss) {
    WatchRules rules;
    rules.allow_session_lost = false;
    WatchPlan plan(rules);
    EXPECT_EQ(plan.next(), read);
    plan.state_changed(connected);
    plan.found(true);
    EXPECT_EQ(plan.next(), report);
    plan.reported();
    EXPECT_EQ(plan.next(), wait) << "and no reason for a second read";
}

TEST(WatchPlan, WaitsForAStoppedClientToBeStartedAgain) {
    auto plan = waiting();
    plan.state_changed(stopped);
    EXPECT_EQ(plan.next(), read);
    plan.failed(ReadFailure::closed);
    EXPECT_EQ(plan.next(), wait);
    EXPECT_FALSE(plan.settled());
    plan.state_changed(connected);
    EXPECT_EQ(plan.next(), read);
}

TEST(WatchPlan, ReadsAgainIfTheClientWasStartedDuringARefusedRead) {
    auto plan = waiting();
    plan.state_changed(stopped);
    EXPECT_EQ(plan.next(), read);
    plan.state_changed(connected);
    plan.failed(ReadFailure::closed);
    EXPECT_EQ(plan.next(), read);
    plan.failed(ReadFailure::closed);
    EXPECT_EQ(plan.next(), wait) << "once, not endlessly";
}

TEST(WatchPlan, AStreamEndsWithItsClient) {
    WatchRules rules;
    rules.end_with_client = true;
    for (const auto& change : {stopped, refused}) {
        auto plan = waiting(rules);
        plan.state_changed(change);
        EXPECT_EQ(plan.ended(), WatchEnd::client_stopped);
    }
    WatchPlan plan(rules);
    EXPECT_EQ(plan.next(), read);
    plan.failed(ReadFailure::closed);
    EXPECT_EQ(plan.ended(), WatchEnd::client_stopped) << "it was not running";
    auto other = waiting(rules);
    other.state_changed(expired);
    EXPECT_EQ(other.ended(), std::nullopt) << "another session follows";
}

TEST(WatchPlan, ACancelledReadIsRepeatedWhenAskedAgain) {
    auto plan = waiting();
    plan.fired(event(EventType::CHANGED));
    EXPECT_EQ(plan.next(), read);
    plan.failed(ReadFailure::cancelled);
    EXPECT_EQ(plan.next(), read);
    plan.absent(true);
    EXPECT_EQ(plan.next(), look);
    plan.failed(ReadFailure::cancelled);
    EXPECT_EQ(plan.next(), read) << "the node may have been created meanwhile";
}

TEST(WatchPlan, EndsWhenNoOtherTryIsLeft) {
    for (const auto why : {ReadFailure::retry, ReadFailure::report, ReadFailure::fatal}) {
        auto plan = waiting();
        plan.fired(event(EventType::CHANGED));
        EXPECT_EQ(plan.next(), read);
        plan.failed(why);
        EXPECT_EQ(plan.next(), end);
        EXPECT_EQ(plan.ended(), WatchEnd::failed);
    }
}

TEST(WatchPlan, TheFirstEndCounts) {
    auto plan = waiting();
    plan.end(WatchEnd::function);
    plan.end(WatchEnd::stopped);
    plan.fired(event(EventType::CHANGED));
    EXPECT_EQ(plan.next(), end);
    EXPECT_EQ(plan.ended(), WatchEnd::function);
    EXPECT_FALSE(plan.settled());
}

TEST(WatchPlan, KnowsWhichErrorsPass) {
    const WatchRules rules;
    const auto of = [&](std::error_code code) { return read_failure(Error(code), rules); };
    for (const std::error_code code :
         {make_error_code(Errc::connection_loss),
          make_error_code(Errc::operation_timeout),
          make_error_code(Errc::session_expired),
          make_error_code(ClientErrc::queue_full)}) {
        EXPECT_EQ(of(code), ReadFailure::retry) << code;
    }
    for (const std::error_code code :
         {make_error_code(ClientErrc::connection_closed),
          make_error_code(Errc::auth_failed),
          make_error_code(ClientErrc::interrupted)}) {
        EXPECT_EQ(of(code), ReadFailure::closed) << code;
    }
    for (const std::error_code code :
         {make_error_code(Errc::bad_arguments),
          make_error_code(ClientErrc::forked),
          make_error_code(ClientErrc::retry_failed)}) {
        EXPECT_EQ(of(code), ReadFailure::fatal) << code;
    }
    EXPECT_EQ(of(ClientErrc::cancelled), ReadFailure::cancelled);
    EXPECT_EQ(of(Errc::no_auth), ReadFailure::report);
    WatchRules strict;
    strict.keep_trying = false;
    EXPECT_EQ(read_failure(Error(Errc::no_auth), strict), ReadFailure::fatal);
}

}  // namespace
}  // namespace kazoo::detail::recipe
