// SPDX-License-Identifier: Apache-2.0
// Which of the children of an election leads.
#include "recipe/election/leader_reading.hpp"

#include <gtest/gtest.h>

namespace kazoo::detail::recipe {
namespace {

using Names = std::vector<std::string>;

Names first_of(const Names& children, const LockOptions& options = LockOptions()) {
    return first_contenders(LockNames(options, LockKind::lock), children);
}

TEST(FirstContendersTest, AreThoseWithTheLeastNumber) {
    EXPECT_EQ(first_of({}), Names());
    EXPECT_EQ(
        first_of({"b__lock__0000000007", "a__lock__0000000009", "c__lock__0000000003"}),
        Names{"c__lock__0000000003"}
    );
}

TEST(FirstContendersTest, IgnoreOtherNodes) {
    EXPECT_EQ(first_of({"lease_holder", "a-lock-0000000001", "a__lock__1"}), Names());
    EXPECT_EQ(
        first_of({"a-lock-0000000001", "b__lock__0000000002"}, LockOptions().also("-lock-")),
        Names{"a-lock-0000000001"}
    );
}

TEST(FirstContendersTest, FollowTheOrderAcrossTheWrap) {
    EXPECT_EQ(
        first_of({"a__lock__-2147483648", "b__lock__2147483646"}), Names{"b__lock__2147483646"}
    );
}

TEST(FirstContendersTest, AreSeveralIfTheyHaveTheSameNumber) {
    EXPECT_EQ(
        first_of({"b__lock__2147483647", "c__lock__-2147483648", "a__lock__2147483647"}),
        (Names{"b__lock__2147483647", "a__lock__2147483647"})
    );
}

}  // namespace
}  // namespace kazoo::detail::recipe
