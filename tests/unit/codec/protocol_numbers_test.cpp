// SPDX-License-Identifier: Apache-2.0
#include "codec/protocol_numbers.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace kazoo::codec {
namespace {

TEST(ProtocolNumbers, TypesOfNotificationsArePublicTypes) {
    EXPECT_EQ(event_type(1), EventType::CREATED);
    EXPECT_EQ(event_type(2), EventType::DELETED);
    EXPECT_EQ(event_type(3), EventType::CHANGED);
    EXPECT_EQ(event_type(4), EventType::CHILD);
}

TEST(ProtocolNumbers, OtherNumbersAreNoTypesOfNotifications) {
    for (const std::int32_t number : {-1, 0, 5, std::numeric_limits<std::int32_t>::max()}) {
        EXPECT_EQ(event_type(number), std::nullopt) << number;
    }
}

TEST(ProtocolNumbers, KindsOfNodesHaveTheNumbersOfZooKeeper) {
    EXPECT_EQ(number(create_mode(false, false)), 0);
    EXPECT_EQ(number(create_mode(true, false)), 1);
    EXPECT_EQ(number(create_mode(false, true)), 2);
    EXPECT_EQ(number(create_mode(true, true)), 3);
}

TEST(ProtocolNumbers, UnknownErrorsKeepTheirNumber) {
    EXPECT_EQ(errc(-101), Errc::no_node);
    EXPECT_EQ(number(Errc::no_node), -101);
    EXPECT_EQ(make_error_code(errc(-9999)).value(), -9999);
}

}  // namespace
}  // namespace kazoo::codec
