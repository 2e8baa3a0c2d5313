// SPDX-License-Identifier: Apache-2.0
#include "server_node_rig.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kazoo::server {
namespace {

using codec::Opcode;

class ServerNodeRequestTest : public testing::Test {
protected:
    /// The single reply to the request.
    template <class... Args>
    Reply one(const Args&... args) {
        const auto replies = client.ask(args...);
        EXPECT_EQ(replies.size(), 1U);
        return replies.empty() ? Reply{} : replies.front();
    }

    Rig rig;
    Client client = rig.client();
};

TEST_F(ServerNodeRequestTest, APingIsAnsweredByItsOwnXid) {
    EXPECT_EQ(one(17, Opcode::ping).xid, codec::ping_xid);
}

TEST_F(ServerNodeRequestTest, AnyOtherXidComesBack) {
    for (const std::int32_t xid : {0, -7, 2'147'483'647}) {
        EXPECT_EQ(one(xid, codec::ExistsRequest{"/", false}).xid, xid);
    }
}

TEST_F(ServerNodeRequestTest, FailedWritesTakeAZxidButNotThoseThatCannotBeRead) {
    const auto missing = one(1, codec::DeleteRequest{"/none", -1});
    EXPECT_EQ(missing.err, number(Errc::no_node));
    EXPECT_EQ(missing.zxid, 2);
    const auto broken = one(2, Opcode::delete_);
    EXPECT_EQ(broken.err, number(Errc::marshalling_error));
    EXPECT_EQ(broken.zxid, 2);
    EXPECT_FALSE(client.over());
}

TEST_F(ServerNodeRequestTest, BodiesThatCannotBeReadKeepTheConnection) {
    for (const Opcode op :
         {Opcode::exists,
          Opcode::get_data,
          Opcode::get_children,
          Opcode::get_children2,
          Opcode::get_acl,
          Opcode::sync,
          Opcode::set_watches,
          Opcode::set_watches2,
          Opcode::add_watch,
          Opcode::check_watches,
          Opcode::remove_watches,
          Opcode::create,
          Opcode::set_data,
          Opcode::multi,
          Opcode::multi_read}) {
        EXPECT_EQ(one(1, op).err, number(Errc::marshalling_error)) << codec::name(op);
        EXPECT_FALSE(client.over());
    }
}

TEST_F(ServerNodeRequestTest, OpcodesThatAreNotForClientsEndTheConnection) {
    for (const Opcode op :
         {Opcode::create_session,
          Opcode::delete_container,
          Opcode::error,
          Opcode::check,
          Opcode::notification,
          Opcode{10},
          Opcode{999}}) {
        client = rig.client();
        client.request(1, op, codec::CheckRequest{"/", -1});
        client.request(2, Opcode::ping);
        const auto replies = client.replies();
        ASSERT_EQ(replies.size(), 1U);
        EXPECT_EQ(replies[0].err, number(Errc::unimplemented));
        EXPECT_EQ(replies[0].zxid, -1);
        EXPECT_TRUE(client.over());
    }
}

TEST_F(ServerNodeRequestTest, RequestsBetweenServersAreReadBeforeTheyAreRefused) {
    for (const Opcode op : {Opcode::create_session, Opcode::delete_container}) {
        const Reply reply = one(1, op);
        EXPECT_EQ(reply.err, number(Errc::marshalling_error)) << codec::name(op);
        EXPECT_FALSE(client.over());
    }
}

TEST_F(ServerNodeRequestTest, AMultiReadOfWritesFailsWithAnEmptyListOfResults) {
    const AclList acl = open_acl_unsafe();
    const codec::MultiOp create{Opcode::create, codec::CreateRequest{"/a", "x", acl, 0}};
    const codec::MultiOp read{Opcode::get_data, codec::GetDataRequest{"/", false}};
    const Reply writes = one(1, Opcode::multi_read, codec::MultiRequest{{create, create}});
    EXPECT_EQ(writes.err, number(Errc::marshalling_error));
    EXPECT_EQ(writes.body.size(), 9U);
    EXPECT_TRUE(writes.as<codec::MultiResponse>().results.empty());
    const Reply mixed = one(2, Opcode::multi_read, codec::MultiRequest{{read, create}});
    EXPECT_EQ(mixed.err, number(Errc::marshalling_error));
    EXPECT_TRUE(mixed.body.empty());
    base::Buffer frame = Client::frame(3, Opcode::multi_read, codec::MultiRequest{{read, read}});
    // Replaces the second operation's path "/" by null, which has no characters.
    const std::size_t path = frame.size() - 9 - 6;
    frame.patch_i32(path, -1);
    frame.erase(path + 4, 1);
    frame.patch_i32(0, static_cast<std::int32_t>(frame.size()) - 4);
    client.send(frame.span());
    const Reply broken = client.replies().back();
    EXPECT_EQ(broken.err, number(Errc::marshalling_error));
    EXPECT_EQ(broken.as<codec::MultiResponse>().results.size(), 1U);
}

TEST_F(ServerNodeRequestTest, IdentitiesComeInApachesOrder) {
    const auto users = [&](int count) {
        Client asking = rig.client();
        for (int i = 0; i < count; ++i) {
            const std::string credential = "user" + std::to_string(i) + ":pw";
            asking.ask(-4, codec::AuthRequest{0, "digest", {credential}});
        }
        std::string order;
        for (const auto& who :
             asking.ask(1, Opcode::who_am_i).back().as<codec::WhoAmIReply>().clients) {
            order += (who.auth_scheme == "ip" ? "ip" : who.user.substr(4)) + ' ';
        }
        return order;
    };
    // The orders in which Apache 3.8.0 and 3.9.5 reply.
    EXPECT_EQ(users(3), "2 1 ip 0 ");
    EXPECT_EQ(users(11), "5 2 8 9 3 10 ip 7 1 0 4 6 ");
    EXPECT_EQ(users(24), "2 10 ip 18 11 13 15 22 19 4 6 23 5 8 9 12 3 14 20 21 7 16 1 17 0 ");
}

TEST_F(ServerNodeRequestTest, AConnectionMayHaveThousandsOfIdentities) {
    constexpr int count = 20'000;
    for (int i = 0; i < count; ++i) {
        const std::string credential = "user" + std::to_string(i) + ":pw";
        ASSERT_EQ(one(-4, codec::AuthRequest{0, "digest", {credential}}).err, 0) << i;
    }
    EXPECT_EQ(
        one(1, Opcode::who_am_i).as<codec::WhoAmIReply>().clients.size(), std::size_t{count} + 1
    );
}

TEST_F(ServerNodeRequestTest, IdentitiesAreBoundedInBytes) {
    const std::string name(500'000, 'x');
    int accepted = 0;
    while (accepted < 1000 && !client.over()) {
        const std::string credential = name + std::to_string(accepted) + ":pw";
        accepted += one(-4, codec::AuthRequest{0, "digest", {credential}}).err == 0 ? 1 : 0;
    }
    EXPECT_GT(accepted, 10);
    EXPECT_LT(accepted, 100);
    EXPECT_TRUE(client.over());
}

TEST_F(ServerNodeRequestTest, OldServersDoNotKnowNewOpcodes) {
    DatabaseOptions options;
    options.profile.minor = 5;
    Rig old(options);
    Client of_old = old.client();
    of_old.request(1, codec::AddWatchRequest{"/", 0});
    EXPECT_EQ(of_old.replies().back().err, number(Errc::unimplemented));
    EXPECT_TRUE(of_old.over());
}

TEST_F(ServerNodeRequestTest, KeeperClosesWithoutAnswers) {
    DatabaseOptions options;
    options.profile.keeper = true;
    Rig keeper(options);
    Client unknown = keeper.client();
    unknown.request(1, Opcode{999});
    EXPECT_EQ(unknown.take_hex(), "");
    EXPECT_TRUE(unknown.over());
    Client leaving = keeper.client();
    leaving.request(1, Opcode::close_session);
    EXPECT_EQ(leaving.take_hex(), "");
    EXPECT_TRUE(leaving.over());
    EXPECT_EQ(keeper.database.sessions().size(), 1U);
}

TEST_F(ServerNodeRequestTest, SyncEchoesAnything) {
    EXPECT_EQ(one(1, codec::SyncRequest{"no path"}).as<codec::SyncReply>().path, "no path");
    EXPECT_EQ(one(1, codec::SyncRequest{""}).as<codec::SyncReply>().path, "");
}

TEST_F(ServerNodeRequestTest, Auth) {
    const auto good = one(-9, codec::AuthRequest{0, "digest", {"bob:secret"}});
    EXPECT_EQ(good.xid, -9);
    EXPECT_EQ(good.zxid, 0);
    EXPECT_EQ(good.err, 0);
    one(-4, codec::AuthRequest{0, "digest", {"bob:secret"}});
    EXPECT_EQ(one(1, Opcode::who_am_i).as<codec::WhoAmIReply>().clients.size(), 2U);
    const AclList mine = creator_all_acl();
    EXPECT_EQ(one(2, codec::CreateRequest{"/mine", "", mine, 0}).err, 0);
    Client other = rig.client();
    EXPECT_EQ(
        other.ask(1, codec::GetDataRequest{"/mine", false}).back().err, number(Errc::no_auth)
    );
    EXPECT_EQ(one(3, codec::GetDataRequest{"/mine", false}).err, 0);
}

TEST_F(ServerNodeRequestTest, AuthThatFailsEndsTheConnection) {
    const auto bad = one(codec::auth_xid, codec::AuthRequest{0, "nonsense", {""}});
    EXPECT_EQ(bad.err, number(Errc::auth_failed));
    EXPECT_EQ(bad.zxid, 0);
    EXPECT_TRUE(client.over());
    EXPECT_EQ(rig.database.sessions().size(), 1U);
}

TEST_F(ServerNodeRequestTest, SaslIsNotConfigured) {
    const auto answer = one(5, codec::SaslRequest{{""}});
    EXPECT_EQ(answer.err, 0);
    EXPECT_EQ(answer.zxid, 0);
    EXPECT_FALSE(answer.as<codec::SaslReply>().token.value.has_value());
    client.request(6, codec::SaslRequest{});
    EXPECT_EQ(client.take_hex(), "");
    EXPECT_TRUE(client.over());
}

TEST_F(ServerNodeRequestTest, EphemeralsOfTheSession) {
    client.create(1, "/keep");
    client.create(2, "/e1", 1);
    client.create(3, "/e2", 1);
    const auto all = one(4, codec::GetEphemeralsRequest{"/"});
    EXPECT_EQ(
        all.as<codec::GetEphemeralsReply>().ephemerals, (std::vector<std::string>{"/e1", "/e2"})
    );
}

TEST_F(ServerNodeRequestTest, CloseSession) {
    client.create(1, "/e", 1);
    Client watcher = rig.client();
    watcher.ask(1, codec::ExistsRequest{"/e", true});
    client.request(2, Opcode::close_session);
    client.request(3, codec::CreateRequest{"/late", "", open_acl_unsafe(), 0});
    const auto replies = client.replies();
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].xid, 2);
    EXPECT_EQ(replies[0].zxid, rig.database.zxid());
    EXPECT_TRUE(client.over());
    EXPECT_EQ(rig.database.tree().find("/late"), nullptr);
    const auto events = watcher.replies();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].event().type, 2);
    Client again = rig.open();
    EXPECT_EQ(again.resume(rig.last_welcome).timeout_ms, 10'000);  // the watcher's session
}

TEST_F(ServerNodeRequestTest, ClosingPipelinedDropsWhatIsBehind) {
    base::Buffer bytes = Client::frame(1, Opcode::close_session);
    const base::Buffer behind = Client::frame(2, Opcode::ping);
    bytes.append(behind.data(), behind.size());
    client.send(bytes.span());
    EXPECT_EQ(client.xids(), std::vector<std::int32_t>{1});
}

TEST_F(ServerNodeRequestTest, AnExpiredSessionIsClosedWithoutAWord) {
    client.create(1, "/e", 1);
    rig.pass(14'001);
    EXPECT_TRUE(client.over());
    EXPECT_EQ(client.take_hex(), "");
    EXPECT_EQ(rig.database.tree().find("/e"), nullptr);
}

TEST_F(ServerNodeRequestTest, RequestsKeepASessionAliveButNotCredentials) {
    for (int i = 0; i < 5; ++i) {
        rig.pass(6000);
        client.request(codec::ping_xid, Opcode::ping);
    }
    EXPECT_FALSE(client.over());
    for (int i = 0; i < 3; ++i) {
        rig.pass(6000);
        client.request(codec::auth_xid, codec::AuthRequest{0, "ip", {""}});
    }
    EXPECT_TRUE(client.over());
}

TEST_F(ServerNodeRequestTest, ReadOnly) {
    client.create(1, "/a");
    rig.member.faults().read_only = true;
    const AclList acl = open_acl_unsafe();
    const std::int64_t zxid = rig.database.zxid();
    const auto expect_refused = [&](const Reply& reply) {
        EXPECT_EQ(reply.err, number(Errc::not_read_only));
        EXPECT_EQ(reply.zxid, zxid);
        EXPECT_TRUE(reply.body.empty());
    };
    expect_refused(one(2, codec::CreateRequest{"/b", "", acl, 0}));
    expect_refused(one(3, codec::SetDataRequest{"/a", "", -1}));
    expect_refused(one(4, codec::DeleteRequest{"/a", -1}));
    expect_refused(one(5, codec::SetAclRequest{"/a", acl, -1}));
    expect_refused(one(6, Opcode::multi, codec::MultiRequest{}));
    expect_refused(one(7, codec::SyncRequest{"/"}));
    expect_refused(one(8, codec::CheckRequest{"/", -1}));
    expect_refused(one(9, Opcode::close_session));
    EXPECT_EQ(one(10, codec::GetDataRequest{"/a", true}).err, 0);
    EXPECT_EQ(one(11, codec::AddWatchRequest{"/a", 0}).err, 0);
    EXPECT_EQ(one(12, Opcode::ping).err, 0);
    EXPECT_FALSE(client.over());
}

TEST_F(ServerNodeRequestTest, DroppedConnections) {
    Client other = rig.client();
    Client fresh = rig.open();
    rig.member.drop_connections(rig.last_welcome.session, rig.now);
    EXPECT_TRUE(other.over());
    EXPECT_FALSE(client.over());
    rig.member.drop_connections(0, rig.now);
    EXPECT_TRUE(client.over());
    EXPECT_TRUE(fresh.over());
    EXPECT_EQ(rig.member.connection_count(), 0U);
    EXPECT_EQ(rig.database.sessions().size(), 2U);
}

}  // namespace
}  // namespace kazoo::server
