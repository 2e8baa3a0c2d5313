// SPDX-License-Identifier: Apache-2.0
#include "codec/opcode.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string_view>

namespace kazoo::codec {
namespace {

// All numbers in use, and others around them.
template <class Visit>
void for_each_number(Visit visit) {
    for (std::int32_t number = -200; number <= 600; ++number) {
        visit(Opcode{number});
    }
    visit(Opcode{INT32_MIN});
    visit(Opcode{INT32_MAX});
}

TEST(OpcodeTest, KnownOpcodesHaveUniqueNames) {
    std::set<std::string_view> names;
    int known = 0;
    for_each_number([&](Opcode op) {
        if (is_known(op)) {
            ++known;
            EXPECT_TRUE(names.insert(name(op)).second) << name(op);
            EXPECT_FALSE(name(op).empty());
        } else {
            EXPECT_EQ(name(op), "unknown");
        }
    });
    EXPECT_EQ(known, 33);
    EXPECT_EQ(names.count("unknown"), 0U);
}

TEST(OpcodeTest, NumbersAreThoseOfTheProtocol) {
    EXPECT_EQ(name(Opcode{1}), "create");
    EXPECT_EQ(name(Opcode{2}), "delete");
    EXPECT_EQ(name(Opcode{4}), "get_data");
    EXPECT_EQ(name(Opcode{11}), "ping");
    EXPECT_EQ(name(Opcode{22}), "multi_read");
    EXPECT_EQ(name(Opcode{100}), "auth");
    EXPECT_EQ(name(Opcode{107}), "who_am_i");
    EXPECT_EQ(name(Opcode{-11}), "close_session");
    EXPECT_FALSE(is_known(Opcode{10}));
    EXPECT_FALSE(is_known(Opcode{500}));
}

TEST(OpcodeTest, WritesAreTheOnesThatChangeTheTree) {
    std::set<std::int32_t> writes;
    for_each_number([&](Opcode op) {
        if (is_write(op)) {
            writes.insert(static_cast<std::int32_t>(op));
        }
    });
    EXPECT_EQ(writes, (std::set<std::int32_t>{1, 2, 5, 7, 14, 15, 16, 19, 20, 21}));
}

TEST(OpcodeTest, SpecialXidsAreNotOrdinary) {
    EXPECT_EQ(
        (std::set<std::int32_t>{watch_xid, ping_xid, auth_xid, set_watches_xid}),
        (std::set<std::int32_t>{-1, -2, -4, -8})
    );
}

}  // namespace
}  // namespace kazoo::codec
