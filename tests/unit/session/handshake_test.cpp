// SPDX-License-Identifier: Apache-2.0
#include "session/handshake.hpp"

#include "codec/connect.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "support/hex.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kazoo::session {
namespace {

using testing_support::from_hex;
using testing_support::to_hex;
using namespace std::chrono_literals;

const std::string zeros(32, '0');

std::string request(const Identity& wanted, std::int64_t zxid, const Config& config) {
    base::Buffer out;
    write_connect_request(out, wanted, zxid, config);
    return to_hex(out.span());
}

Identity identity(std::int64_t id, std::string password) {
    Identity result;
    result.id = id;
    result.password = std::move(password);
    return result;
}

codec::ConnectResponse response(std::int64_t id, std::int32_t timeout) {
    codec::ConnectResponse record;
    record.session_id = id;
    record.timeout_ms = timeout;
    record.passwd.value = "0123456789abcdef";
    return record;
}

ConnectResult read(const codec::ConnectResponse& record, const Identity& wanted = {}) {
    base::Buffer frame;
    codec::append_frame(frame, record);
    return read_connect_response(frame.span().subspan(4), wanted);
}

TEST(ConnectRequestTest, ForANewSession) {
    EXPECT_EQ(
        request({}, 0, {}),
        "0000002d"
        "00000000"
        "0000000000000000"
        "00002710"
        "0000000000000000"
        "00000010" +
            zeros + "00"
    );
}

TEST(ConnectRequestTest, ForASessionToResume) {
    Config config;
    config.session_timeout = 30s;
    config.read_only = true;
    EXPECT_EQ(
        request(identity(0x0102030405060708, "0123456789abcdef"), 0x1122, config),
        "0000002d"
        "00000000"
        "0000000000001122"
        "00007530"
        "0102030405060708"
        "00000010"
        "30313233343536373839616263646566"
        "01"
    );
}

TEST(ConnectRequestTest, AShortPasswordIsPaddedAndALongOneIsKept) {
    EXPECT_EQ(
        request(identity(1, "pw"), 0, {}).substr(56, 40),
        "00000010"
        "7077" +
            std::string(28, '0')
    );
    EXPECT_EQ(request(identity(1, std::string(20, 'p')), 0, {}).substr(56, 8), "00000014");
}

TEST(ConnectRequestTest, TheTimeoutFitsTheProtocol) {
    Config config;
    const auto asked = [&](milliseconds timeout) {
        config.session_timeout = timeout;
        EXPECT_EQ(request({}, 0, config).substr(32, 8).size(), 8U);
        return request({}, 0, config).substr(32, 8);
    };
    EXPECT_EQ(asked(milliseconds::max()), "7fffffff");
    EXPECT_EQ(asked(milliseconds::min()), "00000000");
    EXPECT_EQ(asked(1ms), "00000001");
    EXPECT_EQ(requested_timeout(config), 1ms);
}

TEST(ConnectResponseTest, CreatesASession) {
    const auto welcome = read(response(77, 4000));
    EXPECT_EQ(welcome.kind, ConnectResult::Kind::established);
    EXPECT_EQ(welcome.identity.id, 77);
    EXPECT_EQ(welcome.identity.password, "0123456789abcdef");
    EXPECT_FALSE(welcome.identity.local_to_read_only);
    EXPECT_EQ(welcome.timeout, 4s);
    EXPECT_FALSE(welcome.read_only);
}

TEST(ConnectResponseTest, WithoutTheLastByteTheServerIsReadWrite) {
    auto record = response(77, 4000);
    record.has_read_only = false;
    base::Buffer frame;
    codec::append_frame(frame, record);
    ASSERT_EQ(frame.size(), 4U + 36U);
    const auto welcome = read_connect_response(frame.span().subspan(4), {});
    EXPECT_EQ(welcome.kind, ConnectResult::Kind::established);
    EXPECT_FALSE(welcome.read_only);
}

TEST(ConnectResponseTest, ResumesTheRequestedSession) {
    const auto welcome = read(response(77, 4000), identity(77, "x"));
    EXPECT_EQ(welcome.kind, ConnectResult::Kind::established);
    EXPECT_EQ(welcome.identity.id, 77);
}

TEST(ConnectResponseTest, AnotherSessionMeansThatTheOldOneIsOver) {
    EXPECT_EQ(read(response(78, 4000), identity(77, "x")).kind, ConnectResult::Kind::expired);
}

TEST(ConnectResponseTest, NoTimeoutOrNoIdMeansExpired) {
    const auto wanted = identity(77, "x");
    EXPECT_EQ(read(response(77, 0), wanted).kind, ConnectResult::Kind::expired);
    EXPECT_EQ(read(response(77, -1), wanted).kind, ConnectResult::Kind::expired);
    EXPECT_EQ(read(response(0, 4000), wanted).kind, ConnectResult::Kind::expired);
    EXPECT_EQ(read(response(0, 0), wanted).kind, ConnectResult::Kind::expired);
}

TEST(ConnectResponseTest, WithoutASessionNothingCanExpire) {
    EXPECT_EQ(read(response(0, 0)).kind, ConnectResult::Kind::refused);
    EXPECT_EQ(read(response(77, 0)).kind, ConnectResult::Kind::refused);
    EXPECT_EQ(read(response(0, 4000)).kind, ConnectResult::Kind::refused);
}

TEST(ConnectResponseTest, Version42MeansToTryAnotherServer) {
    auto record = response(78, 4000);
    record.protocol_version = 42;
    EXPECT_EQ(read(record, identity(77, "x")).kind, ConnectResult::Kind::refused);
}

TEST(ConnectResponseTest, AReadOnlyServersNewSessionIsLocalToIt) {
    auto record = response(78, 4000);
    record.read_only = true;
    EXPECT_TRUE(read(record).identity.local_to_read_only);
    record.session_id = 77;
    const auto resumed = read(record, identity(77, "x"));
    EXPECT_TRUE(resumed.read_only);
    EXPECT_FALSE(resumed.identity.local_to_read_only);
}

TEST(ConnectResponseTest, EverythingElseIsRefused) {
    // The reply of a read-only server without local sessions: a bare header with -119.
    EXPECT_EQ(
        read_connect_response(from_hex("00000000 0000000000000005 ffffff89"), {}).kind,
        ConnectResult::Kind::refused
    );
    base::Buffer frame;
    codec::append_frame(frame, response(77, 4000));
    const auto whole = frame.span().subspan(4);
    for (std::size_t size = 0; size < 36; ++size) {
        const std::vector<std::byte> part(
            whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)
        );
        const auto welcome = read_connect_response(part, identity(77, "x"));
        EXPECT_EQ(welcome.kind, ConnectResult::Kind::refused) << size;
        EXPECT_STRNE(welcome.reason, "");
    }
}

}  // namespace
}  // namespace kazoo::session
