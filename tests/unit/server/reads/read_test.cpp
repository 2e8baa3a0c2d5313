// SPDX-License-Identifier: Apache-2.0
#include "codec/frame.hpp"
#include "codec/replies.hpp"
#include "server/reads/reads.hpp"
#include "server/rules/acl_rules.hpp"
#include "support/hex.hpp"
#include "unit/server/database/database_world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>

namespace kazoo::server {
namespace {

using codec::Opcode;

/// Reads from a DatabaseWorld; checks that existing output is preserved.
class ReadTest : public ::testing::Test {
protected:
    template <class Request>
    ReadResult read(Opcode op, const Request& request) {
        request_.clear();
        codec::Encoder encoder(request_);
        encode(encoder, request);
        return read_bytes(op, request_.span());
    }
    template <class Request>
    ReadResult read(const Request& request) {
        return read(Request::opcode, request);
    }
    ReadResult read_bytes(Opcode op, std::span<const std::byte> body) {
        out_.clear();
        out_.append("before", 6);
        ReadContext context{
            world.database.tree(),
            world.database.options().profile,
            world.identities,
            world.session};
        context.zxid = world.database.zxid();
        context.max_multi_reply = max_multi_reply;
        const ReadResult result = append_read(out_, context, op, 7, body);
        EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(out_.data()), 6), "before");
        check_frame(result);
        return result;
    }

    /// Decodes the body, which must be consumed completely.
    template <class Reply>
    Reply reply() {
        codec::Decoder in(out_.span().subspan(6 + 4 + 16));
        Reply reply;
        EXPECT_TRUE(decode(in, reply));
        EXPECT_EQ(in.remaining(), 0U);
        return reply;
    }
    std::string hex() { return testing_support::to_hex(out_.span().subspan(6)); }

    DatabaseWorld world;
    std::size_t max_multi_reply = 1u << 20;

private:
    /// Checks that the output is one complete frame whose header matches the result.
    void check_frame(const ReadResult& result) {
        codec::Decoder in(out_.span().subspan(6));
        const std::int32_t length = in.i32();
        EXPECT_EQ(static_cast<std::size_t>(length), in.remaining());
        codec::ReplyHeader header;
        EXPECT_TRUE(decode(in, header));
        EXPECT_EQ(header, (codec::ReplyHeader{7, world.database.zxid(), result.err}));
        EXPECT_TRUE(result.err == 0 || in.remaining() == 0);
    }

    base::Buffer request_;
    base::Buffer out_;
};

TEST_F(ReadTest, ExistsReturnsTheStat) {
    world.create("/a");
    const ReadResult result = read(codec::ExistsRequest{"/a", false});
    EXPECT_EQ(result.err, 0);
    EXPECT_EQ(result.watch, ReadWatch::none);
    EXPECT_EQ(result.path, "/a");
    EXPECT_EQ(reply<codec::StatReply>().stat, world.stat("/a"));
    EXPECT_EQ(read(codec::ExistsRequest{"/a", true}).watch, ReadWatch::data);
}

TEST_F(ReadTest, ExistsOfAMissingNodeLeavesAWatch) {
    const ReadResult result = read(codec::ExistsRequest{"/a", true});
    EXPECT_EQ(result.err, code(Errc::no_node));
    EXPECT_EQ(result.watch, ReadWatch::data);
    EXPECT_EQ(result.path, "/a");
    EXPECT_EQ(hex(), "00000010000000070000000000000001ffffff9b");
    EXPECT_EQ(read(codec::ExistsRequest{"/a", false}).watch, ReadWatch::none);
}

TEST_F(ReadTest, ExistsRefusesUnreadableNodesAndNulOnly) {
    world.create("/a", 0, Opcode::create2, only(Permissions::write));
    const ReadResult unreadable = read(codec::ExistsRequest{"/a", true});
    EXPECT_EQ(unreadable.err, code(Errc::no_auth));
    EXPECT_EQ(unreadable.watch, ReadWatch::none);
    const ReadResult nul = read(codec::ExistsRequest{std::string_view("/\0", 2), true});
    EXPECT_EQ(nul.err, code(Errc::bad_arguments));
    EXPECT_EQ(nul.watch, ReadWatch::none);
    EXPECT_EQ(read(codec::ExistsRequest{"no/path//", true}).err, code(Errc::no_node));
    EXPECT_EQ(read(codec::ExistsRequest{"", true}).err, 0);  // the root
}

TEST_F(ReadTest, AnAclProtectsOnlyItsNode) {
    world.create("/p", 0, Opcode::create2, only(Permissions::create));
    world.create("/p/a");
    EXPECT_EQ(read(codec::GetDataRequest{"/p", false}).err, code(Errc::no_auth));
    EXPECT_EQ(read(codec::GetDataRequest{"/p/a", false}).err, 0);
    EXPECT_EQ(read(codec::ExistsRequest{"/p/a", false}).err, 0);
    EXPECT_EQ(read(codec::GetChildrenRequest{"/p/a", false}).err, 0);
    EXPECT_EQ(world.set("/p/a", "x").err, 0);
}

TEST_F(ReadTest, GetDataDistinguishesNullFromEmpty) {
    world.create("/a");
    const ReadResult result = read(codec::GetDataRequest{"/a", true});
    EXPECT_EQ(result.watch, ReadWatch::data);
    EXPECT_EQ(reply<codec::GetDataReply>().data, "data");
    EXPECT_EQ(reply<codec::GetDataReply>().stat, world.stat("/a"));
    world.set("/a", "");
    read(codec::GetDataRequest{"/a", false});
    EXPECT_EQ(reply<codec::GetDataReply>().data, "");
    world.set("/a", std::nullopt);
    read(codec::GetDataRequest{"/a", false});
    EXPECT_EQ(reply<codec::GetDataReply>().data, std::nullopt);
}

TEST_F(ReadTest, FailedReadsLeaveNoWatch) {
    world.create("/a", 0, Opcode::create2, only(Permissions::write));
    for (const auto& [path, err] :
         {std::pair{"/a", Errc::no_auth}, std::pair{"/zz", Errc::no_node}}) {
        for (const ReadResult& result :
             {read(codec::GetDataRequest{path, true}),
              read(codec::GetChildrenRequest{path, true}),
              read(codec::GetChildren2Request{path, true}),
              read(codec::GetAllChildrenNumberRequest{path})}) {
            EXPECT_EQ(result.err, code(err));
            EXPECT_EQ(result.watch, ReadWatch::none);
        }
    }
}

TEST_F(ReadTest, GetChildrenReturnsNames) {
    world.create("/p");
    world.create("/p/b");
    world.create("/p/a");
    EXPECT_EQ(read(codec::GetChildrenRequest{"/p", true}).watch, ReadWatch::child);
    auto names = reply<codec::GetChildrenReply>().children;
    std::sort(names.begin(), names.end());
    EXPECT_EQ(names, (std::vector<std::string>{"a", "b"}));

    EXPECT_EQ(read(codec::GetChildren2Request{"/p", true}).watch, ReadWatch::child);
    EXPECT_EQ(reply<codec::GetChildren2Reply>().children.size(), 2U);
    EXPECT_EQ(reply<codec::GetChildren2Reply>().stat, world.stat("/p"));
    read(codec::GetChildrenRequest{"/", false});
    EXPECT_EQ(reply<codec::GetChildrenReply>().children.size(), 2U);
}

TEST_F(ReadTest, GetAclHidesDigestsWithoutAdminPermission) {
    const AclList acl{
        Acl(Permissions::read, anyone_id_unsafe()), Acl(31, Id("digest", "bob:hash"))};
    world.create("/a", 0, Opcode::create2, acl);
    read(codec::GetAclRequest{"/a"});
    EXPECT_EQ(reply<codec::GetAclReply>().acl, redacted(acl));
    EXPECT_NE(reply<codec::GetAclReply>().acl, acl);
    world.identities.emplace_back("digest", "bob:hash");
    read(codec::GetAclRequest{"/a"});
    EXPECT_EQ(reply<codec::GetAclReply>().acl, acl);
    EXPECT_EQ(reply<codec::GetAclReply>().stat, world.stat("/a"));
}

TEST_F(ReadTest, GetAclNeedsReadOrAdmin) {
    world.create("/w", 0, Opcode::create2, only(Permissions::write));
    world.create("/adm", 0, Opcode::create2, only(Permissions::admin));
    EXPECT_EQ(read(codec::GetAclRequest{"/w"}).err, code(Errc::no_auth));
    EXPECT_EQ(read(codec::GetAclRequest{"/adm"}).err, 0);
    EXPECT_EQ(read(codec::GetAclRequest{"/zz"}).err, code(Errc::no_node));
}

TEST_F(ReadTest, GetEphemeralsListsThoseOfTheSessionUnderAPlainPrefix) {
    world.create("/ab", 1);
    world.create("/a", 1);
    world.create("/b", 1);
    world.create("/p");
    const auto list = [&](std::string_view prefix) {
        EXPECT_EQ(read(codec::GetEphemeralsRequest{prefix}).err, 0);
        return reply<codec::GetEphemeralsReply>().ephemerals;
    };
    const std::vector<std::string> all{"/a", "/ab", "/b"};
    EXPECT_EQ(list("/"), all);
    EXPECT_EQ(list("  "), all);
    EXPECT_EQ(list("/a"), (std::vector<std::string>{"/a", "/ab"}));
    EXPECT_EQ(list("/zz"), std::vector<std::string>());

    const std::array<std::byte, 4> null{
        std::byte{0xff}, std::byte{0xff}, std::byte{0xff}, std::byte{0xff}};
    EXPECT_EQ(read_bytes(Opcode::get_ephemerals, null).err, 0);
    EXPECT_EQ(reply<codec::GetEphemeralsReply>().ephemerals, all);
}

TEST_F(ReadTest, GetAllChildrenNumberCountsDescendants) {
    world.create("/p");
    world.create("/p/a");
    world.create("/p/a/b");
    read(codec::GetAllChildrenNumberRequest{"/p"});
    EXPECT_EQ(reply<codec::GetAllChildrenNumberReply>().total_number, 2);
    read(codec::GetAllChildrenNumberRequest{"/"});
    EXPECT_EQ(reply<codec::GetAllChildrenNumberReply>().total_number, 6);
}

codec::MultiOp data_of(std::string_view path) {
    return {Opcode::get_data, codec::GetDataRequest{path, true}};
}
codec::MultiOp children_of(std::string_view path) {
    return {Opcode::get_children, codec::GetChildrenRequest{path, true}};
}

TEST_F(ReadTest, MultiReadAnswersEachIndividually) {
    world.create("/a");
    world.create("/locked", 0, Opcode::create2, only(0));
    const ReadResult result = read(
        Opcode::multi_read,
        codec::MultiRequest{{data_of("/a"), children_of("/a"), data_of("/zz"), data_of("/locked")}}
    );
    EXPECT_EQ(result.err, 0);
    EXPECT_EQ(result.watch, ReadWatch::none);
    const auto results = reply<codec::MultiResponse>().results;
    ASSERT_EQ(results.size(), 4U);
    const codec::GetDataReply data{"data", world.stat("/a")};
    EXPECT_EQ(results[0], (codec::MultiResult{Opcode::get_data, 0, data}));
    EXPECT_EQ(results[1], (codec::MultiResult{Opcode::get_children, 0, codec::GetChildrenReply{}}));
    EXPECT_EQ(results[2], codec::MultiResult::error(-101));
    EXPECT_EQ(results[3], codec::MultiResult::error(-102));
}

TEST_F(ReadTest, MultiReadTakesReadsOnly) {
    const codec::MultiOp check{Opcode::check, codec::CheckRequest{"/", -1}};
    EXPECT_EQ(
        read(Opcode::multi_read, codec::MultiRequest{{data_of("/"), check}}).err,
        code(Errc::marshalling_error)
    );
    EXPECT_EQ(read(Opcode::multi_read, codec::MultiRequest{}).err, 0);
}

TEST_F(ReadTest, MultiReadStopsAtItsLimit) {
    world.set("/", std::string(1000, 'x'));
    max_multi_reply = 10'000;
    EXPECT_EQ(read(Opcode::multi_read, codec::MultiRequest{std::vector(9, data_of("/"))}).err, 0);
    EXPECT_EQ(
        read(Opcode::multi_read, codec::MultiRequest{std::vector(10, data_of("/"))}).err,
        code(Errc::marshalling_error)
    );
}

TEST_F(ReadTest, TruncatedRequestsAndNullPathsAreRefused) {
    base::Buffer body;
    codec::Encoder out(body);
    out.i32(-1);
    out.boolean(true);
    for (const Opcode op :
         {Opcode::exists,
          Opcode::get_data,
          Opcode::get_acl,
          Opcode::get_children,
          Opcode::get_children2,
          Opcode::get_all_children_number,
          Opcode::multi_read}) {
        EXPECT_TRUE(is_read(op));
        for (std::size_t size = 0; size <= body.size(); ++size) {
            const std::vector<std::byte> part(body.data(), body.data() + size);
            const ReadResult result = read_bytes(op, part);
            EXPECT_EQ(result.err, code(Errc::marshalling_error)) << codec::name(op) << size;
            EXPECT_EQ(result.watch, ReadWatch::none);
        }
    }
    EXPECT_EQ(read_bytes(Opcode::get_ephemerals, {}).err, code(Errc::marshalling_error));
    EXPECT_EQ(read_bytes(Opcode::create, {}).err, code(Errc::unimplemented));
    EXPECT_FALSE(is_read(Opcode::create));
}

TEST(ReadProfiles, OlderServersCheckLess) {
    DatabaseOptions options;
    options.profile.minor = 4;
    options.profile.patch = 13;
    DatabaseWorld world(options);
    const AclList acl{Acl(Permissions::write, Id("digest", "bob:hash"))};
    world.create("/a", 0, Opcode::create, acl);
    const ReadContext context{
        world.database.tree(), world.database.options().profile, world.identities};
    base::Buffer body;
    codec::Encoder out(body);
    encode(out, codec::ExistsRequest{"/a", false});
    base::Buffer reply;
    EXPECT_EQ(append_read(reply, context, Opcode::exists, 1, body.span()).err, 0);
    reply.clear();
    EXPECT_EQ(append_read(reply, context, Opcode::get_acl, 1, body.span()).err, 0);
    codec::Decoder in(reply.span().subspan(20));
    codec::GetAclReply shown;
    ASSERT_TRUE(decode(in, shown));
    EXPECT_EQ(shown.acl, acl);
}

TEST(PathOf, IsThePathOfAnyRecordWithOne) {
    base::Buffer body;
    codec::Encoder out(body);
    out.ustring("/a");
    for (const Opcode op :
         {Opcode::create, Opcode::create_ttl, Opcode::get_data, Opcode::add_watch, Opcode::sync}) {
        EXPECT_EQ(path_of(op, body.span()), "/a");
        EXPECT_EQ(path_of(op, body.span().subspan(0, 5)), "");
    }
    for (const Opcode op :
         {Opcode::multi, Opcode::ping, Opcode::set_watches, Opcode::auth, Opcode::reconfig}) {
        EXPECT_EQ(path_of(op, body.span()), "");
    }
}

}  // namespace
}  // namespace kazoo::server
