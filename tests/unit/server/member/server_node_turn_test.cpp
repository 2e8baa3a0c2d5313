// SPDX-License-Identifier: Apache-2.0
// How many requests of one client are handled before those of others, and the resulting statistics
// in four-letter words.

#include "server_node_rig.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace kazoo::server {
namespace {

using codec::Opcode;
using testing::ElementsAre;

ServerNodeOptions turns(std::size_t requests, std::size_t output) {
    ServerNodeOptions options;
    options.turn_requests = requests;
    options.turn_output = output;
    return options;
}

base::Buffer requests(int count, std::string_view path) {
    base::Buffer bytes;
    for (int i = 1; i <= count; ++i) {
        const auto frame = Client::frame(i, Opcode::get_data, codec::GetDataRequest{path, false});
        bytes.append(frame.data(), frame.size());
    }
    return bytes;
}

TEST(ServerNodeTurnTest, RequestsBeyondATurnWaitForTheNext) {
    Rig rig({}, turns(3, 0));
    Client client = rig.client();
    client.send(requests(8, "/").span());
    EXPECT_THAT(client.xids(), ElementsAre(1, 2, 3));
    EXPECT_TRUE(rig.member.waits_for_turn(client.id));
    client.send(requests(1, "/").span());  // queued behind the others
    EXPECT_THAT(client.xids(), ElementsAre());
    EXPECT_EQ(rig.member.next_turn(rig.now), client.id);
    EXPECT_THAT(client.xids(), ElementsAre(4, 5, 6));
    EXPECT_EQ(rig.member.next_turn(rig.now), client.id);
    EXPECT_THAT(client.xids(), ElementsAre(7, 8, 1));
    EXPECT_FALSE(rig.member.turns_wait());
    EXPECT_EQ(rig.member.next_turn(rig.now), 0U);
}

TEST(ServerNodeTurnTest, LargeRepliesWaitBehindSmallRequestsOfOthers) {
    Rig rig({}, turns(0, 10'000));
    Client heavy = rig.client();
    Client light = rig.client();
    heavy.ask(1, codec::CreateRequest{"/big", std::string(20'000, 'x'), open_acl_unsafe(), 0});
    heavy.send(requests(3, "/big").span());
    EXPECT_THAT(heavy.xids(), ElementsAre(1));
    light.send(requests(20, "/").span());
    EXPECT_EQ(light.xids().size(), 20U);
    EXPECT_EQ(rig.member.next_turn(rig.now), heavy.id);
    EXPECT_THAT(heavy.xids(), ElementsAre(2));
    EXPECT_EQ(rig.member.next_turn(rig.now), heavy.id);
    EXPECT_THAT(heavy.xids(), ElementsAre(3));
    // After a turn with large replies even a small request waits for the next turn; after that one
    // it no longer does.
    heavy.send(requests(1, "/").span());
    EXPECT_THAT(heavy.xids(), ElementsAre());
    EXPECT_EQ(rig.member.next_turn(rig.now), heavy.id);
    EXPECT_THAT(heavy.xids(), ElementsAre(1));
    heavy.send(requests(1, "/").span());
    EXPECT_THAT(heavy.xids(), ElementsAre(1));
}

TEST(ServerNodeTurnTest, TurnsGoRound) {
    Rig rig({}, turns(1, 0));
    Client one = rig.client();
    Client other = rig.client();
    one.send(requests(3, "/").span());
    other.send(requests(3, "/").span());
    EXPECT_EQ(rig.member.next_turn(rig.now), one.id);
    EXPECT_EQ(rig.member.next_turn(rig.now), other.id);
    EXPECT_EQ(rig.member.next_turn(rig.now), one.id);
    one.close();  // has no requests left after its turn; its own next turn is dropped
    EXPECT_EQ(rig.member.next_turn(rig.now), other.id);
    EXPECT_FALSE(rig.member.turns_wait());
}

TEST(ServerNodeTurnTest, AConnectionThatEndsLosesItsTurn) {
    Rig rig({}, turns(1, 0));
    Client client = rig.client();
    client.send(requests(3, "/").span());
    rig.member.drop_connections(0, rig.now);
    EXPECT_FALSE(rig.member.waits_for_turn(client.id));
    EXPECT_EQ(rig.member.next_turn(rig.now), 0U);
    EXPECT_FALSE(rig.member.turns_wait());
}

TEST(ServerNodeTurnTest, LatencyIsTheTimeFromTheBytesToTheReply) {
    Rig rig({}, turns(1, 0));
    Client client = rig.client();
    client.send(requests(2, "/").span());
    rig.now.steady += Milliseconds(70);
    rig.member.next_turn(rig.now);
    client.take();
    Client asking = rig.open();
    asking.send_text("mntr");
    const auto bytes = asking.take();
    const std::string mntr(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    EXPECT_THAT(mntr, testing::HasSubstr("\nzk_max_latency\t70\n"));
    EXPECT_THAT(mntr, testing::HasSubstr("\nzk_max_readlatency\t70\n"));
    EXPECT_THAT(mntr, testing::HasSubstr("\nzk_cnt_readlatency\t2\n"));
    EXPECT_THAT(mntr, testing::HasSubstr("\nzk_cnt_updatelatency\t1\n"));
}

TEST(ServerNodeTurnTest, LatencyIncludesTheHandlingIfThereIsAClock) {
    static SteadyTime clock;
    clock = start_time.steady + Milliseconds(5);
    ServerNodeOptions options;
    options.steady_now = []() noexcept { return clock; };
    Rig rig({}, options);
    ASSERT_NE(rig.client().id, 0U);
    Client asking = rig.open();
    asking.send_text("srvr");
    const auto bytes = asking.take();
    const std::string srvr(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    EXPECT_THAT(srvr, testing::HasSubstr("\nLatency min/avg/max: 5/5.0/5\n"));
}

}  // namespace
}  // namespace kazoo::server
