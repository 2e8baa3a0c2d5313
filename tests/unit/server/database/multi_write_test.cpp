// SPDX-License-Identifier: Apache-2.0
#include "codec/frame.hpp"
#include "database_world.hpp"
#include "support/hex.hpp"

#include <gtest/gtest.h>

namespace kazoo::server {
namespace {

using codec::MultiOp;
using codec::Opcode;

const std::vector<Acl>& open_acl() {
    static const std::vector<Acl> acl = open_acl_unsafe();
    return acl;
}

MultiOp create(std::string_view path, std::int32_t flags = 0, Opcode op = Opcode::create) {
    return {op, codec::CreateRequest{path, "x", open_acl(), flags}};
}
MultiOp create_ttl(std::string_view path, std::int64_t ttl_ms, std::int32_t flags = 5) {
    return {Opcode::create_ttl, codec::CreateTtlRequest{path, "x", open_acl(), flags, ttl_ms}};
}
MultiOp remove(std::string_view path, std::int32_t version = -1) {
    return {Opcode::delete_, codec::DeleteRequest{path, version}};
}
MultiOp set(std::string_view path, std::string_view data, std::int32_t version = -1) {
    return {Opcode::set_data, codec::SetDataRequest{path, data, version}};
}
MultiOp check(std::string_view path, std::int32_t version = -1) {
    return {Opcode::check, codec::CheckRequest{path, version}};
}

std::vector<std::int32_t> errors(const WriteResult& result) {
    std::vector<std::int32_t> errors;
    if (const auto* response = std::get_if<codec::MultiResponse>(&result.body)) {
        for (const codec::MultiResult& one : response->results) {
            const auto* error = std::get_if<codec::ErrorResponse>(&one.body);
            EXPECT_EQ(one.type == Opcode::error, error != nullptr);
            errors.push_back(error == nullptr ? 1 : error->err);  // 1: succeeded
        }
    }
    return errors;
}

std::vector<Opcode> types(const WriteResult& result) {
    std::vector<Opcode> types;
    for (const codec::MultiResult& one : std::get<codec::MultiResponse>(result.body).results) {
        types.push_back(one.type);
    }
    return types;
}

TEST(MultiWrite, TheCapturedExchangeOfZooKeeper) {
    DatabaseWorld world;
    world.write(codec::CreateRequest{"/a", "x", open_acl(), 0});
    const WriteResult result = world.multi(
        {check("/a", 0), set("/a", "y", 0), create("/a/s-", 2), remove("/a/s-0000000000")}
    );
    EXPECT_EQ(result.err, 0);
    base::Buffer out;
    codec::append_frame(
        out,
        codec::ReplyHeader{5, result.transaction->zxid, 0},
        std::get<codec::MultiResponse>(result.body)
    );
    // The captured frame without the part for the Stat of /a.
    const std::string frame = testing_support::to_hex(out.span());
    EXPECT_EQ(
        frame.substr(0, 76),
        "00000094000000050000000000000003000000000000000d00000000000000000500"
        "00000000"
    );
    EXPECT_EQ(
        frame.substr(76 + 136),
        "0000000100000000000000000f2f612f732d303030303030303030300000000200000000"
        "00ffffffff01ffffffff"
    );
    ASSERT_EQ(result.transaction->changes.size(), 3U);
    EXPECT_EQ(result.transaction->changes[0].type, ChangeType::data_changed);
    EXPECT_EQ(result.transaction->changes[1].type, ChangeType::created);
    EXPECT_EQ(result.transaction->changes[2].type, ChangeType::deleted);
}

TEST(MultiWrite, OperationsSeeEarlierOnesAndShareOneZxid) {
    DatabaseWorld world;
    const WriteResult result = world.multi(
        {create("/p"), create("/p/c"), remove("/p/c"), create("/p/c"), set("/p/c", "z", 0)}
    );
    EXPECT_EQ(errors(result), (std::vector<std::int32_t>{1, 1, 1, 1, 1}));
    EXPECT_EQ(world.database.zxid(), 2);
    EXPECT_EQ(world.stat("/p").pzxid, 2);
    EXPECT_EQ(world.stat("/p").cversion, 3);
    EXPECT_EQ(world.stat("/p/c").czxid, 2);
    EXPECT_EQ(world.stat("/p/c").version, 1);
}

TEST(MultiWrite, AFailureUndoesAllAndIdentifiesTheOperation) {
    DatabaseWorld world;
    world.create("/a");
    world.create("/gone");
    const ZnodeStat root = world.stat("/");
    const ZnodeStat a = world.stat("/a");
    const WriteResult result = world.multi(
        {set("/a", "longer"),
         create("/a/s-", 2),
         create("/e", 1),
         remove("/gone"),
         remove("/zz"),
         check("/a")}
    );
    EXPECT_EQ(result.err, 0);
    EXPECT_EQ(errors(result), (std::vector<std::int32_t>{0, 0, 0, 0, -101, -2}));
    EXPECT_EQ(world.stat("/"), root);
    EXPECT_EQ(world.stat("/a"), a);
    EXPECT_TRUE(world.has("/gone"));
    EXPECT_TRUE(world.database.tree().ephemerals(world.session).empty());
    ASSERT_NE(result.transaction, nullptr);
    EXPECT_EQ(result.transaction->zxid, 4);
    EXPECT_TRUE(result.transaction->effects.empty());
    EXPECT_TRUE(result.transaction->changes.empty());
    EXPECT_EQ(world.seen.back(), result.transaction);
    EXPECT_EQ(created_path(world.create("/a/s-", 2)), "/a/s-0000000000");
}

TEST(MultiWrite, TheErrorsAreThoseOfTheSingleOperations) {
    DatabaseWorld world;
    world.create("/a");
    world.create("/a/b");
    world.create("/mute", 0, Opcode::create2, only(Permissions::all & ~Permissions::read));
    const struct {
        MultiOp op;
        Errc err;
    } cases[] = {
        {check("/zz"), Errc::no_node},
        {check("/a", 5), Errc::bad_version},
        {check("/a/"), Errc::bad_arguments},
        {check("/mute"), Errc::no_auth},
        {create("/a"), Errc::node_exists},
        {create("/zz/a"), Errc::no_node},
        {create("zz"), Errc::bad_arguments},
        {remove("/a"), Errc::not_empty},
        {set("/a", "x", 3), Errc::bad_version},
        {create_ttl("/t", 0), Errc::bad_arguments},
        {create_ttl("/t", 10, 7), Errc::bad_arguments},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(errors(world.multi({one.op})), std::vector<std::int32_t>{code(one.err)});
    }
}

TEST(MultiWrite, AnEmptyOneSucceedsAndTakesAZxid) {
    DatabaseWorld world;
    const WriteResult result = world.multi({});
    EXPECT_EQ(result.err, 0);
    EXPECT_TRUE(std::get<codec::MultiResponse>(result.body).results.empty());
    EXPECT_EQ(result.transaction->zxid, 2);
}

void expect_malformed(DatabaseWorld& world, const std::vector<MultiOp>& ops) {
    const std::int64_t before = world.database.zxid();
    const WriteResult result = world.multi(ops);
    EXPECT_EQ(result.err, code(Errc::marshalling_error));
    EXPECT_TRUE(std::holds_alternative<std::monostate>(result.body));
    ASSERT_NE(result.transaction, nullptr);
    EXPECT_EQ(result.transaction->zxid, before + 1);
    EXPECT_FALSE(world.has("/x"));
}

TEST(MultiWrite, MalformedOnesFailAsAWhole) {
    DatabaseWorld world;
    expect_malformed(world, {create("/x"), create("/y", 7)});
    expect_malformed(world, {create("/x"), create("/y", -1)});
    expect_malformed(world, {create("/x"), create("/y", 5)});
    expect_malformed(world, {create("/x"), create("/y", 6, Opcode::create2)});
    expect_malformed(world, {{Opcode::get_data, codec::GetDataRequest{"/", false}}});
    expect_malformed(
        world, {create("/x"), {Opcode::get_children, codec::GetChildrenRequest{"/", false}}}
    );
}

TEST(MultiWrite, EveryTruncatedOneFailsAsAWhole) {
    DatabaseWorld world;
    base::Buffer body;
    codec::Encoder out(body);
    encode(out, codec::MultiRequest{{create("/x"), set("/x", "y"), check("/x")}});
    for (std::size_t size = 0; size < body.size(); ++size) {
        const std::vector<std::byte> part(body.data(), body.data() + size);
        EXPECT_EQ(world.write_bytes(Opcode::multi, part).err, code(Errc::marshalling_error));
    }
    EXPECT_FALSE(world.has("/x"));
    EXPECT_EQ(world.write_bytes(Opcode::multi, body.span()).err, 0);
    EXPECT_TRUE(world.has("/x"));
}

TEST(MultiWrite, NullPathsAndForeignOperationsFailAsAWhole) {
    DatabaseWorld world;
    for (const Opcode type : {Opcode::delete_, Opcode::set_acl, Opcode::exists, Opcode::multi}) {
        base::Buffer body;
        codec::Encoder out(body);
        encode(out, codec::MultiHeader{type, false, -1});
        out.i32(-1);  // path
        out.i32(-1);  // version
        encode(out, codec::MultiHeader{Opcode::error, true, -1});
        EXPECT_EQ(world.write_bytes(Opcode::multi, body.span()).err, code(Errc::marshalling_error));
    }
}

TEST(MultiWrite, ResultsHaveTheTypesOfTheirOperations) {
    DatabaseWorld world;
    const WriteResult result = world.multi(
        {create("/a"),
         create("/b", 0, Opcode::create2),
         create("/c", 4, Opcode::create_container),
         create("/d", 4),
         create_ttl("/t", 100)}
    );
    EXPECT_EQ(
        types(result),
        (std::vector<Opcode>{
            Opcode::create, Opcode::create2, Opcode::create2, Opcode::create2, Opcode::create2})
    );
    EXPECT_EQ(world.database.tree().find("/c")->kind, NodeKind::container);
    EXPECT_EQ(world.database.tree().find("/d")->kind, NodeKind::container);
    EXPECT_EQ(world.database.tree().find("/t")->kind, NodeKind::ttl);
}

TEST(MultiWrite, OlderServersAnswerCreate2AsCreateAndCheckFlagsSeparately) {
    DatabaseOptions options;
    options.profile.minor = 8;
    options.profile.patch = 0;
    DatabaseWorld world(options);
    EXPECT_EQ(types(world.multi({create("/b", 0, Opcode::create2)})), std::vector{Opcode::create});
    EXPECT_EQ(
        errors(world.multi({create("/x"), create("/y", 7)})), (std::vector<std::int32_t>{0, -8})
    );
    expect_malformed(world, {create("/x"), create("/y", 5)});
}

TEST(MultiWrite, UnknownOperationsAreRefused) {
    DatabaseOptions options;
    options.profile.minor = 4;
    options.profile.patch = 14;
    DatabaseWorld world(options);
    expect_malformed(world, {create("/x", 0, Opcode::create2)});
    EXPECT_EQ(errors(world.multi({check("/"), create("/y")})), (std::vector<std::int32_t>{1, 1}));
}

TEST(MultiWrite, ACreateTtlWithOtherFlagsIsTheCreateOfThoseFlags) {
    for (const std::int64_t ttl_ms : {std::int64_t{1000}, std::int64_t{-1}}) {
        DatabaseWorld world;
        const WriteResult result = world.multi(
            {create_ttl("/plain", ttl_ms, 0),
             create_ttl("/mine", ttl_ms, 1),
             create_ttl("/s-", ttl_ms, 2),
             create_ttl("/e-", ttl_ms, 3),
             create_ttl("/box", ttl_ms, 4)}
        );
        EXPECT_EQ(result.err, 0);
        EXPECT_EQ(errors(result), std::vector<std::int32_t>({1, 1, 1, 1, 1}));
        EXPECT_EQ(
            types(result),
            std::vector<Opcode>(
                {Opcode::create, Opcode::create, Opcode::create, Opcode::create, Opcode::create2}
            )
        );
        EXPECT_EQ(world.database.tree().find("/plain")->kind, NodeKind::persistent);
        EXPECT_EQ(world.database.tree().find("/mine")->kind, NodeKind::ephemeral);
        EXPECT_EQ(world.database.tree().find("/box")->kind, NodeKind::container);
        EXPECT_EQ(
            errors(world.multi({create_ttl("/seven", ttl_ms, 7)})),
            std::vector<std::int32_t>({static_cast<std::int32_t>(Errc::bad_arguments)})
        );
    }
}

TEST(MultiWrite, ANullAclIdFailsTheWhole) {
    DatabaseWorld world;
    base::Buffer body;
    codec::Encoder out(body);
    encode(out, codec::MultiHeader{Opcode::create, false, -1});
    encode(out, codec::CreateRequest{"/before", "x", open_acl(), 0});
    encode(out, codec::MultiHeader{Opcode::create, false, -1});
    out.ustring("/a");
    out.ustring("x");
    out.i32(1);
    out.i32(31);
    out.ustring("world");
    out.i32(-1);
    out.i32(0);
    encode(out, codec::MultiHeader{Opcode::error, true, -1});
    const WriteResult result = world.write_bytes(Opcode::multi, body.span());
    EXPECT_EQ(result.err, static_cast<std::int32_t>(Errc::marshalling_error));
    EXPECT_TRUE(std::holds_alternative<std::monostate>(result.body));
    EXPECT_EQ(world.database.tree().find("/before"), nullptr);
    EXPECT_EQ(world.write(codec::CreateRequest{"/before", "x", open_acl(), 0}).err, 0);
}

}  // namespace
}  // namespace kazoo::server
