// SPDX-License-Identifier: Apache-2.0
// A single client cannot harm the server or other clients.

#include "server_node_rig.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace kazoo::server {
namespace {

using codec::Opcode;

std::string big(std::size_t size) {
    return std::string(size, 'x');
}

TEST(ConnectionLimitsTest, ImpossibleLengths) {
    Rig rig;
    Client other = rig.client();
    for (const char* hex : {"00000000", "00000007", "ffffffff", "80000000", "00100000"}) {
        Client client = rig.client();
        client.send_hex(hex);
        EXPECT_TRUE(client.over()) << hex;
        EXPECT_EQ(client.take_hex(), "");
    }
    EXPECT_EQ(other.create(1, "/a"), 0);
}

TEST(ConnectionLimitsTest, TheLongestFrame) {
    Rig rig;
    Client client = rig.client();
    base::Buffer frame = Client::frame(1, Opcode::exists, codec::ExistsRequest{"/", false});
    frame.grow(4 + 0xfffff - frame.size());
    frame.patch_i32(0, 0xfffff);
    client.send(frame.span());
    EXPECT_EQ(client.replies().size(), 1U);
    EXPECT_FALSE(client.over());
}

TEST(ConnectionLimitsTest, WordsAfterTheHandshakeAreLengths) {
    Rig rig;
    Client client = rig.client();
    client.send_text("ruok");
    client.send(std::vector<std::byte>(64));
    EXPECT_TRUE(client.over());
    EXPECT_EQ(client.take_hex(), "");
}

TEST(ConnectionLimitsTest, Words) {
    Rig rig;
    Client client = rig.client();
    client.ask(1, codec::ExistsRequest{"/", true});
    const auto ask = [&](std::string_view word) {
        Client asking = rig.open();
        for (const char& letter : word) {
            EXPECT_FALSE(asking.over());
            asking.send_text({&letter, 1});
        }
        EXPECT_TRUE(asking.over());
        const auto bytes = asking.take();
        asking.close();
        return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    EXPECT_EQ(ask("ruok"), "imok");
    EXPECT_EQ(ask("isro"), "rw");
    EXPECT_EQ(ask("what"), "");
    const std::string srvr = ask("srvr");
    EXPECT_NE(srvr.find("Zookeeper version: 3.9.5"), std::string::npos);
    EXPECT_NE(srvr.find("Connections: 2\n"), std::string::npos);
    EXPECT_NE(srvr.find("Zxid: 0x1\n"), std::string::npos);
    EXPECT_NE(srvr.find("Mode: standalone\n"), std::string::npos);
    const std::string cons = ask("cons");
    EXPECT_NE(cons.find("recved=2,sent=2"), std::string::npos) << cons;
    EXPECT_NE(cons.find("lop=EXIS"), std::string::npos) << cons;
    EXPECT_NE(ask("wchs").find("1 connections watching 1 paths"), std::string::npos);
    EXPECT_EQ(ask("srst"), "Server stats reset.\n");
    EXPECT_NE(ask("srvr").find("Received: 1\n"), std::string::npos);
    rig.member.faults().read_only = true;
    EXPECT_EQ(ask("isro"), "ro");
}

TEST(ConnectionLimitsTest, TheMaskFollowsItsWord) {
    Rig rig;
    for (const std::size_t first_piece : {2, 4, 7, 12}) {
        Client setting = rig.open();
        const std::string_view text("stmk\0\0\0\0\0\0\1\2", 12);
        setting.send_text(text.substr(0, first_piece));
        EXPECT_EQ(setting.over(), first_piece == text.size());
        setting.send_text(text.substr(first_piece));
        EXPECT_TRUE(setting.over());
        EXPECT_EQ(setting.take_hex(), "323538");
    }
    Client getting = rig.open();
    getting.send_text("gtmk");
    EXPECT_EQ(getting.take_hex(), "323538");
}

/// One client that sends requests and never reads, and one that reads.
class SlowReaderTest : public testing::Test {
protected:
    static ServerNodeOptions options() {
        ServerNodeOptions made;
        made.pause_output = 64 * 1024;
        made.max_output = 256 * 1024;
        return made;
    }
    SlowReaderTest() {
        const std::string data = big(16 * 1024);
        other.ask(1, codec::CreateRequest{"/big", data, open_acl_unsafe(), 0});
    }
    void ask_for_much(int requests) {
        base::Buffer bytes;
        for (int i = 0; i < requests; ++i) {
            const auto frame = Client::frame(i, Opcode::get_data, codec::GetDataRequest{"/big"});
            bytes.append(frame.data(), frame.size());
        }
        slow.send(bytes.span());
    }

    Rig rig{{}, options()};
    Client other = rig.client();
    Client slow = rig.client();
};

TEST_F(SlowReaderTest, IsPausedAndResumes) {
    ask_for_much(100);
    EXPECT_FALSE(slow.reading());
    base::Buffer out;
    rig.member.take_output(slow.id, out);
    EXPECT_LE(out.size(), 84U * 1024U);
    EXPECT_FALSE(slow.reading());
    EXPECT_EQ(other.ask(2, codec::GetDataRequest{"/big"}).back().err, 0);
    // Sent in parts.
    std::size_t all = 0;
    while (!out.empty()) {
        all += out.size();
        rig.member.on_sent(slow.id, out.size() / 2, rig.now);
        rig.member.on_sent(slow.id, out.size() - out.size() / 2, rig.now);
        out.clear();
        rig.member.take_output(slow.id, out);
        EXPECT_LE(out.size(), 84U * 1024U);
    }
    EXPECT_EQ(all, 100U * (20U + 4U + 16U * 1024U + 68U));
    EXPECT_TRUE(slow.reading());
    EXPECT_FALSE(slow.over());
}

TEST_F(SlowReaderTest, WritesAreNotAppliedWhilePaused) {
    ask_for_much(100);
    slow.request(1, codec::CreateRequest{"/later", "", open_acl_unsafe(), 0});
    EXPECT_EQ(rig.database.tree().find("/later"), nullptr);
    for (int i = 0; i < 100; ++i) {
        (void)slow.take();
    }
    EXPECT_NE(rig.database.tree().find("/later"), nullptr);
}

TEST_F(SlowReaderTest, AClientThatNeverReadsEventsIsDisconnected) {
    slow.ask(1, codec::AddWatchRequest{"/", 1});
    const std::string path = "/" + big(1000);
    other.create(2, path);
    int changes = 0;
    for (; changes < 1000 && !slow.over(); ++changes) {
        const auto replies = other.ask(3, codec::SetDataRequest{path, "", -1});
        ASSERT_EQ(replies.back().err, 0);
    }
    EXPECT_TRUE(slow.over());
    EXPECT_GE(changes, 200);
    EXPECT_EQ(slow.take_hex(), "");
    EXPECT_FALSE(other.over());
}

TEST_F(SlowReaderTest, AClientThatSendsWhilePausedIsDisconnected) {
    ask_for_much(100);
    for (int i = 0; i < 1000 && !slow.over(); ++i) {
        slow.request(i, codec::ExistsRequest{"/" + big(1000), false});
    }
    EXPECT_TRUE(slow.over());
    EXPECT_FALSE(other.over());
}

TEST(ConnectionTouchedTest, OncePerBatch) {
    Rig rig;
    Client client = rig.client();
    (void)rig.member.take_touched();
    base::Buffer batch;
    for (int i = 0; i < 100; ++i) {
        const auto frame = Client::frame(i, Opcode::exists, codec::ExistsRequest{"/", false});
        batch.append(frame.data(), frame.size());
    }
    client.send(batch.span());
    EXPECT_EQ(rig.member.take_touched(), std::vector<ConnectionId>{client.id});
    EXPECT_EQ(client.replies().size(), 100U);
    EXPECT_TRUE(rig.member.take_touched().empty());
}

TEST(ConnectionTouchedTest, UnknownNumbersAreHarmless) {
    Rig rig;
    Client client = rig.client();
    client.close();
    client.send_hex("00000008 fffffffe 0000000b");
    EXPECT_EQ(client.take_hex(), "");
    EXPECT_TRUE(client.over());
    EXPECT_FALSE(client.reading());
    client.close();
    EXPECT_EQ(rig.member.connection_count(), 0U);
    EXPECT_EQ(rig.database.sessions().size(), 1U);
}

}  // namespace
}  // namespace kazoo::server
