// SPDX-License-Identifier: Apache-2.0
// Random writes: a tree built from the transactions alone equals Database's.
#include "database_world.hpp"
#include "values/random.hpp"

#include <gtest/gtest.h>

#include <array>

namespace kazoo::server {
namespace {

using codec::MultiOp;
using codec::Opcode;

constexpr std::array<std::string_view, 8> paths{
    "/a", "/b", "/a/a", "/a/b", "/b/a", "/a/a/a", "/a/s-", "/b/"};

class Writer {
public:
    Writer(DatabaseWorld& world, std::uint64_t seed) : world_(world), random_(seed) {}

    void write() {
        switch (below(8)) {
            case 0:
                return void(world_.create_ttl(path(), 1 + below(5'000), 5 + below(2)));
            case 1:
                return void(world_.set_acl(path(), acl(), version()));
            case 2:
                return void(world_.create(path(), 4, Opcode::create_container));
            case 3:
            case 4:
                return multi();
            default:
                return single(op());
        }
    }

private:
    int below(int limit) {
        return static_cast<int>(random_.next() % static_cast<std::uint64_t>(limit));
    }
    std::string_view path() { return paths[static_cast<std::size_t>(below(paths.size()))]; }
    std::int32_t version() { return below(3) - 1; }
    AclList acl() { return below(4) == 0 ? only(below(32)) : open_acl_unsafe(); }

    MultiOp op() {
        switch (below(4)) {
            case 0:
                return {Opcode::delete_, codec::DeleteRequest{path(), version()}};
            case 1:
                return {Opcode::set_data, codec::SetDataRequest{path(), "more", version()}};
            default:
                return {Opcode::create, codec::CreateRequest{path(), "x", acl(), below(4)}};
        }
    }
    void single(const MultiOp& op) {
        if (const auto* create = std::get_if<codec::CreateRequest>(&op.request)) {
            world_.write(*create);
        } else if (const auto* deletion = std::get_if<codec::DeleteRequest>(&op.request)) {
            world_.write(*deletion);
        } else {
            world_.write(std::get<codec::SetDataRequest>(op.request));
        }
    }
    void multi() {
        std::vector<MultiOp> ops;
        for (int left = below(4); left >= 0; --left) {
            ops.push_back(op());
        }
        world_.multi(std::move(ops));
    }

    DatabaseWorld& world_;
    base::Random random_;
};

void expect_same(const Tree& a, const Tree& b, const Node& node) {
    const Node* other = b.find(node.path);
    ASSERT_NE(other, nullptr) << node.path;
    EXPECT_EQ(a.stat(node), b.stat(*other)) << node.path;
    EXPECT_EQ(node.data, other->data) << node.path;
    EXPECT_EQ(a.acl(node), b.acl(*other)) << node.path;
    EXPECT_EQ(a.children(node), b.children(*other)) << node.path;
    for (const Node* child : node.children) {
        expect_same(a, b, *child);
    }
}

class DatabaseReplay : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(DatabaseReplay, TransactionsAloneGiveTheSameTree) {
    DatabaseWorld world;
    Writer writer(world, GetParam());
    world.database.on_time(world.now);
    for (int i = 0; i < 600; ++i) {
        writer.write();
        world.pass(200);  // the session expires now and then; the reaper runs twice
        if (i % 50 != 49) {
            world.database.touch_session(world.session, world.now);
        }
        if (i % 150 == 149) {
            world.close_session();
            world.session = world.create_session();
        }
        world.database.on_time(world.now);
    }

    Tree replica;
    std::int64_t last = 0;
    std::size_t effects = 0;
    for (const auto& transaction : world.seen) {
        EXPECT_EQ(transaction->zxid, last + 1);
        last = transaction->zxid;
        effects += transaction->effects.size();
        for (const Effect& effect : transaction->effects) {
            EXPECT_TRUE(replica.apply(effect, transaction->zxid, transaction->wall));
        }
    }
    EXPECT_EQ(last, world.database.zxid());
    EXPECT_GT(effects, 100U);
    expect_same(world.database.tree(), replica, *world.database.tree().find("/"));
    EXPECT_EQ(replica.node_count(), world.database.tree().node_count());
}

INSTANTIATE_TEST_SUITE_P(Seeds, DatabaseReplay, ::testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace kazoo::server
