#include "server/member/faults.hpp"

#include <gtest/gtest.h>

namespace kazoo::server {
namespace {

using codec::Opcode;
using Kind = RequestFault::Kind;

RequestFault fault_of(Kind kind) {
    RequestFault fault;
    fault.kind = kind;
    return fault;
}

TEST(Faults, NothingGoesWrongUnasked) {
    Faults faults;
    EXPECT_EQ(faults.meet(Opcode::create, 1, "/a"), nullptr);
    EXPECT_EQ(faults.meet_handshake(), HandshakeFault::none);
    EXPECT_FALSE(faults.contains(0));
}

TEST(Faults, AFaultWithoutConditionsFitsAllButPings) {
    Faults faults;
    const auto number = faults.add(fault_of(Kind::drop_after));
    for (int i = 0; i < 3; ++i) {
        const auto* met = faults.meet(Opcode::sync, 7, "");
        ASSERT_NE(met, nullptr);
        EXPECT_EQ(met->number, number);
        EXPECT_EQ(met->kind, Kind::drop_after);
    }
    EXPECT_EQ(faults.meet(Opcode::ping, 7, ""), nullptr);
}

TEST(Faults, EveryConditionMustHold) {
    Faults faults;
    auto fault = fault_of(Kind::fail);
    fault.op = Opcode::create;
    fault.session = 7;
    fault.path_prefix = "/a";
    faults.add(fault);
    EXPECT_EQ(faults.meet(Opcode::delete_, 7, "/a"), nullptr);
    EXPECT_EQ(faults.meet(Opcode::create, 8, "/a"), nullptr);
    EXPECT_EQ(faults.meet(Opcode::create, 7, "/b"), nullptr);
    EXPECT_EQ(faults.meet(Opcode::create, 7, "/"), nullptr);
    EXPECT_EQ(faults.meet(Opcode::create, 7, ""), nullptr);
    EXPECT_NE(faults.meet(Opcode::create, 7, "/a"), nullptr);
    EXPECT_NE(faults.meet(Opcode::create, 7, "/ab/c"), nullptr);
}

TEST(Faults, PingsAreMetIfAskedFor) {
    Faults faults;
    auto fault = fault_of(Kind::delay);
    fault.op = Opcode::ping;
    faults.add(fault);
    EXPECT_NE(faults.meet(Opcode::ping, 1, ""), nullptr);
    EXPECT_EQ(faults.meet(Opcode::exists, 1, ""), nullptr);
}

TEST(Faults, SkipsAndCountsOnlyWhatFits) {
    Faults faults;
    auto fault = fault_of(Kind::drop_before);
    fault.op = Opcode::set_data;
    fault.skip = 2;
    fault.times = 2;
    faults.add(fault);
    std::string met;
    for (int i = 0; i < 6; ++i) {
        EXPECT_EQ(faults.meet(Opcode::get_data, 1, "/"), nullptr);
        met += faults.meet(Opcode::set_data, 1, "/") != nullptr ? '!' : '.';
    }
    EXPECT_EQ(met, "..!!..");
}

TEST(Faults, TheFirstThatFitsDecides) {
    Faults faults;
    auto once = fault_of(Kind::drop_before);
    once.times = 1;
    const auto first = faults.add(once);
    const auto second = faults.add(fault_of(Kind::delay));
    EXPECT_EQ(faults.meet(Opcode::exists, 1, "/")->number, first);
    EXPECT_EQ(faults.meet(Opcode::exists, 1, "/")->number, second);
    faults.remove(second);
    EXPECT_EQ(faults.meet(Opcode::exists, 1, "/"), nullptr);
}

TEST(Faults, WhatIsHeldIsHeldUntilTheFaultIsRemoved) {
    Faults faults;
    auto hold = fault_of(Kind::hold);
    hold.times = 1;
    const auto number = faults.add(hold);
    EXPECT_NE(faults.meet(Opcode::exists, 1, "/"), nullptr);
    EXPECT_EQ(faults.meet(Opcode::exists, 1, "/"), nullptr);
    const auto other = faults.add(fault_of(Kind::fail));
    EXPECT_TRUE(faults.contains(number));
    faults.remove(number);
    EXPECT_FALSE(faults.contains(number));
    EXPECT_TRUE(faults.contains(other));
    faults.remove(number);
}

TEST(Faults, UsedUpFaultsDoNotPileUp) {
    Faults faults;
    auto once = fault_of(Kind::fail);
    once.times = 1;
    const auto first = faults.add(once);
    EXPECT_NE(faults.meet(Opcode::exists, 1, "/"), nullptr);
    faults.add(once);
    EXPECT_FALSE(faults.contains(first));
}

TEST(Faults, ClearEndsAllOfThem) {
    Faults faults;
    const auto number = faults.add(fault_of(Kind::hold));
    faults.handshake = HandshakeFault::hang;
    faults.read_only = true;
    faults.lagging = true;
    faults.clear();
    EXPECT_FALSE(faults.contains(number));
    EXPECT_EQ(faults.meet(Opcode::exists, 1, "/"), nullptr);
    EXPECT_EQ(faults.meet_handshake(), HandshakeFault::none);
    EXPECT_FALSE(faults.read_only);
    EXPECT_FALSE(faults.lagging);
    EXPECT_NE(faults.add(fault_of(Kind::hold)), number);
}

TEST(Faults, HandshakesGoWrongWithoutLimitUnlessOneIsSet) {
    Faults faults;
    faults.handshake = HandshakeFault::refuse;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(faults.meet_handshake(), HandshakeFault::refuse);
    faults.handshake = HandshakeFault::garbage;
    faults.handshake_times = 2;
    EXPECT_EQ(faults.meet_handshake(), HandshakeFault::garbage);
    EXPECT_EQ(faults.meet_handshake(), HandshakeFault::garbage);
    EXPECT_EQ(faults.meet_handshake(), HandshakeFault::none);
    faults.handshake = HandshakeFault::expired;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(faults.meet_handshake(), HandshakeFault::expired);
    faults.handshake_times = 0;
    EXPECT_EQ(faults.meet_handshake(), HandshakeFault::none);
}

}  // namespace
}  // namespace kazoo::server
