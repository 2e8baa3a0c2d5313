// SPDX-License-Identifier: Apache-2.0
// The wire layout of every request and reply, written by hand: a round trip would not detect two
// swapped fields.
#include "codec/records.hpp"
#include "samples.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace kazoo::codec {
namespace {

const std::string path = "00000002 2f61 ";
const std::string acl_hex =
    "00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65 ";  // world:anyone:31

std::vector<Acl> open_acl() {
    return {Acl(31, Id("world", "anyone"))};
}

template <class R>
void expect_layout(const R& record, const std::string& hex) {
    EXPECT_EQ(encoded_hex(record), testing_support::to_hex(testing_support::from_hex(hex)))
        << to_string(record);
}

TEST(WireLayoutTest, Stat) {
    const ZnodeStat stat{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    const std::string hex =
        "0000000000000001 0000000000000002 0000000000000003 0000000000000004 00000005 00000006 "
        "00000007 0000000000000008 00000009 0000000a 000000000000000b";
    expect_layout(stat, hex);
    expect_layout(StatReply{stat}, hex);
    expect_layout(Create2Reply{"/a", stat}, path + hex);
    expect_layout(GetDataReply{"x", stat}, "00000001 78" + hex);
    expect_layout(GetAclReply{open_acl(), stat}, acl_hex + hex);
    expect_layout(GetChildren2Reply{{"a", "b"}, stat}, "00000002 00000001 61 00000001 62" + hex);
}

TEST(WireLayoutTest, Writes) {
    expect_layout(
        CreateRequest{"/a", "x", open_acl(), 3}, path + "00000001 78" + acl_hex + "00000003"
    );
    expect_layout(
        CreateTtlRequest{"/a", {}, open_acl(), 5, 0x10},
        path + "ffffffff" + acl_hex + "00000005 0000000000000010"
    );
    expect_layout(DeleteRequest{"/a", 7}, path + "00000007");
    expect_layout(DeleteContainerRequest{"/a"}, path);
    expect_layout(SetDataRequest{"/a", "x", 7}, path + "00000001 78 00000007");
    expect_layout(SetAclRequest{"/a", open_acl(), 7}, path + acl_hex + "00000007");
    expect_layout(CheckRequest{"/a", 7}, path + "00000007");
    expect_layout(
        ReconfigRequest{"j", std::nullopt, "", 16}, "00000001 6a ffffffff 00000000 0000000000000010"
    );
}

TEST(WireLayoutTest, Reads) {
    expect_layout(ExistsRequest{"/a", true}, path + "01");
    expect_layout(GetDataRequest{"/a", true}, path + "01");
    expect_layout(GetChildrenRequest{"/a", false}, path + "00");
    expect_layout(GetChildren2Request{"/a", true}, path + "01");
    expect_layout(GetAclRequest{"/a"}, path);
    expect_layout(SyncRequest{"/a"}, path);
    expect_layout(GetEphemeralsRequest{"/a"}, path);
    expect_layout(GetAllChildrenNumberRequest{"/a"}, path);
    expect_layout(CreateReply{"/a"}, path);
    expect_layout(SyncReply{"/a"}, path);
    expect_layout(GetChildrenReply{{"/a"}}, "00000001" + path);
    expect_layout(GetEphemeralsReply{{"/a"}}, "00000001" + path);
    expect_layout(GetAllChildrenNumberReply{6}, "00000006");
    expect_layout(ErrorResponse{-101}, "ffffff9b");
}

TEST(WireLayoutTest, Watches) {
    expect_layout(CheckWatchesRequest{"/a", 2}, path + "00000002");
    expect_layout(RemoveWatchesRequest{"/a", 3}, path + "00000003");
    expect_layout(AddWatchRequest{"/a", 1}, path + "00000001");
    expect_layout(
        SetWatchesRequest{9, {"d"}, {"e"}, {"c"}},
        "0000000000000009 00000001 00000001 64 00000001 00000001 65 00000001 00000001 63"
    );
    expect_layout(
        SetWatches2Request{9, {"d"}, {"e"}, {"c"}, {"p"}, {"r"}},
        "0000000000000009 00000001 00000001 64 00000001 00000001 65 00000001 00000001 63 "
        "00000001 00000001 70 00000001 00000001 72"
    );
    expect_layout(WatcherEvent{4, 3, "/a"}, "00000004 00000003" + path);
}

TEST(WireLayoutTest, Auth) {
    expect_layout(AuthRequest{0, "ip", {"x"}}, "00000000 00000002 6970 00000001 78");
    expect_layout(SaslRequest{{""}}, "00000000");
    expect_layout(SaslReply{}, "ffffffff");
    expect_layout(ClientInfo{"ip", "x"}, "00000002 6970 00000001 78");
    expect_layout(WhoAmIReply{{{"ip", "x"}}}, "00000001 00000002 6970 00000001 78");
}

TEST(WireLayoutTest, Headers) {
    expect_layout(RequestHeader{1, Opcode::get_data}, "00000001 00000004");
    expect_layout(ReplyHeader{1, 2, -101}, "00000001 0000000000000002 ffffff9b");
    expect_layout(MultiHeader{Opcode::check, true, -1}, "0000000d 01 ffffffff");
}

TEST(WireLayoutTest, RequestsHaveTheirOpcode) {
    EXPECT_EQ(CreateRequest::opcode, Opcode{1});
    EXPECT_EQ(DeleteRequest::opcode, Opcode{2});
    EXPECT_EQ(ExistsRequest::opcode, Opcode{3});
    EXPECT_EQ(GetDataRequest::opcode, Opcode{4});
    EXPECT_EQ(SetDataRequest::opcode, Opcode{5});
    EXPECT_EQ(GetAclRequest::opcode, Opcode{6});
    EXPECT_EQ(SetAclRequest::opcode, Opcode{7});
    EXPECT_EQ(GetChildrenRequest::opcode, Opcode{8});
    EXPECT_EQ(SyncRequest::opcode, Opcode{9});
    EXPECT_EQ(GetChildren2Request::opcode, Opcode{12});
    EXPECT_EQ(CheckRequest::opcode, Opcode{13});
    EXPECT_EQ(ReconfigRequest::opcode, Opcode{16});
    EXPECT_EQ(CheckWatchesRequest::opcode, Opcode{17});
    EXPECT_EQ(RemoveWatchesRequest::opcode, Opcode{18});
    EXPECT_EQ(DeleteContainerRequest::opcode, Opcode{20});
    EXPECT_EQ(CreateTtlRequest::opcode, Opcode{21});
    EXPECT_EQ(AuthRequest::opcode, Opcode{100});
    EXPECT_EQ(SetWatchesRequest::opcode, Opcode{101});
    EXPECT_EQ(SaslRequest::opcode, Opcode{102});
    EXPECT_EQ(GetEphemeralsRequest::opcode, Opcode{103});
    EXPECT_EQ(GetAllChildrenNumberRequest::opcode, Opcode{104});
    EXPECT_EQ(SetWatches2Request::opcode, Opcode{105});
    EXPECT_EQ(AddWatchRequest::opcode, Opcode{106});
}

}  // namespace
}  // namespace kazoo::codec
