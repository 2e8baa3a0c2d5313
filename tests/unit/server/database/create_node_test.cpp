// SPDX-License-Identifier: Apache-2.0
#include "database_world.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace kazoo::server {
namespace {

using codec::Opcode;

TEST(CreateNode, ReturnsThePathAndWithCreate2TheStat) {
    DatabaseWorld world;
    const WriteResult plain = world.create("/a", 0, Opcode::create);
    EXPECT_EQ(plain.err, 0);
    EXPECT_TRUE(std::holds_alternative<codec::CreateReply>(plain.body));
    EXPECT_EQ(created_path(plain), "/a");

    const WriteResult full = world.create("/b", 0, Opcode::create2);
    const auto* reply = std::get_if<codec::Create2Reply>(&full.body);
    ASSERT_NE(reply, nullptr);
    EXPECT_EQ(reply->path, "/b");
    EXPECT_EQ(reply->stat, world.stat("/b"));
    EXPECT_EQ(reply->stat.czxid, full.transaction->zxid);
    EXPECT_EQ(reply->stat.ctime, world.now.wall.time_since_epoch().count());
    EXPECT_EQ(reply->stat.data_length, 4);
}

TEST(CreateNode, DistinguishesNullDataFromEmpty) {
    DatabaseWorld world;
    world.write(codec::CreateRequest{"/null", std::nullopt, open_acl_unsafe(), 0});
    world.write(codec::CreateRequest{"/empty", "", open_acl_unsafe(), 0});
    EXPECT_EQ(world.database.tree().find("/null")->data, std::nullopt);
    EXPECT_EQ(world.database.tree().find("/empty")->data, std::string());
}

TEST(CreateNode, TheTransactionRecordsTheChanges) {
    DatabaseWorld world;
    const WriteResult result = world.create("/e", 1);
    ASSERT_EQ(world.seen.back(), result.transaction);
    const Transaction& transaction = *result.transaction;
    ASSERT_EQ(transaction.effects.size(), 1U);
    const auto* effect = std::get_if<CreateEffect>(&transaction.effects[0]);
    ASSERT_NE(effect, nullptr);
    EXPECT_EQ(effect->path, "/e");
    EXPECT_EQ(effect->data, "data");
    EXPECT_EQ(effect->acl, open_acl_unsafe());
    EXPECT_EQ(effect->kind, NodeKind::ephemeral);
    EXPECT_EQ(effect->owner, world.session);
    ASSERT_EQ(transaction.changes.size(), 1U);
    EXPECT_EQ(transaction.changes[0].type, ChangeType::created);
    ASSERT_NE(transaction.changes[0].acl, nullptr);
    EXPECT_EQ(*transaction.changes[0].acl, open_acl_unsafe());
    EXPECT_NE(transaction.changes[0].parent_acl, nullptr);
    EXPECT_EQ(world.stat("/e").ephemeral_owner, world.session);
}

TEST(CreateNode, ChangesCarryNoAclWhereEventsAreNotFiltered) {
    DatabaseOptions options;
    options.profile.patch = 1;  // 3.9.1
    DatabaseWorld world(options);
    const WriteResult result = world.create("/a");
    EXPECT_EQ(result.transaction->changes[0].acl, nullptr);
    EXPECT_EQ(result.transaction->changes[0].parent_acl, nullptr);
}

TEST(CreateNode, SequenceNumbersCountAllCreationsUnderTheParent) {
    DatabaseWorld world;
    world.create("/p");
    world.create("/p/x");
    world.create("/p/y");
    world.remove("/p/x");
    EXPECT_EQ(created_path(world.create("/p/s-", 2)), "/p/s-0000000002");
    EXPECT_EQ(created_path(world.create("/p/", 3)), "/p/0000000003");
    EXPECT_EQ(world.create("/p/y").err, code(Errc::node_exists));
    EXPECT_EQ(created_path(world.create("/p/s-", 2, Opcode::create)), "/p/s-0000000004");
    EXPECT_EQ(created_path(world.create("/q", 2)), "/q0000000001");
}

TEST(CreateNode, FailuresTakeAZxidWithoutChanges) {
    DatabaseWorld world;
    const WriteResult result = world.create("/missing/a");
    EXPECT_EQ(result.err, code(Errc::no_node));
    ASSERT_NE(result.transaction, nullptr);
    EXPECT_EQ(result.transaction->zxid, 2);
    EXPECT_TRUE(result.transaction->effects.empty());
    EXPECT_TRUE(result.transaction->changes.empty());
    EXPECT_EQ(world.seen.back(), result.transaction);
}

TEST(CreateNode, UndecodableRequestsTakeNoZxid) {
    DatabaseWorld world;
    const std::array<std::byte, 3> body{};
    const WriteResult result = world.write_bytes(Opcode::create, body);
    EXPECT_EQ(result.err, code(Errc::marshalling_error));
    EXPECT_EQ(result.transaction, nullptr);
    EXPECT_EQ(world.database.zxid(), 1);
    EXPECT_EQ(world.seen.size(), 1U);
}

TEST(CreateNode, ANullPathIsAMarshallingError) {
    DatabaseWorld world;
    base::Buffer body;
    codec::Encoder out(body);
    out.i32(-1);                                                 // path
    out.i32(-1);                                                 // data
    encode(out, codec::RequestHeader{0, Opcode::notification});  // no acl, flags 0
    const WriteResult result = world.write_bytes(Opcode::create, body.span());
    EXPECT_EQ(result.err, code(Errc::marshalling_error));
    EXPECT_EQ(world.database.zxid(), 2);
}

struct Refusal {
    const char* what;
    std::string_view path;
    Errc err;
    std::int32_t flags = 0;
};

TEST(CreateNode, RefusesInZooKeepersOrder) {
    DatabaseWorld world;
    world.create("/a");
    world.create("/e", 1);
    world.create("/locked", 0, Opcode::create2, only(Permissions::all & ~Permissions::create));
    const Refusal refusals[] = {
        {"no slash", "a", Errc::bad_arguments},
        {"empty", "", Errc::bad_arguments},
        {"NUL", std::string_view("/a\0b", 4), Errc::bad_arguments},
        {"NUL under a missing parent", std::string_view("/m/a\0b", 6), Errc::bad_arguments},
        {"no leading slash", "a/b", Errc::no_node},
        {"root", "/", Errc::node_exists},
        {"exists", "/a", Errc::node_exists},
        {"trailing slash", "/a/", Errc::bad_arguments},
        {"trailing slash, missing parent", "/m/", Errc::no_node},
        {"dots", "/a/..", Errc::bad_arguments},
        {"double slash", "//a", Errc::bad_arguments},
        {"parent missing before syntax", "/m/..", Errc::no_node},
        {"control character", "/a/\x01", Errc::bad_arguments},
        {"below an ephemeral", "/e/x", Errc::no_children_for_ephemerals},
        {"no CREATE on the parent", "/locked/x", Errc::no_auth},
        {"no CREATE before syntax", "/locked/..", Errc::no_auth},
        {"unknown flags before all", "a", Errc::bad_arguments, 7},
        {"negative flags", "/b", Errc::bad_arguments, -1},
        {"flags of a TTL", "/b", Errc::bad_arguments, 5},
    };
    for (const Refusal& refusal : refusals) {
        EXPECT_EQ(world.create(refusal.path, refusal.flags).err, code(refusal.err)) << refusal.what;
    }
}

TEST(CreateNode, AnInvalidAclComesBeforeAMissingParent) {
    DatabaseWorld world;
    EXPECT_EQ(world.create("/m/a", 0, Opcode::create, {}).err, code(Errc::invalid_acl));
    EXPECT_EQ(world.create("m", 0, Opcode::create, {}).err, code(Errc::bad_arguments));
    EXPECT_EQ(
        world.create("/a", 0, Opcode::create, creator_all_acl()).err, code(Errc::invalid_acl)
    );
    world.identities.emplace_back("digest", "bob:hash");
    EXPECT_EQ(world.create("/a", 0, Opcode::create, creator_all_acl()).err, 0);
    EXPECT_EQ(
        world.database.tree().acl(*world.database.tree().find("/a")),
        AclList{Acl(31, Id("digest", "bob:hash"))}
    );
}

TEST(CreateNode, PathsAreValidatedAsUtf16) {
    DatabaseWorld world;
    for (const char* good : {"/\xc3\xa4", "/\xe4\xb8\xad", "/\xef\xbf\xaf", "/..b", "/..."}) {
        EXPECT_EQ(world.create(good).err, 0) << good;
    }
    for (const char* bad : {
             "/\xff",              // invalid UTF-8: decoded as U+FFFD
             "/\xc3",              // truncated
             "/\xc0\xaf",          // overlong
             "/\xe0\x80\xaf",      // overlong
             "/\xef\xbf\xbd",      // U+FFFD
             "/\xc2\x85",          // U+0085
             "/\x7f",              // U+007F
             "/\xed\xa0\x80",      // a surrogate
             "/\xee\x80\x80",      // private use
             "/\xf0\x9f\x98\x80",  // outside the BMP
         }) {
        EXPECT_EQ(world.create(bad).err, code(Errc::bad_arguments)) << bad;
    }
}

TEST(CreateNode, ContainersAreMadeByTheirOpcode) {
    DatabaseWorld world;
    EXPECT_EQ(world.create("/c", 4, Opcode::create_container).err, 0);
    EXPECT_EQ(world.create("/d", 0, Opcode::create_container).err, 0);
    EXPECT_EQ(world.database.tree().find("/c")->kind, NodeKind::container);
    EXPECT_EQ(world.database.tree().find("/d")->kind, NodeKind::container);
    EXPECT_EQ(world.stat("/c").ephemeral_owner, 0);
    EXPECT_EQ(world.create("/x", 5, Opcode::create_container).err, code(Errc::bad_arguments));
}

TEST(CreateNode, TheContainerFlagWithoutItsOpcodeMakesAnOrdinaryNode) {
    DatabaseWorld world;
    for (const Opcode op : {Opcode::create, Opcode::create2}) {
        const std::string path = op == Opcode::create ? "/one" : "/two";
        ASSERT_EQ(world.create(path, 4, op).err, 0);
        EXPECT_EQ(world.database.tree().find(path)->kind, NodeKind::persistent);
        EXPECT_EQ(world.create(path + "/child", 1).err, 0);
    }
}

TEST(CreateNode, FlagsUnknownToTheReleaseAreRefused) {
    DatabaseOptions options;
    options.profile = Profile{4, 14};
    DatabaseWorld oldest(options);
    EXPECT_EQ(oldest.create("/a", 3, Opcode::create).err, 0);
    EXPECT_EQ(oldest.create("/b", 4, Opcode::create).err, code(Errc::bad_arguments));
    options.ttl_nodes = false;
    DatabaseWorld without_ttl(options);
    EXPECT_EQ(without_ttl.create("/b", 5, Opcode::create).err, code(Errc::bad_arguments));
}

TEST(CreateNode, KeeperUsesTwoBitsOfTheFlags) {
    DatabaseOptions options;
    options.profile.keeper = true;
    DatabaseWorld world(options);
    EXPECT_EQ(world.create("/plain", 4, Opcode::create).err, 0);
    EXPECT_EQ(world.create("/mine", 5, Opcode::create).err, 0);
    EXPECT_EQ(world.database.tree().find("/plain")->kind, NodeKind::persistent);
    EXPECT_EQ(world.database.tree().find("/mine")->kind, NodeKind::ephemeral);
}

/// Creates a node whose ACL is encoded as these bytes, including the count.
std::int32_t create_with_acl(DatabaseWorld& world, std::string_view path, const base::Buffer& acl) {
    base::Buffer body;
    codec::Encoder out(body);
    out.ustring(path);
    out.ustring("data");
    body.append(acl.data(), acl.size());
    out.i32(0);
    return world.write_bytes(Opcode::create, body.span()).err;
}

TEST(CreateNode, ANegativeCountOfAclEntriesIsAnEmptyList) {
    DatabaseWorld world;
    for (const std::int32_t count : {-7, -1, 0}) {
        base::Buffer acl;
        codec::Encoder(acl).i32(count);
        EXPECT_EQ(create_with_acl(world, "/a", acl), code(Errc::invalid_acl)) << count;
    }
}

TEST(CreateNode, ANullAclIdFailsWhereApacheReadsIt) {
    using Entry = std::pair<const char*, const char*>;  // scheme and id; either may be null
    const auto list = [](std::initializer_list<Entry> entries) {
        base::Buffer acl;
        codec::Encoder out(acl);
        out.i32(static_cast<std::int32_t>(entries.size()));
        for (const auto& [scheme, id] : entries) {
            out.i32(31);
            for (const char* text : {scheme, id}) {
                text == nullptr ? out.i32(-1) : out.ustring(text);
            }
        }
        return acl;
    };
    DatabaseWorld world;
    for (const char* scheme : {"world", "digest", "ip"}) {
        EXPECT_EQ(
            create_with_acl(world, "/a", list({{scheme, nullptr}})), code(Errc::marshalling_error)
        ) << scheme;
        EXPECT_EQ(create_with_acl(world, "/a", list({{scheme, ""}})), code(Errc::invalid_acl));
    }
    for (const char* scheme : {"auth", "other", "", static_cast<const char*>(nullptr)}) {
        EXPECT_EQ(create_with_acl(world, "/a", list({{scheme, nullptr}})), code(Errc::invalid_acl));
    }
    const Entry bad{"other", "x"};
    const Entry null{"world", nullptr};
    EXPECT_EQ(create_with_acl(world, "/a", list({bad, null})), code(Errc::invalid_acl));
    EXPECT_EQ(create_with_acl(world, "/a", list({null, bad})), code(Errc::marshalling_error));
    EXPECT_EQ(create_with_acl(world, "/none/a", list({null})), code(Errc::marshalling_error));
}

TEST(CreateNode, TtlNodesNeedTheirFlagsAndAPositiveTtl) {
    DatabaseWorld world;
    EXPECT_EQ(created_path(world.create_ttl("/t", 1)), "/t");
    EXPECT_EQ(created_path(world.create_ttl("/s-", 0xFF'FFFF'FFFF, 6)), "/s-0000000001");
    EXPECT_EQ(world.database.tree().find("/t")->kind, NodeKind::ttl);
    EXPECT_EQ(world.stat("/t").ephemeral_owner, 0);
    for (const std::int64_t ttl :
         {std::int64_t{0},
          std::int64_t{-1},
          std::int64_t{0x100'0000'0000},
          std::numeric_limits<std::int64_t>::min()}) {
        EXPECT_EQ(world.create_ttl("/u", ttl).err, code(Errc::bad_arguments)) << ttl;
    }
    for (const std::int32_t flags : {0, 1, 2, 3, 4, 7}) {
        EXPECT_EQ(world.create_ttl("/u", 100, flags).err, code(Errc::bad_arguments)) << flags;
    }
}

TEST(CreateNode, TtlNodesCanBeSwitchedOff) {
    DatabaseOptions options;
    options.ttl_nodes = false;
    DatabaseWorld world(options);
    EXPECT_EQ(world.create_ttl("/t", 100).err, code(Errc::unimplemented));
    EXPECT_EQ(world.create_ttl("/t", 0).err, code(Errc::unimplemented));
    EXPECT_EQ(world.create_ttl("/t", 100, 7).err, code(Errc::bad_arguments));
}

TEST(CreateNode, KeeperAcceptsAnEmptyAcl) {
    DatabaseOptions options;
    options.profile.keeper = true;
    DatabaseWorld world(options);
    EXPECT_EQ(world.create("/a", 0, Opcode::create, {}).err, 0);
    EXPECT_EQ(world.set("/a", "x").err, 0);
}

}  // namespace
}  // namespace kazoo::server
