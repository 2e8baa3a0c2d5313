// SPDX-License-Identifier: Apache-2.0
// Who may take, renew and release a lease.
#include "recipe/lease/lease_plan.hpp"

#include <gtest/gtest.h>

namespace kazoo::detail::recipe {
namespace {

using namespace std::chrono_literals;

const std::chrono::sys_seconds now{1'000'000s};

FoundLease found(const char* holder, std::chrono::seconds left) {
    return FoundLease{LeaseRecord{holder, now + left}, 7};
}

TEST(LeaseStepTest, ALeaseIsToBeHadOnceItsTimeIsOver) {
    const auto obtain = LeaseWish::obtain;
    EXPECT_EQ(lease_step(obtain, std::nullopt, "me", 0, now), LeaseStep::create);
    EXPECT_EQ(lease_step(obtain, found("other", 1s), "me", 0, now), LeaseStep::refuse);
    EXPECT_EQ(lease_step(obtain, found("other", 0s), "me", 0, now), LeaseStep::replace);
    EXPECT_EQ(lease_step(obtain, found("me", 9s), "me", 0, now), LeaseStep::replace);
}

TEST(LeaseStepTest, AnotherVersionIsLeftAlone) {
    const FoundLease unknown{std::nullopt, 7};
    for (const auto wish : {LeaseWish::obtain, LeaseWish::renew, LeaseWish::release}) {
        EXPECT_EQ(lease_step(wish, unknown, "me", 7, now), LeaseStep::refuse);
    }
}

TEST(LeaseStepTest, OnlyTheOwnRecordIsRenewedAndReleased) {
    for (const auto wish : {LeaseWish::renew, LeaseWish::release}) {
        EXPECT_EQ(lease_step(wish, std::nullopt, "me", 7, now), LeaseStep::refuse);
        EXPECT_EQ(lease_step(wish, found("me", 9s), "me", 6, now), LeaseStep::refuse);
        EXPECT_EQ(lease_step(wish, found("me", 9s), "me", 0, now), LeaseStep::refuse);
    }
    EXPECT_EQ(lease_step(LeaseWish::renew, found("me", -9s), "me", 7, now), LeaseStep::replace)
        << "nobody has taken it";
    EXPECT_EQ(lease_step(LeaseWish::release, found("me", 9s), "me", 7, now), LeaseStep::remove);
}

}  // namespace
}  // namespace kazoo::detail::recipe
