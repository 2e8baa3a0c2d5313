// SPDX-License-Identifier: Apache-2.0
#include "server_node_rig.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace kazoo::server {
namespace {

using codec::Opcode;
using Xids = std::vector<std::int32_t>;

class EnsembleNodeTest : public testing::Test {
protected:
    static ServerNodeOptions options() {
        ServerNodeOptions made;
        made.replica = true;
        return made;
    }
    Client client_of(ServerNode& member) {
        Client made(member, now);
        last_welcome = made.connect();
        return made;
    }
    void lag(bool lagging) {
        behind.faults().lagging = lagging;
        behind.on_faults_changed(now);
    }
    std::int32_t read(Client& client, std::int32_t xid, std::string_view path) {
        return client.ask(xid, codec::GetDataRequest{path, false}).back().err;
    }

    Time now = start_time;
    Database database{{}};
    ServerNode ahead{database, options()};
    ServerNode behind{database, options()};
    Client::Welcome last_welcome;
    Client first = client_of(ahead);
    Client second = client_of(behind);
};

TEST_F(EnsembleNodeTest, AllMembersSeeTheSameTree) {
    EXPECT_EQ(first.create(1, "/a"), 0);
    EXPECT_EQ(read(second, 1, "/a"), 0);
    EXPECT_EQ(second.create(2, "/b"), 0);
    EXPECT_EQ(read(first, 2, "/b"), 0);
    EXPECT_EQ(ahead.applied_zxid(), 4);
    EXPECT_EQ(behind.applied_zxid(), 4);
}

TEST_F(EnsembleNodeTest, WatchesFireOnTheirOwnMember) {
    second.ask(1, codec::ExistsRequest{"/a", true});
    (void)behind.take_touched();
    first.create(1, "/a");
    EXPECT_EQ(behind.take_touched(), std::vector<ConnectionId>{second.id});
    EXPECT_EQ(second.xids(), Xids{codec::watch_xid});
}

TEST_F(EnsembleNodeTest, WhatNeedsTheLeaderWaitsWhileItIsUnreachable) {
    behind.faults().leader_unreachable = true;
    EXPECT_EQ(read(second, 1, "/"), 0);
    second.request(2, codec::CreateRequest{"/a", "", open_acl_unsafe(), 0});
    second.request(3, codec::ExistsRequest{"/a", false});
    EXPECT_EQ(second.xids(), Xids{});
    EXPECT_EQ(read(first, 1, "/a"), number(Errc::no_node));
    behind.faults().leader_unreachable = false;
    behind.on_faults_changed(now);
    EXPECT_EQ(second.xids(), (Xids{2, 3}));
    EXPECT_EQ(read(first, 2, "/a"), 0);
}

TEST_F(EnsembleNodeTest, AFollowerReportsSessionsWhenItIsAsked) {
    auto reporting = options();
    reporting.reports_sessions = true;
    Database other{{}};
    ServerNode follower(other, reporting);
    Client client(follower, now);
    client.connect();
    const auto expiry = other.sessions().next_deadline();
    EXPECT_TRUE(follower.take_heard().empty()) << "a handshake reaches the leader anyway";
    now.steady += Milliseconds(5000);
    client.request(codec::ping_xid, Opcode::ping);
    EXPECT_EQ(other.sessions().next_deadline(), expiry);
    const auto heard = follower.take_heard();
    ASSERT_EQ(heard.size(), 1U);
    other.touch_session(*heard.begin(), now);
    EXPECT_GT(other.sessions().next_deadline(), expiry);
    EXPECT_TRUE(follower.take_heard().empty());
}

TEST_F(EnsembleNodeTest, ReadsAreStaleWhileItLags) {
    lag(true);
    first.create(1, "/a");
    EXPECT_EQ(read(first, 2, "/a"), 0);
    const auto stale = second.ask(1, codec::ExistsRequest{"/a", true}).back();
    EXPECT_EQ(stale.err, number(Errc::no_node));
    EXPECT_EQ(stale.zxid, 2);
    EXPECT_EQ(behind.applied_zxid(), 2);
    lag(false);
    const auto events = second.replies();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].zxid, 3);
    EXPECT_EQ(read(second, 2, "/a"), 0);
}

TEST_F(EnsembleNodeTest, WritesThroughItWaitInOrder) {
    second.ask(1, codec::ExistsRequest{"/a", true});
    lag(true);
    second.request(2, codec::CreateRequest{"/a", "", open_acl_unsafe(), 0});
    second.request(3, codec::CreateRequest{"/b", "", open_acl_unsafe(), 0});
    second.request(4, codec::ExistsRequest{"/b", false});
    second.request(codec::ping_xid, Opcode::ping);
    second.request(5, codec::CreateRequest{"/c", "", open_acl_unsafe(), 0});
    EXPECT_EQ(second.xids(), Xids{});
    // The writes before the first read are processed at once, so others see them.
    EXPECT_EQ(read(first, 1, "/b"), 0);
    EXPECT_EQ(read(first, 2, "/c"), number(Errc::no_node));
    lag(false);
    const auto replies = second.replies();
    std::vector<std::int32_t> xids;
    for (const Reply& reply : replies) {
        xids.push_back(reply.xid);
        EXPECT_EQ(reply.err, 0);
    }
    EXPECT_EQ(xids, (Xids{codec::watch_xid, 2, 3, 4, codec::ping_xid, 5}));
}

TEST_F(EnsembleNodeTest, SyncWaitsUntilItHasCaughtUp) {
    EXPECT_EQ(second.ask(1, codec::SyncRequest{"/"}).size(), 1U);
    lag(true);
    EXPECT_EQ(second.ask(2, codec::SyncRequest{"/"}).size(), 1U);  // the member is not behind yet
    first.create(1, "/a");
    second.request(3, codec::SyncRequest{"/s"});
    second.request(4, codec::GetDataRequest{"/a", false});
    EXPECT_EQ(second.xids(), Xids{});
    lag(false);
    const auto replies = second.replies();
    ASSERT_EQ(replies.size(), 2U);
    EXPECT_EQ(replies[0].xid, 3);
    EXPECT_EQ(replies[0].zxid, 3);
    EXPECT_EQ(replies[0].as<codec::SyncReply>().path, "/s");
    EXPECT_EQ(replies[1].err, 0);
}

TEST_F(EnsembleNodeTest, NewSessionsWaitAndOldOnesDoNot) {
    Client moving = client_of(ahead);
    const auto session = last_welcome;
    lag(true);
    Client fresh(behind, now);
    EXPECT_FALSE(fresh.connect().answered);
    fresh.request(codec::ping_xid, Opcode::ping);
    Client moved(behind, now);
    EXPECT_EQ(moved.resume(session).session, session.session);
    EXPECT_TRUE(moving.over());
    lag(false);
    EXPECT_EQ(fresh.take().size(), 4U + 37U + 20U);
}

TEST_F(EnsembleNodeTest, ClientsThatAreAheadAreRefused) {
    lag(true);
    first.create(1, "/a");
    Client client(behind, now);
    EXPECT_FALSE(client.connect({0, 3, 10'000, 0, {}, false}).answered);
    EXPECT_TRUE(client.over());
}

TEST_F(EnsembleNodeTest, CloseWaitsForItsTransaction) {
    second.create(1, "/e", 1);
    lag(true);
    second.request(2, Opcode::close_session);
    EXPECT_FALSE(second.over());
    EXPECT_EQ(read(first, 1, "/e"), number(Errc::no_node));
    lag(false);
    EXPECT_EQ(second.xids(), Xids{2});
    EXPECT_TRUE(second.over());
}

TEST_F(EnsembleNodeTest, AnExpiredSessionIsClosedOnceTheMemberHasCaughtUp) {
    lag(true);
    database.deliver(database.close_session(last_welcome.session, now));
    EXPECT_FALSE(second.over());
    lag(false);
    EXPECT_TRUE(second.over());
    EXPECT_EQ(second.xids(), Xids{});
}

TEST_F(EnsembleNodeTest, ARemovedMemberGetsNoTransactions) {
    {
        ServerNode brief(database, options());
        client_of(brief);
    }
    EXPECT_EQ(first.create(1, "/a"), 0);
}

TEST_F(EnsembleNodeTest, HoldAppliesToRepliesThatWaited) {
    RequestFault fault;
    fault.kind = RequestFault::Kind::hold;
    fault.path_prefix = "/b";
    lag(true);
    const auto number = behind.faults().add(fault);
    second.request(1, codec::CreateRequest{"/a", "", open_acl_unsafe(), 0});
    second.request(2, codec::CreateRequest{"/b", "", open_acl_unsafe(), 0});
    lag(false);
    EXPECT_EQ(second.xids(), Xids{1});
    behind.faults().remove(number);
    behind.on_faults_changed(now);
    EXPECT_EQ(second.xids(), Xids{2});
}

}  // namespace
}  // namespace kazoo::server
