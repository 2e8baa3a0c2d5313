// SPDX-License-Identifier: Apache-2.0
// The number of leases in the node of a semaphore.
#include "recipe/lock/semaphoring.hpp"

#include <gtest/gtest.h>

namespace kazoo::detail::recipe {
namespace {

TEST(LeasesInTest, IsANumberInDecimal) {
    EXPECT_EQ(leases_in("1"), 1);
    EXPECT_EQ(leases_in("2147483647"), 2147483647);
    EXPECT_EQ(leases_in("-3"), -3);
}

TEST(LeasesInTest, IsNothingForOtherData) {
    for (const auto* const data : {"", "x", "1x", " 1", "1 ", "2147483648", "1.5"}) {
        EXPECT_EQ(leases_in(data), std::nullopt) << data;
    }
}

}  // namespace
}  // namespace kazoo::detail::recipe
