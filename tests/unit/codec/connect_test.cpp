// SPDX-License-Identifier: Apache-2.0
#include "codec/connect.hpp"

#include "samples.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace kazoo::codec {
namespace {

const std::string request_hex =
    "00000000 0000000000000009 00002710 0100001f4a0a0000 00000010 "
    "64f62e3121f221cbe2896a79d2093818";
const std::string response_hex =
    "00000000 00002710 0100001f4a0a0000 00000010 64f62e3121f221cbe2896a79d2093818";

TEST(ConnectTest, RequestOf45Bytes) {
    const ExactBytes input(request_hex + "01");
    ASSERT_EQ(input.span().size(), 45U);
    Decoder in(input);
    ConnectRequest request;
    ASSERT_TRUE(decode_connect_request(in, request));
    EXPECT_EQ(request.last_zxid_seen, 9);
    EXPECT_EQ(request.timeout_ms, 10'000);
    EXPECT_EQ(request.session_id, 0x0100001f4a0a0000);
    ASSERT_TRUE(request.passwd.value.has_value());
    EXPECT_EQ(request.passwd.value->size(), 16U);
    EXPECT_TRUE(request.has_read_only);
    EXPECT_TRUE(request.read_only);
    EXPECT_EQ(encoded_hex(request), testing_support::to_hex(input));
}

TEST(ConnectTest, RequestOf44BytesHasNoReadOnly) {
    const ExactBytes input(request_hex);
    ASSERT_EQ(input.span().size(), 44U);
    Decoder in(input);
    ConnectRequest request;
    request.read_only = true;
    ASSERT_TRUE(decode_connect_request(in, request));
    EXPECT_FALSE(request.has_read_only);
    EXPECT_FALSE(request.read_only);
    EXPECT_EQ(encoded_hex(request), testing_support::to_hex(input));
}

TEST(ConnectTest, ResponseOf37And36Bytes) {
    const ExactBytes longer(response_hex + "01");
    ASSERT_EQ(longer.span().size(), 37U);
    Decoder in_longer(longer);
    ConnectResponse response;
    ASSERT_TRUE(decode_connect_response(in_longer, response));
    EXPECT_EQ(response.session_id, 0x0100001f4a0a0000);
    EXPECT_EQ(response.timeout_ms, 10'000);
    EXPECT_TRUE(response.has_read_only && response.read_only);
    EXPECT_EQ(encoded_hex(response), testing_support::to_hex(longer));

    const ExactBytes shorter(response_hex);
    Decoder in_shorter(shorter);
    ASSERT_TRUE(decode_connect_response(in_shorter, response));
    EXPECT_FALSE(response.has_read_only || response.read_only);
    EXPECT_EQ(encoded_hex(response), testing_support::to_hex(shorter));
}

TEST(ConnectTest, ShorterResponsesAreRefused) {
    const auto bytes = testing_support::from_hex(response_hex);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const ExactBytes input(std::span<const std::byte>(bytes).first(size));
        Decoder in(input);
        ConnectResponse response;
        EXPECT_FALSE(decode_connect_response(in, response)) << size;
        EXPECT_FALSE(response.has_read_only) << size;
    }
}

TEST(ConnectTest, AReplyHeaderIsNotAConnectResponse) {
    // The reply of a read-only server to a new session: xid 0, zxid 0, err -119.
    const ExactBytes input("00000000 0000000000000000 ffffff89");
    Decoder in(input);
    ConnectResponse response;
    EXPECT_FALSE(decode_connect_response(in, response));
}

TEST(ConnectTest, PasswordsMayBeNullEmptyOrOfAnyLength) {
    const std::string head = "00000000 0000000000000000 00002710 0000000000000000 ";
    for (const std::string_view passwd : {"ffffffff", "00000000", "00000003 616263"}) {
        const ExactBytes input(head + std::string(passwd) + "00");
        Decoder in(input);
        ConnectRequest request;
        ASSERT_TRUE(decode_connect_request(in, request)) << passwd;
        EXPECT_TRUE(request.has_read_only);
        EXPECT_EQ(request.passwd.value.has_value(), passwd != "ffffffff");
    }
}

}  // namespace
}  // namespace kazoo::codec
