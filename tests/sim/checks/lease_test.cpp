// SPDX-License-Identifier: Apache-2.0
#include "checks/lease.hpp"

#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

namespace kazoo::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LeaseCheckTest : public testing::Test {
protected:
    Verdict verdict;
    LeaseCheck check{verdict, "client"};
};

TEST_F(LeaseCheckTest, ASessionThatExpiresAfterTheBound) {
    EXPECT_TRUE(check.look(7, SampleHistory::at(3000), SampleHistory::at(1000)));
    check.on_expired(7);
    EXPECT_FALSE(check.look(7, SampleHistory::at(3000), SampleHistory::at(3000)));
    EXPECT_THAT(verdict.faults(), IsEmpty());
}

TEST_F(LeaseCheckTest, ASessionWithoutABound) {
    check.on_expired(7);
    EXPECT_FALSE(check.look(7, std::nullopt, SampleHistory::at(1000)));
    EXPECT_THAT(verdict.faults(), IsEmpty());
}

TEST_F(LeaseCheckTest, AnotherSessionThatExpires) {
    check.on_expired(8);
    EXPECT_TRUE(check.look(7, SampleHistory::at(3000), SampleHistory::at(1000)));
    EXPECT_THAT(verdict.faults(), IsEmpty());
}

TEST_F(LeaseCheckTest, ASessionThatExpiresBeforeTheBound) {
    check.on_expired(7);
    EXPECT_TRUE(check.look(7, SampleHistory::at(3000), SampleHistory::at(1000)));
    EXPECT_THAT(verdict.faults(), ElementsAre(HasSubstr("certain of it for 2000 ms more")));
}

}  // namespace
}  // namespace kazoo::sim
