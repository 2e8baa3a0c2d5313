// SPDX-License-Identifier: Apache-2.0
// Tests of the checks of states and of ephemeral nodes, on faulty histories.
#include "history/checks/ephemerals.hpp"
#include "history/checks/sample_history.hpp"
#include "history/checks/states.hpp"

#include <gmock/gmock.h>

namespace kazoo::history {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(StateCheckTest, ValidTransitions) {
    Verdict verdict;
    StateCheck states(verdict, "client");
    for (const auto state :
         {KazooState::CONNECTED,
          KazooState::SUSPENDED,
          KazooState::CONNECTED,
          KazooState::LOST,
          KazooState::CONNECTED,
          KazooState::SUSPENDED,
          KazooState::LOST}) {
        states.on_state(state);
    }
    EXPECT_THAT(verdict.faults(), IsEmpty());
}

TEST(StateCheckTest, InvalidTransitions) {
    Verdict verdict;
    StateCheck(verdict, "client").on_state(KazooState::SUSPENDED);
    EXPECT_EQ(verdict.faults().size(), 1u);
    StateCheck(verdict, "client").on_state(KazooState::LOST);
    EXPECT_EQ(verdict.faults().size(), 2u);
    StateCheck twice(verdict, "client");
    twice.on_state(KazooState::CONNECTED);
    twice.on_state(KazooState::CONNECTED);
    EXPECT_EQ(verdict.faults().size(), 3u);
}

TEST(EphemeralsCheckTest, AnEphemeralOfASessionThatIsOver) {
    SampleHistory sample;
    sample.wrote(Write::Kind::create, "/e", "d1", 0, 100);
    check_ephemerals(sample.chronicle, {100}, sample.verdict);
    EXPECT_THAT(sample.fault(), IsEmpty());
    check_ephemerals(sample.chronicle, std::set<std::int64_t>(), sample.verdict);
    EXPECT_THAT(sample.fault(), HasSubstr("is over"));
}

}  // namespace
}  // namespace kazoo::history
