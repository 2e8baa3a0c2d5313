// SPDX-License-Identifier: Apache-2.0
// Failures of single allocations: a transaction is published completely or has no effect, and only
// the connection whose request failed is closed.

#include "server_node_rig.hpp"
#include "support/allocations/allocations.hpp"
#include "unit/server/database/database_world.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::server {
namespace {

using codec::MultiOp;
using codec::Opcode;
using testing_support::Shortage;

/// Calls `use` with the nth allocation failing. Returns whether one failed.
template <class Use>
bool with_failure(long nth, Use&& use) {
    const Shortage shortage(nth);
    use();
    return shortage.met();
}

using Nodes = std::map<std::string, std::pair<ZnodeStat, std::string>>;

Nodes nodes_of(const Tree& tree) {
    Nodes nodes;
    const Node* const root = tree.find("/");
    for (const Node* at = root; at != nullptr; at = next_below(*root, at)) {
        nodes.emplace(at->path, std::pair(tree.stat(*at), at->data.value_or("null")));
    }
    return nodes;
}

/// The effects of all transactions, applied to a new tree.
Nodes replayed(const std::vector<std::shared_ptr<const Transaction>>& transactions) {
    Tree tree;
    for (const auto& transaction : transactions) {
        for (const Effect& effect : transaction->effects) {
            EXPECT_TRUE(tree.apply(effect, transaction->zxid, transaction->wall));
        }
    }
    return nodes_of(tree);
}

/// Calls `act` on a database with each of its allocations failing in turn: a call that fails has no
/// effect and no transaction.
void expect_all_or_nothing(const std::function<void(DatabaseWorld&)>& act) {
    long nth = 0;
    bool failed = true;
    while (failed) {
        ++nth;
        DatabaseWorld world;
        world.create("/a");
        world.create("/a/e", 1);
        world.create("/old");
        world.create("/zookeeper/quota/old");
        world.create("/zookeeper/quota/old/zookeeper_limits");
        world.create("/zookeeper/quota/old/zookeeper_stats");
        world.seen.reserve(100);
        const Nodes before = nodes_of(world.database.tree());
        const std::int64_t zxid = world.database.zxid();
        const auto sessions = world.database.sessions().buckets();
        bool threw = false;
        failed = with_failure(nth, [&] {
            try {
                act(world);
            } catch (const std::bad_alloc&) {
                threw = true;
            }
        });
        ASSERT_EQ(threw, failed) << nth;
        const Nodes after = nodes_of(world.database.tree());
        if (threw) {
            ASSERT_EQ(after, before) << nth;
            ASSERT_EQ(world.database.zxid(), zxid) << nth;
            ASSERT_EQ(world.database.sessions().buckets(), sessions) << nth;
            ASSERT_EQ(world.database.tree().ephemerals(world.session).size(), 1U) << nth;
        }
        ASSERT_EQ(after, replayed(world.seen)) << nth;
        ASSERT_EQ(world.seen.back()->zxid, world.database.zxid()) << nth;
    }
    EXPECT_GT(nth, 2);
}

/// Executes a write whose request is encoded before memory runs out.
template <class Request>
std::function<void(DatabaseWorld&)> writing(Opcode op, const Request& request) {
    base::Buffer body;
    codec::Encoder out(body);
    encode(out, request);
    const std::vector<std::byte> bytes(body.span().begin(), body.span().end());
    return [op, bytes](DatabaseWorld& world) { world.write_bytes(op, bytes); };
}

TEST(DatabaseOutOfMemory, AWriteHasNoEffectOrIsPublished) {
    const AclList acl = open_acl_unsafe();
    const AclList other = read_acl_unsafe();
    const std::string data(100, 'x');
    expect_all_or_nothing(writing(Opcode::create2, codec::CreateRequest{"/old/s", data, acl, 3}));
    expect_all_or_nothing(writing(Opcode::create, codec::CreateRequest{"/b", data, other, 1}));
    expect_all_or_nothing(writing(
        Opcode::create_container, codec::CreateRequest{"/container-with-a-name", data, acl, 4}
    ));
    expect_all_or_nothing(writing(Opcode::set_data, codec::SetDataRequest{"/old", data, -1}));
    expect_all_or_nothing(writing(Opcode::set_acl, codec::SetAclRequest{"/old", other, -1}));
    expect_all_or_nothing(writing(Opcode::delete_, codec::DeleteRequest{"/a/e", -1}));
}

TEST(DatabaseOutOfMemory, AMultiHasNoEffectOrIsPublished) {
    const AclList acl = open_acl_unsafe();
    const std::string data(100, 'x');
    expect_all_or_nothing(writing(
        Opcode::multi,
        codec::MultiRequest{std::vector<MultiOp>{
            {Opcode::set_data, codec::SetDataRequest{"/old", data, -1}},
            {Opcode::delete_, codec::DeleteRequest{"/a/e", -1}},
            {Opcode::create, codec::CreateRequest{"/a/e", data, acl, 0}},
            {Opcode::create2, codec::CreateRequest{"/old/b", data, acl, 2}}}}
    ));
}

TEST(DatabaseOutOfMemory, TheEndOfASessionHasNoEffectOrIsPublished) {
    expect_all_or_nothing([](DatabaseWorld& world) { world.close_session(); });
}

TEST(DatabaseOutOfMemory, ASessionThatIsTouchedStaysInItsBucket) {
    expect_all_or_nothing([](DatabaseWorld& world) {
        world.pass(5'000);
        world.database.touch_session(world.session, world.now);
    });
}

TEST(DatabaseOutOfMemory, ANewSessionHasNoEffectOrIsPublished) {
    expect_all_or_nothing([](DatabaseWorld& world) { world.create_session(); });
}

class ServerNodeOutOfMemory : public testing::Test {
protected:
    /// Sends a create with the nth allocation failing. Returns whether one failed.
    bool send_create(long nth, Client& client) {
        const AclList acl = open_acl_unsafe();
        const auto frame =
            Client::frame(1, Opcode::create, codec::CreateRequest{"/a/b", "data", acl, 0});
        return with_failure(nth, [&] { client.send(frame.span()); });
    }
    static ServerNodeOptions replica() {
        ServerNodeOptions options;
        options.replica = true;
        return options;
    }
};

TEST_F(ServerNodeOutOfMemory, ClosesTheConnectionOfTheRequest) {
    bool failed = true;
    int closed = 0;
    for (long nth = 1; failed; ++nth) {
        Rig rig;
        Client client = rig.client();
        Client other = rig.client();
        other.create(1, "/a");
        const std::int64_t zxid = rig.database.zxid();
        failed = send_create(nth, client);
        const bool created = rig.database.tree().find("/a/b") != nullptr;
        EXPECT_EQ(created, rig.database.zxid() == zxid + 1) << nth;
        closed += client.over() ? 1 : 0;
        if (!client.over()) {
            EXPECT_EQ(client.replies().back().err, 0) << nth;
        }
        EXPECT_FALSE(other.over()) << nth;
        EXPECT_EQ(other.create(2, "/c"), 0) << nth;
    }
    EXPECT_GT(closed, 0);
}

TEST_F(ServerNodeOutOfMemory, ReplicasMissNoTransaction) {
    bool failed = true;
    for (long nth = 1; failed; ++nth) {
        Time now = start_time;
        Database database{{}};
        ServerNode first{database, replica()};
        ServerNode second{database, replica()};
        Client client(first, now);
        client.connect();
        Client other(second, now);
        other.connect();
        other.create(1, "/a");
        failed = send_create(nth, client);
        first.on_time(now);
        second.on_time(now);
        EXPECT_EQ(first.applied_zxid(), database.zxid()) << nth;
        EXPECT_EQ(second.applied_zxid(), database.zxid()) << nth;
        const auto expected = database.tree().find("/a/b") != nullptr ? Errc::ok : Errc::no_node;
        EXPECT_EQ(other.ask(2, codec::GetDataRequest{"/a/b", false}).back().err, number(expected))
            << nth;
    }
}

}  // namespace
}  // namespace kazoo::server
