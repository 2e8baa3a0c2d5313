// SPDX-License-Identifier: Apache-2.0
// Frames captured between a client and Apache ZooKeeper 3.9.5, including the length prefix. Made up
// are only parts of the Stats in the two multi replies and the xid of the unknown opcode.
#include "codec/frame.hpp"
#include "codec/records.hpp"
#include "samples.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::codec {
namespace {

template <class Part>
void expect_decoded(Decoder& in, const Part& expected) {
    Part decoded;
    ASSERT_TRUE(decode(in, decoded));
    EXPECT_TRUE(decoded == expected) << to_string(decoded) << " is not " << to_string(expected);
}

/// Encoding the parts yields this frame, and decoding the frame yields the parts.
template <class... Parts>
void expect_golden(const std::string& hex, const Parts&... parts) {
    const ExactBytes bytes(hex);
    base::Buffer out;
    const FrameExtent extent = append_frame(out, parts...);
    EXPECT_EQ(extent, (FrameExtent{0, bytes.span().size()}));
    EXPECT_EQ(testing_support::to_hex(out.span()), testing_support::to_hex(bytes));

    FrameReader reader(1'048'575);
    reader.feed(bytes);
    const FrameItem item = reader.next();
    ASSERT_EQ(item.kind, FrameItem::Kind::frame);
    Decoder in(item.bytes);
    (expect_decoded(in, parts), ...);
    EXPECT_TRUE(in.ok());
    EXPECT_EQ(in.remaining(), 0U);
    EXPECT_EQ(reader.next().kind, FrameItem::Kind::none);
}

std::vector<Acl> open_acl() {
    return {Acl(31, Id("world", "anyone"))};
}

/// The bytes must outlive the test.
Secret passwd(std::string_view bytes) {
    return {bytes};
}

constexpr std::string_view zeros("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);

/// /a as created, and below as changed by the multi.
ZnodeStat stat_of_a() {
    ZnodeStat stat;
    stat.czxid = stat.mzxid = stat.pzxid = 2;
    stat.ctime = stat.mtime = 0x000001a2038359a3;
    stat.data_length = 1;
    return stat;
}

const std::string stat_of_a_hex =
    "0000000000000002 0000000000000002 000001a2038359a3 000001a2038359a3 00000000 00000000 "
    "00000000 0000000000000000 00000001 00000000 0000000000000002";

ZnodeStat changed_stat_of_a() {
    ZnodeStat stat = stat_of_a();
    stat.mzxid = 3;
    stat.mtime = 0x000001a2038359ff;
    stat.version = 1;
    return stat;
}

const std::string changed_stat_of_a_hex =
    "0000000000000002 0000000000000003 000001a2038359a3 000001a2038359ff 00000001 00000000 "
    "00000000 0000000000000000 00000001 00000000 0000000000000002";

TEST(GoldenFramesTest, Connect) {
    expect_golden(
        "0000002d 00000000 0000000000000000 00002710 0000000000000000 00000010 "
        "00000000000000000000000000000000 00",
        ConnectRequest{0, 0, 10'000, 0, passwd(zeros), false}
    );
    expect_golden(
        "00000025 00000000 00002710 0100001f4a0a0000 00000010 64f62e3121f221cbe2896a79d2093818 00",
        ConnectResponse{
            0,
            10'000,
            0x0100001f4a0a0000,
            passwd("\x64\xf6\x2e\x31\x21\xf2\x21\xcb\xe2\x89\x6a\x79\xd2\x09\x38\x18"),
            false}
    );
}

TEST(GoldenFramesTest, ConnectToAnExpiredSession) {
    expect_golden(
        "00000025 00000000 00000000 0000000000000000 00000010 00000000000000000000000000000000 00",
        ConnectResponse{0, 0, 0, passwd(zeros), false}
    );
}

TEST(GoldenFramesTest, ExistsOfAMissingNode) {
    expect_golden(
        "0000000f 00000001 00000003 00000002 2f61 01",
        RequestHeader{1, Opcode::exists},
        ExistsRequest{"/a", true}
    );
    expect_golden("00000010 00000001 0000000000000001 ffffff9b", ReplyHeader{1, 1, -101});
}

TEST(GoldenFramesTest, CreateAndItsEvent) {
    const std::vector<Acl> acl = open_acl();
    expect_golden(
        "00000032 00000002 00000001 00000002 2f61 00000001 78 00000001 0000001f 00000005 "
        "776f726c64 00000006 616e796f6e65 00000000",
        RequestHeader{2, Opcode::create},
        CreateRequest{"/a", "x", acl, 0}
    );
    expect_golden(
        "0000001e ffffffff 0000000000000002 00000000 00000001 00000003 00000002 2f61",
        ReplyHeader{watch_xid, 2, 0},
        WatcherEvent{1, 3, "/a"}
    );
    expect_golden(
        "00000016 00000002 0000000000000002 00000000 00000002 2f61",
        ReplyHeader{2, 2, 0},
        CreateReply{"/a"}
    );
}

TEST(GoldenFramesTest, GetData) {
    expect_golden(
        "0000000f 00000003 00000004 00000002 2f61 00",
        RequestHeader{3, Opcode::get_data},
        GetDataRequest{"/a", false}
    );
    expect_golden(
        "00000059 00000003 0000000000000002 00000000 00000001 78" + stat_of_a_hex,
        ReplyHeader{3, 2, 0},
        GetDataReply{"x", stat_of_a()}
    );
}

TEST(GoldenFramesTest, GetChildren2) {
    expect_golden(
        "0000000e 00000004 0000000c 00000001 2f 00",
        RequestHeader{4, Opcode::get_children2},
        GetChildren2Request{"/", false}
    );
    ZnodeStat root;
    root.num_children = 2;
    root.pzxid = 2;
    expect_golden(
        "0000006a 00000004 0000000000000002 00000000 00000002 00000001 61 00000009 "
        "7a6f6f6b6565706572 0000000000000000 0000000000000000 0000000000000000 0000000000000000 "
        "00000000 00000000 00000000 0000000000000000 00000000 00000002 0000000000000002",
        ReplyHeader{4, 2, 0},
        GetChildren2Reply{{"a", "zookeeper"}, root}
    );
}

TEST(GoldenFramesTest, Multi) {
    const std::vector<Acl> acl = open_acl();
    MultiRequest request;
    request.ops.push_back({Opcode::check, CheckRequest{"/a", 0}});
    request.ops.push_back({Opcode::set_data, SetDataRequest{"/a", "y", 0}});
    request.ops.push_back({Opcode::create, CreateRequest{"/a/s-", "", acl, 2}});
    request.ops.push_back({Opcode::delete_, DeleteRequest{"/a/s-0000000000", -1}});
    expect_golden(
        "00000091 00000005 0000000e "
        "0000000d 00 ffffffff 00000002 2f61 00000000 "
        "00000005 00 ffffffff 00000002 2f61 00000001 79 00000000 "
        "00000001 00 ffffffff 00000005 2f612f732d 00000000 00000001 0000001f 00000005 776f726c64 "
        "00000006 616e796f6e65 00000002 "
        "00000002 00 ffffffff 0000000f 2f612f732d30303030303030303030 ffffffff "
        "ffffffff 01 ffffffff",
        RequestHeader{5, Opcode::multi},
        request
    );

    MultiResponse response;
    response.results.push_back({Opcode::check, 0, {}});
    response.results.push_back({Opcode::set_data, 0, StatReply{changed_stat_of_a()}});
    response.results.push_back({Opcode::create, 0, CreateReply{"/a/s-0000000000"}});
    response.results.push_back({Opcode::delete_, 0, {}});
    expect_golden(
        "00000094 00000005 0000000000000003 00000000 "
        "0000000d 00 00000000 "
        "00000005 00 00000000 " +
            changed_stat_of_a_hex +
            "00000001 00 00000000 0000000f 2f612f732d30303030303030303030 "
            "00000002 00 00000000 "
            "ffffffff 01 ffffffff",
        ReplyHeader{5, 3, 0},
        response
    );
}

TEST(GoldenFramesTest, MultiThatFails) {
    MultiResponse response;
    for (const std::int32_t err : {0, -101, -2}) {
        response.results.push_back(MultiResult::error(err));
    }
    expect_golden(
        "00000040 00000006 0000000000000004 00000000 "
        "ffffffff 00 00000000 00000000 "
        "ffffffff 00 ffffff9b ffffff9b "
        "ffffffff 00 fffffffe fffffffe "
        "ffffffff 01 ffffffff",
        ReplyHeader{6, 4, 0},
        response
    );
}

TEST(GoldenFramesTest, MultiRead) {
    MultiRequest request;
    request.ops.push_back({Opcode::get_data, GetDataRequest{"/a", false}});
    request.ops.push_back({Opcode::get_children, GetChildrenRequest{"/a", false}});
    request.ops.push_back({Opcode::get_data, GetDataRequest{"/zz", false}});
    expect_golden(
        "00000042 00000007 00000016 00000004 00 ffffffff 00000002 2f61 00 00000008 00 ffffffff "
        "00000002 2f61 00 00000004 00 ffffffff 00000003 2f7a7a 00 ffffffff 01 ffffffff",
        RequestHeader{7, Opcode::multi_read},
        request
    );

    MultiResponse response;
    response.results.push_back({Opcode::get_data, 0, GetDataReply{"y", changed_stat_of_a()}});
    response.results.push_back({Opcode::get_children, 0, GetChildrenReply{}});
    response.results.push_back(MultiResult::error(-101));
    expect_golden(
        "00000085 00000007 0000000000000004 00000000 "
        "00000004 00 00000000 00000001 79 " +
            changed_stat_of_a_hex +
            "00000008 00 00000000 00000000 "
            "ffffffff 00 ffffff9b ffffff9b "
            "ffffffff 01 ffffffff",
        ReplyHeader{7, 4, 0},
        response
    );
}

TEST(GoldenFramesTest, Ping) {
    expect_golden("00000008 fffffffe 0000000b", RequestHeader{ping_xid, Opcode::ping});
    expect_golden("00000010 fffffffe 0000000000000004 00000000", ReplyHeader{ping_xid, 4, 0});
}

TEST(GoldenFramesTest, Auth) {
    expect_golden(
        "00000024 fffffffc 00000064 00000000 00000006 646967657374 0000000a 626f623a736563726574",
        RequestHeader{auth_xid, Opcode::auth},
        AuthRequest{0, "digest", {"bob:secret"}}
    );
    expect_golden("00000010 fffffffc 0000000000000000 00000000", ReplyHeader{auth_xid, 0, 0});
}

TEST(GoldenFramesTest, AddWatch) {
    expect_golden(
        "00000012 00000008 0000006a 00000002 2f61 00000001",
        RequestHeader{8, Opcode::add_watch},
        AddWatchRequest{"/a", 1}
    );
    expect_golden(
        "00000014 00000008 0000000000000004 00000000 00000000",
        ReplyHeader{8, 4, 0},
        ErrorResponse{0}
    );
}

TEST(GoldenFramesTest, SetWatches2) {
    expect_golden(
        "0000002a 00000009 00000069 0000000000000000 00000001 00000002 2f61 00000000 00000000 "
        "00000000 00000000",
        RequestHeader{9, Opcode::set_watches2},
        SetWatches2Request{0, {"/a"}, {}, {}, {}, {}}
    );
    expect_golden(
        "0000001e ffffffff ffffffffffffffff 00000000 00000003 00000003 00000002 2f61",
        ReplyHeader{watch_xid, -1, 0},
        WatcherEvent{3, 3, "/a"}
    );
    expect_golden("00000010 00000009 0000000000000004 00000000", ReplyHeader{9, 4, 0});
}

TEST(GoldenFramesTest, WhoAmI) {
    expect_golden("00000008 0000000a 0000006b", RequestHeader{10, Opcode::who_am_i});
    expect_golden(
        "00000038 0000000a 0000000000000004 00000000 00000002 00000006 646967657374 00000003 "
        "626f62 00000002 6970 00000009 3132372e302e302e31",
        ReplyHeader{10, 4, 0},
        WhoAmIReply{{{"digest", "bob"}, {"ip", "127.0.0.1"}}}
    );
}

TEST(GoldenFramesTest, CloseSession) {
    expect_golden("00000008 0000000b fffffff5", RequestHeader{11, Opcode::close_session});
    expect_golden("00000010 0000000b 0000000000000005 00000000", ReplyHeader{11, 5, 0});
}

TEST(GoldenFramesTest, UnknownOpcode) {
    expect_golden("00000010 0000000c ffffffffffffffff fffffffa", ReplyHeader{12, -1, -6});
}

}  // namespace
}  // namespace kazoo::codec
