// SPDX-License-Identifier: Apache-2.0
#include "disturbance.hpp"

#include <gmock/gmock.h>

#include <set>

namespace kazoo::chaos {
namespace {

using namespace std::chrono_literals;
using Kind = Disturbance::Kind;

Disturbance going_on(Kind kind, bool of_client = false) {
    Disturbance what;
    what.kind = kind;
    what.server = 1;
    what.client = 1;
    what.of_client = of_client;
    return what;
}

Station server(std::size_t number) {
    return {Station::Kind::server, number};
}
Station client(std::size_t number) {
    return {Station::Kind::client, number};
}

/// The pairs of stations that still have a path, as "s0>s1".
std::set<std::string> cuts(const Disturbance& what) {
    const std::vector<std::pair<std::string, Station>> all{
        {"s0", server(0)},
        {"s1", server(1)},
        {"c0", client(0)},
        {"c1", client(1)},
        {"o", {Station::Kind::observer, 0}}};
    std::set<std::string> cuts;
    for (const auto& [from, one] : all) {
        for (const auto& [to, other] : all) {
            if (wire_between(one, other, {what}).cut) cuts.insert(from + ">" + to);
        }
    }
    cuts.erase("s1>s1");
    cuts.erase("c1>c1");
    return cuts;
}

TEST(PlanTest, FollowsFromTheSeedAndIsOverInTime) {
    std::set<Kind> kinds;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const auto plan = make_plan(seed, 60s, 3, 6);
        const auto again = make_plan(seed, 60s, 3, 6);
        ASSERT_EQ(plan.size(), again.size());
        ASSERT_FALSE(plan.empty());
        auto last = 0ms;
        for (std::size_t i = 0; i < plan.size(); ++i) {
            EXPECT_EQ(describe(plan[i]), describe(again[i]));
            EXPECT_GE(plan[i].at, last);
            EXPECT_LE(plan[i].at + plan[i].lasting, 60s);
            EXPECT_LT(plan[i].server, 3u);
            EXPECT_LT(plan[i].client, 6u);
            last = plan[i].at;
            kinds.insert(plan[i].kind);
        }
    }
    EXPECT_EQ(kinds.size(), static_cast<std::size_t>(disturbance_kinds));
    EXPECT_NE(describe(make_plan(1, 60s, 3, 6)[0]), describe(make_plan(2, 60s, 3, 6)[0]));
}

TEST(PlanTest, FaultsOfTheSameProcess) {
    const auto other = [](Disturbance what) {
        what.server = what.client = 2;
        return what;
    };
    const auto killed = going_on(Kind::kill_server);
    EXPECT_TRUE(are_of_same_process(killed, going_on(Kind::pause_leader)));
    EXPECT_FALSE(are_of_same_process(killed, other(going_on(Kind::pause_leader))));
    EXPECT_FALSE(are_of_same_process(killed, going_on(Kind::pause_contender)));
    EXPECT_FALSE(are_of_same_process(killed, going_on(Kind::isolate_server)));
    const auto contender = going_on(Kind::kill_contender);
    EXPECT_TRUE(are_of_same_process(contender, going_on(Kind::pause_contender)));
    EXPECT_FALSE(are_of_same_process(contender, other(going_on(Kind::pause_contender))));
}

TEST(WireTest, CutWires) {
    using testing::ElementsAre;
    using testing::IsEmpty;
    EXPECT_THAT(cuts(going_on(Kind::isolate_leader)), ElementsAre("s0>s1", "s1>s0"));
    EXPECT_THAT(cuts(going_on(Kind::isolate_server)), ElementsAre("s0>s1", "s1>s0"));
    EXPECT_THAT(
        cuts(going_on(Kind::leave_with_minority)),
        ElementsAre("c0>c1", "c1>c0", "c1>s0", "s0>c1", "s0>s1", "s1>s0")
    );
    EXPECT_THAT(
        cuts(going_on(Kind::cut_client, true)),
        ElementsAre("c0>c1", "c1>c0", "c1>s0", "c1>s1", "s0>c1", "s1>c1")
    );
    EXPECT_THAT(cuts(going_on(Kind::cut_one_way)), ElementsAre("s1>c0", "s1>c1", "s1>s0"));
    EXPECT_THAT(cuts(going_on(Kind::cut_one_way, true)), ElementsAre("c1>c0", "c1>s0", "c1>s1"));
    EXPECT_THAT(cuts(going_on(Kind::kill_leader)), IsEmpty());
    EXPECT_THAT(cuts(going_on(Kind::pause_contender)), IsEmpty());
}

TEST(WireTest, CombinedDisturbances) {
    auto slow = going_on(Kind::slow_wires);
    slow.wire.delay = 20ms;
    slow.wire.bytes_per_second = 1000;
    auto slower = slow;
    slower.wire.delay = 30ms;
    slower.wire.bytes_per_second = 500;
    auto lossy = going_on(Kind::lossy_wires, true);
    lossy.wire.loss_percent = 7;
    const auto wire = wire_between(server(1), client(1), {slow, slower, lossy});
    EXPECT_EQ(wire.delay, 30ms);
    EXPECT_EQ(wire.bytes_per_second, 500u);
    EXPECT_EQ(wire.loss_percent, 7);
    EXPECT_FALSE(wire.cut);
    EXPECT_EQ(wire_between(server(0), client(1), {slow, lossy}).bytes_per_second, 0u);
    EXPECT_EQ(wire_between(client(1), server(0), {lossy}).loss_percent, 7);
    EXPECT_EQ(wire_between(client(0), server(0), {slow, lossy}).delay, 0ms);
}

}  // namespace
}  // namespace kazoo::chaos
