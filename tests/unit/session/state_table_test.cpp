// SPDX-License-Identifier: Apache-2.0
#include "session/state_table.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>
#include <utility>

namespace kazoo::session {
namespace {

constexpr std::initializer_list<KeeperState> all_states{
    KeeperState::CONNECTED,
    KeeperState::CONNECTED_RO,
    KeeperState::CONNECTING,
    KeeperState::CLOSED,
    KeeperState::EXPIRED_SESSION,
    KeeperState::AUTH_FAILED};

TEST(StateTableTest, HasTheseTransitionsAndNoOthers) {
    using enum KeeperState;
    const std::set<std::pair<KeeperState, KeeperState>> table{
        {CLOSED, CONNECTING},
        {CONNECTING, CONNECTED},
        {CONNECTING, CONNECTED_RO},
        {CONNECTING, EXPIRED_SESSION},
        {CONNECTING, AUTH_FAILED},
        {CONNECTING, CLOSED},
        {CONNECTED, CONNECTING},
        {CONNECTED, EXPIRED_SESSION},
        {CONNECTED, AUTH_FAILED},
        {CONNECTED, CLOSED},
        {CONNECTED_RO, CONNECTING},
        {CONNECTED_RO, EXPIRED_SESSION},
        {CONNECTED_RO, AUTH_FAILED},
        {CONNECTED_RO, CLOSED},
        {EXPIRED_SESSION, CONNECTING},
        {EXPIRED_SESSION, CLOSED},
        {AUTH_FAILED, CLOSED},
    };
    for (const auto from : all_states) {
        for (const auto to : all_states) {
            EXPECT_EQ(is_transition(from, to), table.contains({from, to})) << from << " " << to;
        }
    }
}

TEST(StateTableTest, RequestsAreRefusedInTheClosedStatesOnly) {
    EXPECT_EQ(refusal(KeeperState::CLOSED), ClientErrc::connection_closed);
    EXPECT_EQ(refusal(KeeperState::EXPIRED_SESSION), Errc::session_expired);
    EXPECT_EQ(refusal(KeeperState::AUTH_FAILED), Errc::auth_failed);
    for (const auto state :
         {KeeperState::CONNECTING, KeeperState::CONNECTED, KeeperState::CONNECTED_RO}) {
        EXPECT_FALSE(refusal(state)) << state;
    }
}

TEST(StateTableTest, UnknownStatesHaveNoTransitions) {
    const auto no_state = static_cast<KeeperState>(99);
    for (const auto state : all_states) {
        EXPECT_FALSE(is_transition(no_state, state));
        EXPECT_FALSE(is_transition(state, no_state));
    }
}

}  // namespace
}  // namespace kazoo::session
