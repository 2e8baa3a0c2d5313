// SPDX-License-Identifier: Apache-2.0
#include "server_node_rig.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace kazoo::server {
namespace {

using codec::Opcode;
using Xids = std::vector<std::int32_t>;

class ServerNodeFaultTest : public testing::Test {
protected:
    std::uint64_t add(RequestFault::Kind kind, std::string path, std::int64_t delay_ms = 0) {
        RequestFault fault;
        fault.kind = kind;
        fault.path_prefix = std::move(path);
        fault.delay = Milliseconds(delay_ms);
        fault.err = number(Errc::system_error);
        const std::uint64_t added = rig.member.faults().add(fault);
        rig.member.on_faults_changed(rig.now);
        return added;
    }
    void remove(std::uint64_t fault) {
        rig.member.faults().remove(fault);
        rig.member.on_faults_changed(rig.now);
    }
    void create(std::int32_t xid, std::string_view path) {
        client.request(xid, codec::CreateRequest{path, "", open_acl_unsafe(), 0});
    }
    [[nodiscard]] bool exists(std::string_view path) const {
        return rig.database.tree().find(path) != nullptr;
    }

    Rig rig;
    Client client = rig.client();
};

TEST_F(ServerNodeFaultTest, DropBefore) {
    add(RequestFault::Kind::drop_before, "/a");
    create(1, "/b");
    create(2, "/a");
    create(3, "/c");
    EXPECT_EQ(client.xids(), Xids{1});
    EXPECT_TRUE(client.over());
    EXPECT_FALSE(exists("/a"));
    EXPECT_FALSE(exists("/c"));
}

TEST_F(ServerNodeFaultTest, DropAfter) {
    add(RequestFault::Kind::drop_after, "/a");
    create(1, "/b");
    create(2, "/a");
    EXPECT_EQ(client.xids(), Xids{1});
    EXPECT_TRUE(client.over());
    EXPECT_TRUE(exists("/a"));
}

TEST_F(ServerNodeFaultTest, Fail) {
    add(RequestFault::Kind::fail, "/a");
    create(1, "/a");
    const auto replies = client.replies();
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].err, number(Errc::system_error));
    EXPECT_FALSE(client.over());
    EXPECT_FALSE(exists("/a"));
}

TEST_F(ServerNodeFaultTest, HoldKeepsRepliesAndNotificationsInOrder) {
    client.ask(1, codec::ExistsRequest{"/w", true});
    const auto fault = add(RequestFault::Kind::hold, "/a");
    create(2, "/b");
    create(3, "/a");
    create(4, "/c");
    Client other = rig.client();
    other.create(1, "/w");
    client.request(codec::ping_xid, Opcode::ping);
    EXPECT_EQ(client.xids(), Xids{2});
    EXPECT_TRUE(exists("/c"));
    EXPECT_FALSE(client.over());
    EXPECT_TRUE(client.reading());
    (void)rig.member.take_touched();
    remove(fault);
    EXPECT_EQ(rig.member.take_touched(), std::vector<ConnectionId>{client.id});
    EXPECT_EQ(client.xids(), (Xids{3, 4, codec::watch_xid, codec::ping_xid}));
}

TEST_F(ServerNodeFaultTest, TwoHoldsNeedBothToGo) {
    const auto first = add(RequestFault::Kind::hold, "/a");
    const auto second = add(RequestFault::Kind::hold, "/b");
    create(1, "/a");
    create(2, "/b");
    create(3, "/c");
    remove(second);
    EXPECT_EQ(client.xids(), Xids{});
    remove(first);
    EXPECT_EQ(client.xids(), (Xids{1, 2, 3}));
}

TEST_F(ServerNodeFaultTest, HeldOutputIsLostWhenTheConnectionIs) {
    const auto fault = add(RequestFault::Kind::hold, "/a");
    create(1, "/b");
    create(2, "/a");
    rig.member.drop_connections(0, rig.now);
    EXPECT_TRUE(client.over());
    remove(fault);
    EXPECT_EQ(client.xids(), Xids{1});
}

TEST_F(ServerNodeFaultTest, AHeldFarewellKeepsTheConnection) {
    const auto fault = add(RequestFault::Kind::hold, "");
    client.request(1, Opcode::close_session);
    EXPECT_FALSE(client.over());
    EXPECT_FALSE(client.reading());
    EXPECT_EQ(rig.database.sessions().size(), 0U);
    remove(fault);
    EXPECT_EQ(client.xids(), Xids{1});
    EXPECT_TRUE(client.over());
}

TEST_F(ServerNodeFaultTest, Delay) {
    add(RequestFault::Kind::delay, "/a", 50);
    create(1, "/a");
    create(2, "/b");
    EXPECT_EQ(client.xids(), Xids{});
    EXPECT_EQ(rig.member.next_deadline(), rig.now.steady + Milliseconds(50));
    rig.pass(49);
    EXPECT_EQ(client.xids(), Xids{});
    create(3, "/c");
    rig.pass(1);
    EXPECT_EQ(client.xids(), (Xids{1, 2, 3}));
    create(4, "/d");
    EXPECT_EQ(client.xids(), Xids{4});
}

TEST_F(ServerNodeFaultTest, HeldOutputIsBounded) {
    ServerNodeOptions options;
    options.pause_output = 4096;
    Rig small({}, options);
    Client greedy = small.client();
    RequestFault fault;
    fault.kind = RequestFault::Kind::hold;
    const auto number = small.member.faults().add(fault);
    for (int i = 0; i < 1000; ++i) {
        greedy.request(i, codec::ExistsRequest{"/", false});
    }
    EXPECT_FALSE(greedy.reading());
    small.member.faults().remove(number);
    small.member.on_faults_changed(small.now);
    std::vector<std::int32_t> all;
    for (auto some = greedy.xids(); !some.empty(); some = greedy.xids()) {
        all.insert(all.end(), some.begin(), some.end());
    }
    ASSERT_EQ(all.size(), 1000U);
    for (std::int32_t i = 0; i < 1000; ++i) {
        EXPECT_EQ(all[static_cast<std::size_t>(i)], i);
    }
    EXPECT_TRUE(greedy.reading());
}

TEST_F(ServerNodeFaultTest, OnlyTheRequestsThatWereMeant) {
    RequestFault fault;
    fault.kind = RequestFault::Kind::fail;
    fault.op = Opcode::get_data;
    fault.err = number(Errc::connection_loss);
    fault.skip = 1;
    fault.times = 1;
    rig.member.faults().add(fault);
    std::vector<std::int32_t> errs;
    for (int i = 0; i < 3; ++i) {
        errs.push_back(client.ask(i, codec::GetDataRequest{"/", false}).back().err);
        errs.push_back(client.ask(i, codec::ExistsRequest{"/", false}).back().err);
    }
    EXPECT_EQ(errs, (std::vector<std::int32_t>{0, 0, number(Errc::connection_loss), 0, 0, 0}));
}

}  // namespace
}  // namespace kazoo::server
