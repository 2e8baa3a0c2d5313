// SPDX-License-Identifier: Apache-2.0
// A conversation with Apache ZooKeeper 3.9.5, byte for byte.

#include "server_node_rig.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kazoo::server {
namespace {

/// The hexadecimal digits without spaces.
std::string packed(std::string_view hex) {
    return testing_support::to_hex(testing_support::from_hex(hex));
}

std::string hex_of(std::int64_t value) {
    base::Buffer bytes;
    codec::Encoder(bytes).i64(value);
    return testing_support::to_hex(bytes.span());
}

const std::string stat_of_a =
    "0000000000000002 0000000000000002 000001a2038359a3 000001a2038359a3 00000000 00000000 "
    "00000000 0000000000000000 00000001 00000000 0000000000000002";

// After the multi: one child has been created and deleted.
const std::string changed_stat_of_a =
    "0000000000000002 0000000000000003 000001a2038359a3 000001a2038359a3 00000001 00000002 "
    "00000000 0000000000000000 00000001 00000000 0000000000000003";

// Within the multi, before that.
const std::string stat_in_multi =
    "0000000000000002 0000000000000003 000001a2038359a3 000001a2038359a3 00000001 00000000 "
    "00000000 0000000000000000 00000001 00000000 0000000000000002";

class ServerNodeGoldenTest : public testing::Test {
protected:
    void expect(std::string_view request, std::string_view reply) {
        client.send_hex(request);
        EXPECT_EQ(client.take_hex(), packed(reply)) << request;
    }
    void connect() {
        client.send_hex(
            "0000002d 00000000 0000000000000000 00002710 0000000000000000 00000010 "
            "00000000000000000000000000000000 00"
        );
        const auto buckets = rig.database.sessions().buckets();
        ASSERT_EQ(buckets.size(), 1U);
        const Session* session = rig.database.sessions().find(buckets.begin()->second.front());
        ASSERT_NE(session, nullptr);
        EXPECT_EQ(hex_of(session->id).substr(0, 2), "01");
        const auto password = std::as_bytes(std::span(session->password));
        EXPECT_EQ(
            client.take_hex(),
            packed(
                "00000025 00000000 00002710 " + hex_of(session->id) + " 00000010 " +
                testing_support::to_hex(password) + " 00"
            )
        );
    }
    void create_a() {
        expect(
            "0000000f 00000001 00000003 00000002 2f61 01",
            "00000010 00000001 0000000000000001 ffffff9b"
        );
        expect(
            "00000032 00000002 00000001 00000002 2f61 00000001 78 00000001 0000001f 00000005 "
            "776f726c64 00000006 616e796f6e65 00000000",
            "0000001e ffffffff 0000000000000002 00000000 00000001 00000003 00000002 2f61 "
            "00000016 00000002 0000000000000002 00000000 00000002 2f61"
        );
    }
    void change_a() {
        expect(
            "00000091 00000005 0000000e "
            "0000000d 00 ffffffff 00000002 2f61 00000000 "
            "00000005 00 ffffffff 00000002 2f61 00000001 79 00000000 "
            "00000001 00 ffffffff 00000005 2f612f732d 00000000 00000001 0000001f 00000005 "
            "776f726c64 00000006 616e796f6e65 00000002 "
            "00000002 00 ffffffff 0000000f 2f612f732d30303030303030303030 ffffffff "
            "ffffffff 01 ffffffff",
            "00000094 00000005 0000000000000003 00000000 0000000d 00 00000000 "
            "00000005 00 00000000 " +
                stat_in_multi +
                "00000001 00 00000000 0000000f 2f612f732d30303030303030303030 "
                "00000002 00 00000000 ffffffff 01 ffffffff"
        );
        // set_data, delete of a missing node, check
        expect(
            "0000004f 00000006 0000000e "
            "00000005 00 ffffffff 00000002 2f61 00000000 ffffffff "
            "00000002 00 ffffffff 00000003 2f7a7a ffffffff "
            "0000000d 00 ffffffff 00000002 2f61 ffffffff ffffffff 01 ffffffff",
            "00000040 00000006 0000000000000004 00000000 ffffffff 00 00000000 00000000 "
            "ffffffff 00 ffffff9b ffffff9b ffffffff 00 fffffffe fffffffe ffffffff 01 ffffffff"
        );
    }

    Rig rig;
    Client client = rig.open();
};

TEST_F(ServerNodeGoldenTest, CreateAndReads) {
    connect();
    create_a();
    expect(
        "0000000f 00000003 00000004 00000002 2f61 00",
        "00000059 00000003 0000000000000002 00000000 00000001 78" + stat_of_a
    );
    expect(
        "0000000e 00000004 0000000c 00000001 2f 00",
        "0000006a 00000004 0000000000000002 00000000 00000002 00000009 7a6f6f6b6565706572 "
        "00000001 61 0000000000000000 0000000000000000 0000000000000000 0000000000000000 "
        "00000000 00000000 00000000 0000000000000000 00000000 00000002 0000000000000002"
    );
}

TEST_F(ServerNodeGoldenTest, Multis) {
    connect();
    create_a();
    change_a();
    expect(
        "00000042 00000007 00000016 00000004 00 ffffffff 00000002 2f61 00 00000008 00 ffffffff "
        "00000002 2f61 00 00000004 00 ffffffff 00000003 2f7a7a 00 ffffffff 01 ffffffff",
        "00000085 00000007 0000000000000004 00000000 00000004 00 00000000 00000001 79 " +
            changed_stat_of_a +
            "00000008 00 00000000 00000000 ffffffff 00 ffffff9b ffffff9b ffffffff 01 ffffffff"
    );
}

TEST_F(ServerNodeGoldenTest, TheRestOfTheConversation) {
    connect();
    create_a();
    change_a();
    expect("00000008 fffffffe 0000000b", "00000010 fffffffe 0000000000000004 00000000");
    expect(
        "00000024 fffffffc 00000064 00000000 00000006 646967657374 0000000a 626f623a736563726574",
        "00000010 fffffffc 0000000000000000 00000000"
    );
    expect(
        "00000012 00000008 0000006a 00000002 2f61 00000001",
        "00000014 00000008 0000000000000004 00000000 00000000"
    );
    expect(
        "0000002a 00000009 00000069 0000000000000000 00000001 00000002 2f61 00000000 00000000 "
        "00000000 00000000",
        "0000001e ffffffff ffffffffffffffff 00000000 00000003 00000003 00000002 2f61 "
        "00000010 00000009 0000000000000004 00000000"
    );
    expect(
        "00000008 0000000a 0000006b",
        "00000038 0000000a 0000000000000004 00000000 00000002 00000006 646967657374 00000003 "
        "626f62 00000002 6970 00000009 3132372e302e302e31"
    );
    EXPECT_FALSE(client.over());
    expect("00000008 0000000b fffffff5", "00000010 0000000b 0000000000000005 00000000");
    EXPECT_TRUE(client.over());
}

TEST_F(ServerNodeGoldenTest, ExpiredSession) {
    expect(
        "0000002d 00000000 0000000000000000 00002710 0100001f4a0a0000 00000010 "
        "64f62e3121f221cbe2896a79d2093818 00",
        "00000025 00000000 00000000 0000000000000000 00000010 00000000000000000000000000000000 00"
    );
    EXPECT_TRUE(client.over());
}

TEST_F(ServerNodeGoldenTest, UnknownOpcode) {
    connect();
    expect("00000008 0000000c 000003e7", "00000010 0000000c ffffffffffffffff fffffffa");
    EXPECT_TRUE(client.over());
}

TEST_F(ServerNodeGoldenTest, TheSameByteByByte) {
    connect();
    const auto request = testing_support::from_hex("0000000f 00000001 00000003 00000002 2f61 01");
    for (const std::byte& byte : request) {
        EXPECT_EQ(client.take_hex(), "");
        client.send({&byte, 1});
    }
    EXPECT_EQ(client.take_hex(), packed("00000010 00000001 0000000000000001 ffffff9b"));
}

}  // namespace
}  // namespace kazoo::server
