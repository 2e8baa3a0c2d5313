// SPDX-License-Identifier: Apache-2.0
#include "server/member/fault_table.hpp"

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

TEST(FaultTable, NoFaultsByDefault) {
    FaultTable faults;
    EXPECT_EQ(faults.match(Opcode::create, 1, "/a"), nullptr);
    EXPECT_EQ(faults.match_handshake(), HandshakeFault::none);
    EXPECT_FALSE(faults.contains(0));
}

TEST(FaultTable, AFaultWithoutConditionsMatchesAllButPings) {
    FaultTable faults;
    const auto number = faults.add(fault_of(Kind::drop_after));
    for (int i = 0; i < 3; ++i) {
        const auto* met = faults.match(Opcode::sync, 7, "");
        ASSERT_NE(met, nullptr);
        EXPECT_EQ(met->number, number);
        EXPECT_EQ(met->kind, Kind::drop_after);
    }
    EXPECT_EQ(faults.match(Opcode::ping, 7, ""), nullptr);
}

TEST(FaultTable, EveryConditionMustHold) {
    FaultTable faults;
    auto fault = fault_of(Kind::fail);
    fault.op = Opcode::create;
    fault.session = 7;
    fault.path_prefix = "/a";
    faults.add(fault);
    EXPECT_EQ(faults.match(Opcode::delete_, 7, "/a"), nullptr);
    EXPECT_EQ(faults.match(Opcode::create, 8, "/a"), nullptr);
    EXPECT_EQ(faults.match(Opcode::create, 7, "/b"), nullptr);
    EXPECT_EQ(faults.match(Opcode::create, 7, "/"), nullptr);
    EXPECT_EQ(faults.match(Opcode::create, 7, ""), nullptr);
    EXPECT_NE(faults.match(Opcode::create, 7, "/a"), nullptr);
    EXPECT_NE(faults.match(Opcode::create, 7, "/ab/c"), nullptr);
}

TEST(FaultTable, PingsAreMatchedOnRequest) {
    FaultTable faults;
    auto fault = fault_of(Kind::delay);
    fault.op = Opcode::ping;
    faults.add(fault);
    EXPECT_NE(faults.match(Opcode::ping, 1, ""), nullptr);
    EXPECT_EQ(faults.match(Opcode::exists, 1, ""), nullptr);
}

TEST(FaultTable, SkipsAndCountsOnlyMatches) {
    FaultTable faults;
    auto fault = fault_of(Kind::drop_before);
    fault.op = Opcode::set_data;
    fault.skip = 2;
    fault.times = 2;
    faults.add(fault);
    std::string met;
    for (int i = 0; i < 6; ++i) {
        EXPECT_EQ(faults.match(Opcode::get_data, 1, "/"), nullptr);
        met += faults.match(Opcode::set_data, 1, "/") != nullptr ? '!' : '.';
    }
    EXPECT_EQ(met, "..!!..");
}

TEST(FaultTable, TheFirstMatchDecides) {
    FaultTable faults;
    auto once = fault_of(Kind::drop_before);
    once.times = 1;
    const auto first = faults.add(once);
    const auto second = faults.add(fault_of(Kind::delay));
    EXPECT_EQ(faults.match(Opcode::exists, 1, "/")->number, first);
    EXPECT_EQ(faults.match(Opcode::exists, 1, "/")->number, second);
    faults.remove(second);
    EXPECT_EQ(faults.match(Opcode::exists, 1, "/"), nullptr);
}

TEST(FaultTable, RepliesAreHeldUntilTheFaultIsRemoved) {
    FaultTable faults;
    auto hold = fault_of(Kind::hold);
    hold.times = 1;
    const auto number = faults.add(hold);
    EXPECT_NE(faults.match(Opcode::exists, 1, "/"), nullptr);
    EXPECT_EQ(faults.match(Opcode::exists, 1, "/"), nullptr);
    const auto other = faults.add(fault_of(Kind::fail));
    EXPECT_TRUE(faults.contains(number));
    faults.remove(number);
    EXPECT_FALSE(faults.contains(number));
    EXPECT_TRUE(faults.contains(other));
    faults.remove(number);
}

TEST(FaultTable, ExhaustedFaultsAreRemoved) {
    FaultTable faults;
    auto once = fault_of(Kind::fail);
    once.times = 1;
    const auto first = faults.add(once);
    EXPECT_NE(faults.match(Opcode::exists, 1, "/"), nullptr);
    faults.add(once);
    EXPECT_FALSE(faults.contains(first));
}

TEST(FaultTable, ClearEndsAllOfThem) {
    FaultTable faults;
    const auto number = faults.add(fault_of(Kind::hold));
    faults.handshake = HandshakeFault::hang;
    faults.read_only = true;
    faults.lagging = true;
    faults.clear();
    EXPECT_FALSE(faults.contains(number));
    EXPECT_EQ(faults.match(Opcode::exists, 1, "/"), nullptr);
    EXPECT_EQ(faults.match_handshake(), HandshakeFault::none);
    EXPECT_FALSE(faults.read_only);
    EXPECT_FALSE(faults.lagging);
    EXPECT_NE(faults.add(fault_of(Kind::hold)), number);
}

TEST(FaultTable, HandshakeFaultsAreUnlimitedByDefault) {
    FaultTable faults;
    faults.handshake = HandshakeFault::refuse;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(faults.match_handshake(), HandshakeFault::refuse);
    faults.handshake = HandshakeFault::garbage;
    faults.handshake_times = 2;
    EXPECT_EQ(faults.match_handshake(), HandshakeFault::garbage);
    EXPECT_EQ(faults.match_handshake(), HandshakeFault::garbage);
    EXPECT_EQ(faults.match_handshake(), HandshakeFault::none);
    faults.handshake = HandshakeFault::expired;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(faults.match_handshake(), HandshakeFault::expired);
    faults.handshake_times = 0;
    EXPECT_EQ(faults.match_handshake(), HandshakeFault::none);
}

}  // namespace
}  // namespace kazoo::server
