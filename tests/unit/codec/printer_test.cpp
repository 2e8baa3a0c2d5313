// SPDX-License-Identifier: Apache-2.0
#include "codec/printer.hpp"

#include "samples.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace kazoo::codec {
namespace {

TEST(PrinterTest, PrintsFieldsInWireOrder) {
    EXPECT_EQ(to_string(GetDataRequest{"/a", true}), "GetDataRequest{path='/a', watch=true}");
    EXPECT_EQ(to_string(RequestHeader{-2, Opcode::ping}), "RequestHeader{xid=-2, type=ping(11)}");
    EXPECT_EQ(to_string(RequestHeader{7, Opcode{500}}), "RequestHeader{xid=7, type=unknown(500)}");
    EXPECT_EQ(
        to_string(Acl(31, Id("world", "anyone"))),
        "Acl{perms=31, id=Id{scheme='world', id='anyone'}}"
    );
}

TEST(PrinterTest, DistinguishesNullFromEmpty) {
    EXPECT_EQ(
        to_string(SetDataRequest{"", std::nullopt, -1}),
        "SetDataRequest{path='', data=null, version=-1}"
    );
    EXPECT_EQ(
        to_string(SetDataRequest{{}, "", 0}), "SetDataRequest{path=null, data='', version=0}"
    );
}

TEST(PrinterTest, AbbreviatesDataAndShowsItsSize) {
    const std::string whole(64, 'x');
    EXPECT_EQ(
        to_string(SetDataRequest{"/a", whole, 0}),
        "SetDataRequest{path='/a', data='" + whole + "', version=0}"
    );
    EXPECT_EQ(
        to_string(SetDataRequest{"/a", whole + "y", 0}),
        "SetDataRequest{path='/a', data='" + whole + "...' (65 bytes), version=0}"
    );
}

TEST(PrinterTest, BoundsTextAndLists) {
    const std::string path(100'000, 'p');
    EXPECT_LT(to_string(SyncRequest{path}).size(), 1100U);

    const GetChildrenReply sixteen{std::vector<std::string>(16, "c")};
    EXPECT_EQ(to_string(sixteen).find("..."), std::string::npos);
    const GetChildrenReply many{std::vector<std::string>(1000, "c")};
    EXPECT_NE(to_string(many).find("'c', ... 1000 in all]}"), std::string::npos) << to_string(many);
    EXPECT_EQ(to_string(GetChildrenReply{}), "GetChildrenReply{children=[]}");
}

TEST(PrinterTest, EscapesControlBytes) {
    std::string every_byte;
    for (int byte = 0; byte < 0x20; ++byte) {
        every_byte += static_cast<char>(byte);
    }
    every_byte += '\x7f';
    for (const std::string& text :
         {to_string(SyncRequest{every_byte}),
          to_string(SetDataRequest{"/a", every_byte, 0}),
          to_string(CreateReply{every_byte})}) {
        for (const char c : text) {
            EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != '\x7f') << text;
        }
        EXPECT_NE(text.find("\\x0a"), std::string::npos) << text;
    }
}

TEST(PrinterTest, NeverShowsSecrets) {
    constexpr std::string_view secret = "bob:hunter2";
    ConnectRequest connect;
    connect.passwd.value = secret;
    ConnectResponse response;
    response.passwd.value = secret;
    for (const std::string& text :
         {to_string(connect),
          to_string(response),
          to_string(AuthRequest{0, "digest", {secret}}),
          to_string(SaslRequest{{secret}}),
          to_string(SaslReply{{secret}})}) {
        EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
        EXPECT_NE(text.find("=<redacted>"), std::string::npos) << text;
    }
    EXPECT_EQ(
        to_string(AuthRequest{0, "digest", {secret}}),
        "AuthRequest{type=0, scheme='digest', auth=<redacted>}"
    );
}

TEST(PrinterTest, PrintsMultis) {
    MultiRequest request;
    request.ops.push_back({Opcode::create2, CreateRequest{"/a", "x", {}, 0}});
    request.ops.push_back({Opcode::check, CheckRequest{"/b", 2}});
    EXPECT_EQ(
        to_string(request),
        "MultiRequest{list=[MultiOp{type=create2(15), "
        "body=CreateRequest{path='/a', data='x', acl=[], flags=0}}, "
        "MultiOp{type=check(13), body=CheckRequest{path='/b', version=2}}]}"
    );

    MultiResponse response;
    response.results.push_back({Opcode::delete_, 0, {}});
    response.results.push_back(MultiResult::error(-101));
    EXPECT_EQ(
        to_string(response),
        "MultiResponse{list=[MultiResult{type=delete(2), err=0}, "
        "MultiResult{type=error(-1), err=-101, body=ErrorResponse{err=-101}}]}"
    );

    request.ops.resize(100, request.ops.back());
    EXPECT_NE(to_string(request).find(", ... 100 in all]}"), std::string::npos);
}

}  // namespace
}  // namespace kazoo::codec
