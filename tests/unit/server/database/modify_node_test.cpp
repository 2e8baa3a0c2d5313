// SPDX-License-Identifier: Apache-2.0
#include "database_world.hpp"

#include <gtest/gtest.h>

#include <array>

namespace kazoo::server {
namespace {

using codec::Opcode;

const ZnodeStat* stat_of(const WriteResult& result) {
    const auto* reply = std::get_if<codec::StatReply>(&result.body);
    return reply == nullptr ? nullptr : &reply->stat;
}

TEST(WriteDelete, RemovesTheNodeAndUpdatesTheParent) {
    DatabaseWorld world;
    world.create("/a", 0, Opcode::create2, read_acl_unsafe());
    const WriteResult result = world.remove("/a", 0);
    EXPECT_EQ(result.err, 0);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(result.body));
    EXPECT_FALSE(world.has("/a"));
    EXPECT_EQ(world.stat("/").pzxid, result.transaction->zxid);
    EXPECT_EQ(world.stat("/").cversion, 1);  // -1, one created, one deleted
    ASSERT_EQ(result.transaction->changes.size(), 1U);
    const Change& change = result.transaction->changes[0];
    EXPECT_EQ(change.type, ChangeType::deleted);
    EXPECT_EQ(change.path, "/a");
    ASSERT_NE(change.acl, nullptr);
    EXPECT_EQ(*change.acl, read_acl_unsafe());
    ASSERT_NE(change.parent_acl, nullptr);
    EXPECT_EQ(*change.parent_acl, open_acl_unsafe());
}

TEST(WriteDelete, RefusesInZooKeepersOrder) {
    DatabaseWorld world;
    world.create("/a");
    world.create("/a/b");
    world.create("/locked", 0, Opcode::create2, only(Permissions::all & ~Permissions::delete_));
    world.create("/locked/x");
    world.create("/open");
    world.create("/open/x", 0, Opcode::create2, only(0));
    const struct {
        std::string_view path;
        std::int32_t version;
        Errc err;
    } refusals[] = {
        {"a", -1, Errc::bad_arguments},
        {"", -1, Errc::bad_arguments},
        {std::string_view("/\0", 2), -1, Errc::bad_arguments},
        {"/", -1, Errc::bad_arguments},
        {"/zookeeper", -1, Errc::bad_arguments},
        {"/zookeeper/quota", -1, Errc::bad_arguments},
        {"/zookeeper/config", -1, Errc::bad_arguments},
        {"/m/x", -1, Errc::no_node},
        {"/a/", -1, Errc::no_node},
        {"/m", -1, Errc::no_node},
        {"/locked/x", -1, Errc::no_auth},
        {"/locked/m", -1, Errc::no_auth},
        {"/a", 1, Errc::bad_version},
        {"/a", -2, Errc::bad_version},
        {"/a", 0, Errc::not_empty},
        {"/open/x", -1, Errc::ok},  // needs no permission on the node itself
    };
    for (const auto& refusal : refusals) {
        EXPECT_EQ(world.remove(refusal.path, refusal.version).err, code(refusal.err))
            << refusal.path;
    }
}

TEST(WriteSetData, ChangesDataVersionAndTimes) {
    DatabaseWorld world;
    world.create("/a");
    world.pass(50);
    const WriteResult result = world.set("/a", "longer data", 0);
    ASSERT_NE(stat_of(result), nullptr);
    EXPECT_EQ(*stat_of(result), world.stat("/a"));
    EXPECT_EQ(stat_of(result)->version, 1);
    EXPECT_EQ(stat_of(result)->mzxid, result.transaction->zxid);
    EXPECT_EQ(stat_of(result)->mtime, world.now.wall.time_since_epoch().count());
    EXPECT_EQ(stat_of(result)->ctime, world.now.wall.time_since_epoch().count() - 50);
    EXPECT_EQ(stat_of(result)->data_length, 11);
    ASSERT_EQ(result.transaction->changes.size(), 1U);
    EXPECT_EQ(result.transaction->changes[0].type, ChangeType::data_changed);
    EXPECT_NE(result.transaction->changes[0].acl, nullptr);
    world.set("/a", std::nullopt);
    EXPECT_EQ(world.database.tree().find("/a")->data, std::nullopt);
    EXPECT_EQ(world.stat("/a").version, 2);
}

TEST(WriteSetData, RefusesInZooKeepersOrder) {
    DatabaseWorld world;
    world.create("/a");
    world.create("/locked", 0, Opcode::create2, read_acl_unsafe());
    const struct {
        std::string_view path;
        std::int32_t version;
        Errc err;
    } refusals[] = {
        {"", -1, Errc::bad_arguments},
        {"a", -1, Errc::bad_arguments},
        {"/m/", -1, Errc::bad_arguments},
        {"/m", -1, Errc::no_node},
        {"/locked", 9, Errc::no_auth},
        {"/a", 1, Errc::bad_version},
        {"/a", -2, Errc::bad_version},
        {"/", -1, Errc::ok},
    };
    for (const auto& refusal : refusals) {
        EXPECT_EQ(world.set(refusal.path, "x", refusal.version).err, code(refusal.err))
            << refusal.path;
    }
}

TEST(WriteSetAcl, ChangesOnlyTheAversion) {
    DatabaseWorld world;
    world.create("/a");
    const ZnodeStat before = world.stat("/a");
    const WriteResult result = world.set_acl("/a", read_acl_unsafe(), 0);
    ASSERT_NE(stat_of(result), nullptr);
    ZnodeStat expected = before;
    expected.aversion = 1;
    EXPECT_EQ(*stat_of(result), expected);
    EXPECT_TRUE(result.transaction->changes.empty());
    ASSERT_EQ(result.transaction->effects.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<SetAclEffect>(result.transaction->effects[0]));
}

TEST(WriteSetAcl, RefusesInZooKeepersOrder) {
    DatabaseWorld world;
    world.create("/a");
    world.create("/locked", 0, Opcode::create2, read_acl_unsafe());
    EXPECT_EQ(world.set_acl("a", {}).err, code(Errc::bad_arguments));
    EXPECT_EQ(world.set_acl("/m", {}).err, code(Errc::invalid_acl));
    EXPECT_EQ(world.set_acl("/m", read_acl_unsafe()).err, code(Errc::no_node));
    EXPECT_EQ(world.set_acl("/locked", read_acl_unsafe(), 9).err, code(Errc::no_auth));
    EXPECT_EQ(world.set_acl("/a", read_acl_unsafe(), 1).err, code(Errc::bad_version));
}

TEST(WriteSetAcl, ASuperUserPassesEveryAcl) {
    DatabaseWorld world;
    world.create("/locked", 0, Opcode::create2, read_acl_unsafe());
    world.identities.emplace_back("super", "");
    EXPECT_EQ(world.set_acl("/locked", open_acl_unsafe()).err, 0);
    EXPECT_EQ(world.set("/zookeeper/config", "x").err, 0);
}

TEST(WriteOther, ReconfigIsDisabled) {
    DatabaseWorld world;
    const codec::ReconfigRequest request{"server.2=a:1:2;3", std::nullopt, std::nullopt, -1};
    const WriteResult result = world.write(request);
    EXPECT_EQ(result.err, code(Errc::reconfig_disabled));
    EXPECT_EQ(result.transaction->zxid, 2);
    EXPECT_EQ(world.write_bytes(Opcode::reconfig, {}).err, code(Errc::marshalling_error));
}

TEST(WriteOther, AStandaloneServerHasNoConfigurationEvenIfReconfigIsEnabled) {
    DatabaseOptions options;
    options.reconfig_enabled = true;
    DatabaseWorld world(options);
    const codec::ReconfigRequest request{"server.2=a:1:2;3", std::nullopt, std::nullopt, -1};
    EXPECT_EQ(world.write(request).err, code(Errc::unimplemented));
}

TEST(WriteOther, OtherOperationsAreUnknown) {
    DatabaseWorld world;
    const std::array<std::byte, 8> body{};
    for (const Opcode op :
         {Opcode::get_data, Opcode::check, Opcode::delete_container, Opcode::create_session}) {
        const WriteResult result = world.write_bytes(op, body);
        EXPECT_EQ(result.err, code(Errc::unimplemented));
        EXPECT_EQ(result.transaction, nullptr);
    }
}

TEST(WriteOther, EveryTruncatedRequestIsRefused) {
    DatabaseWorld world;
    base::Buffer body;
    codec::Encoder out(body);
    encode(out, codec::CreateTtlRequest{"/a", "data", open_acl_unsafe(), 5, 100});
    for (std::size_t size = 0; size < body.size(); ++size) {
        const std::vector<std::byte> part(body.data(), body.data() + size);
        EXPECT_EQ(world.write_bytes(Opcode::create_ttl, part).err, code(Errc::marshalling_error));
    }
    EXPECT_EQ(world.database.zxid(), 1);
    body.append("trailing bytes", 14);
    EXPECT_EQ(world.write_bytes(Opcode::create_ttl, body.span()).err, 0);
}

TEST(WriteQuota, HardLimitsAreEnforcedOnRequest) {
    for (const bool enforced : {true, false}) {
        DatabaseOptions options;
        options.enforce_quota = enforced;
        DatabaseWorld world(options);
        world.create("/a");
        world.create("/zookeeper/quota/a");
        world.create("/zookeeper/quota/a/zookeeper_limits");
        world.set("/zookeeper/quota/a/zookeeper_limits", "byteHardLimit=10;countHardLimit=2");
        world.create("/zookeeper/quota/a/zookeeper_stats");
        const auto refused = enforced ? static_cast<std::int32_t>(Errc::quota_exceeded) : 0;
        EXPECT_EQ(world.create("/a/b").err, 0);  // "data": 8 of 10 bytes are used
        EXPECT_EQ(world.create("/a/c").err, refused);
        EXPECT_EQ(world.set("/a/b", "1234567").err, refused);
        EXPECT_EQ(world.set("/a/b", "1").err, 0);
        EXPECT_EQ(world.create("/apart").err, 0);
        EXPECT_EQ(
            world
                .multi(
                    {{Opcode::create, codec::CreateRequest{"/a/d", "", open_acl_unsafe(), 0}},
                     {Opcode::create, codec::CreateRequest{"/a/e", "", open_acl_unsafe(), 0}}}
                )
                .err,
            0
        );
        EXPECT_EQ(world.has("/a/d"), !enforced);
    }
}

}  // namespace
}  // namespace kazoo::server
