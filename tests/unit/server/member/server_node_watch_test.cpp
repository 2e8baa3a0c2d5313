// SPDX-License-Identifier: Apache-2.0
#include "server_node_rig.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kazoo::server {
namespace {

using codec::Opcode;

class ServerNodeWatchTest : public testing::Test {
protected:
    /// "type path@zxid" for each event, "xid" for each reply.
    static std::vector<std::string> log(Client& client) {
        std::vector<std::string> lines;
        for (const Reply& reply : client.replies()) {
            const auto event = reply.is_event() ? reply.event() : codec::WatcherEvent{};
            lines.push_back(
                reply.is_event() ? std::to_string(event.type) + " " + event.path + "@" +
                                       std::to_string(reply.zxid)
                                 : std::to_string(reply.xid)
            );
        }
        return lines;
    }
    using Lines = std::vector<std::string>;

    Rig rig;
    Client writer = rig.client();   // zxid 1
    Client watcher = rig.client();  // zxid 2
};

TEST_F(ServerNodeWatchTest, TheEventComesBeforeTheReplyOfItsWrite) {
    writer.ask(1, codec::ExistsRequest{"/a", true});
    writer.request(2, codec::CreateRequest{"/a", "", open_acl_unsafe(), 0});
    EXPECT_EQ(log(writer), (Lines{"1 /a@3", "2"}));
    writer.request(3, codec::SetDataRequest{"/a", "", -1});
    EXPECT_EQ(log(writer), (Lines{"3"}));
}

TEST_F(ServerNodeWatchTest, ReadsSetThem) {
    writer.create(1, "/a");
    watcher.ask(1, codec::GetDataRequest{"/a", true});
    watcher.ask(2, codec::GetChildrenRequest{"/a", true});
    watcher.ask(3, codec::GetChildren2Request{"/", true});
    watcher.ask(4, codec::GetDataRequest{"/none", true});
    writer.create(2, "/a/b");
    writer.ask(3, codec::DeleteRequest{"/a/b", -1});
    writer.ask(4, codec::SetDataRequest{"/a", "", -1});
    writer.ask(5, codec::DeleteRequest{"/a", -1});
    writer.create(6, "/none");
    EXPECT_EQ(log(watcher), (Lines{"4 /a@4", "3 /a@6", "4 /@7"}));
}

TEST_F(ServerNodeWatchTest, OldServersHideTheZxid) {
    DatabaseOptions options;
    options.profile.minor = 8;
    Rig old(options);
    Client client = old.client();
    client.ask(1, codec::ExistsRequest{"/a", true});
    client.request(2, codec::CreateRequest{"/a", "", open_acl_unsafe(), 0});
    EXPECT_EQ(log(client), (Lines{"1 /a@-1", "2"}));
}

TEST_F(ServerNodeWatchTest, EventsAreForThoseWhoMayRead) {
    writer.ask(-4, codec::AuthRequest{0, "digest", {"bob:secret"}});
    watcher.ask(1, codec::AddWatchRequest{"/", 1});
    writer.ask(2, codec::CreateRequest{"/mine", "", creator_all_acl(), 0});
    EXPECT_EQ(log(watcher), Lines{});
    watcher.ask(-4, codec::AuthRequest{0, "digest", {"bob:secret"}});
    writer.ask(3, codec::SetDataRequest{"/mine", "", -1});
    EXPECT_EQ(log(watcher), (Lines{"3 /mine@4"}));
}

TEST_F(ServerNodeWatchTest, AddWatchTakesAnyPathButNotAnyMode) {
    EXPECT_EQ(watcher.ask(1, codec::AddWatchRequest{"foo", 0}).back().err, 0);
    const auto good = watcher.ask(2, codec::AddWatchRequest{"/a", 1}).back();
    EXPECT_EQ(good.as<codec::ErrorResponse>().err, 0);
    const auto bad = watcher.ask(3, codec::AddWatchRequest{"/a", 2}).back();
    EXPECT_EQ(bad.err, number(Errc::marshalling_error));
}

TEST_F(ServerNodeWatchTest, CheckAndRemove) {
    const auto check = [&](std::int32_t type) {
        return watcher.ask(1, codec::CheckWatchesRequest{"/a", type}).back().err;
    };
    const auto remove = [&](std::int32_t type) {
        return watcher.ask(1, codec::RemoveWatchesRequest{"/a", type}).back().err;
    };
    watcher.ask(1, codec::ExistsRequest{"/a", true});
    watcher.ask(2, codec::AddWatchRequest{"/a", 0});
    EXPECT_EQ(check(1), number(Errc::no_watcher));
    EXPECT_EQ(check(2), 0);
    EXPECT_EQ(check(3), 0);
    EXPECT_EQ(check(4), 0);
    EXPECT_EQ(check(5), number(Errc::no_watcher));
    EXPECT_EQ(check(6), number(Errc::marshalling_error));
    EXPECT_EQ(check(0), number(Errc::marshalling_error));
    EXPECT_EQ(remove(2), 0);
    EXPECT_EQ(remove(2), number(Errc::no_watcher));
    EXPECT_EQ(remove(3), 0);
    writer.create(1, "/a");
    EXPECT_EQ(log(watcher), Lines{});
}

TEST_F(ServerNodeWatchTest, OldServersDoNotKnowTheNewTypes) {
    DatabaseOptions options;
    options.profile.minor = 8;
    Rig old(options);
    Client client = old.client();
    client.ask(1, codec::AddWatchRequest{"/a", 0});
    EXPECT_EQ(
        client.ask(2, codec::RemoveWatchesRequest{"/a", 4}).back().err,
        number(Errc::marshalling_error)
    );
}

TEST_F(ServerNodeWatchTest, SetWatchesCatchesUp) {
    writer.create(1, "/changed");                              // 3
    writer.create(2, "/same");                                 // 4
    writer.ask(3, codec::SetDataRequest{"/changed", "", -1});  // 5
    writer.create(4, "/same/child");                           // 6
    watcher.request(
        9,
        codec::SetWatches2Request{
            5,
            {"/gone", "/changed", "/same"},
            {"/same", "/missing"},
            {"/gone", "/same", "/changed"},
            {"/p"},
            {"/r"}}
    );
    EXPECT_EQ(log(watcher), (Lines{"2 /gone@-1", "1 /same@-1", "2 /gone@-1", "4 /same@-1", "9"}));
    writer.ask(5, codec::SetDataRequest{"/same", "", -1});  // 7
    writer.create(6, "/missing");                           // 8
    writer.create(7, "/changed/child");                     // 9
    writer.create(8, "/p");                                 // 10
    writer.create(9, "/r");                                 // 11
    writer.create(10, "/r/x");                              // 12
    EXPECT_EQ(
        log(watcher),
        (Lines{"3 /same@7", "1 /missing@8", "4 /changed@9", "1 /p@10", "1 /r@11", "1 /r/x@12"})
    );
}

TEST_F(ServerNodeWatchTest, PersistentWatchesDoNotFireForMissedChanges) {
    writer.create(1, "/a");
    writer.create(2, "/gone");
    writer.ask(3, codec::DeleteRequest{"/gone", -1});
    watcher.request(9, codec::SetWatches2Request{2, {}, {}, {}, {"/", "/a", "/gone"}, {"/", "/a"}});
    EXPECT_EQ(log(watcher), Lines{"9"});
    writer.ask(4, codec::SetDataRequest{"/a", "", -1});
    EXPECT_EQ(log(watcher), Lines{"3 /a@6"});
}

TEST_F(ServerNodeWatchTest, TheOldSetWatches) {
    writer.create(1, "/a");
    watcher.request(9, codec::SetWatchesRequest{0, {"/a"}, {"/b"}, {"/a"}});
    EXPECT_EQ(log(watcher), (Lines{"3 /a@-1", "4 /a@-1", "9"}));
}

TEST_F(ServerNodeWatchTest, SetWatchesRefusesNull) {
    // relativeZxid, then a null vector and two empty ones
    watcher.send_hex("0000001c 00000009 00000065 0000000000000000 ffffffff 00000000 00000000");
    EXPECT_EQ(watcher.replies().back().err, number(Errc::marshalling_error));
    // a null path
    watcher.send_hex(
        "00000020 00000009 00000065 0000000000000000 00000001 ffffffff 00000000 00000000"
    );
    EXPECT_EQ(watcher.replies().back().err, number(Errc::marshalling_error));
    EXPECT_FALSE(watcher.over());
}

TEST_F(ServerNodeWatchTest, TheyDieWithTheConnection) {
    const auto session = rig.last_welcome;
    watcher.ask(1, codec::AddWatchRequest{"/", 1});
    Client again = rig.open();
    again.resume(session);
    writer.create(1, "/a");
    EXPECT_EQ(log(again), Lines{});
    EXPECT_EQ(log(watcher), Lines{});
}

}  // namespace
}  // namespace kazoo::server
