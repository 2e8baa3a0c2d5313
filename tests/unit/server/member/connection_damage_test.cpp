// SPDX-License-Identifier: Apache-2.0
// Damaged frames of every kind: they may affect their own connection, but no other one.

#include "server_node_rig.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace kazoo::server {
namespace {

using codec::Opcode;
using Bytes = std::vector<std::byte>;

Bytes bytes_of(const base::Buffer& buffer) {
    return {buffer.span().begin(), buffer.span().end()};
}

std::vector<Bytes> good_frames() {
    const AclList acl = open_acl_unsafe();
    codec::MultiRequest writes;
    writes.ops.push_back({Opcode::check, codec::CheckRequest{"/", -1}});
    writes.ops.push_back({Opcode::create, codec::CreateRequest{"/m", "x", acl, 0}});
    writes.ops.push_back({Opcode::delete_, codec::DeleteRequest{"/m", -1}});
    codec::MultiRequest reads;
    reads.ops.push_back({Opcode::get_data, codec::GetDataRequest{"/", false}});
    reads.ops.push_back({Opcode::get_children, codec::GetChildrenRequest{"/", false}});
    const auto frame = [](const auto& body) {
        return bytes_of(Client::frame(1, body.opcode, body));
    };
    return {
        frame(codec::CreateRequest{"/a", "x", acl, 1}),
        frame(codec::CreateTtlRequest{"/t", "x", acl, 5, 1000}),
        frame(codec::GetDataRequest{"/bystander", true}),
        frame(codec::SetAclRequest{"/a", acl, -1}),
        frame(codec::SetWatches2Request{0, {"/a"}, {"/b"}, {"/c"}, {"/d"}, {"/e"}}),
        frame(codec::AuthRequest{0, "digest", {"bob:secret"}}),
        frame(codec::SaslRequest{{"token"}}),
        frame(codec::AddWatchRequest{"/", 1}),
        frame(codec::RemoveWatchesRequest{"/", 3}),
        frame(codec::SyncRequest{"/"}),
        bytes_of(Client::frame(1, Opcode::multi, writes)),
        bytes_of(Client::frame(1, Opcode::multi_read, reads)),
        bytes_of(Client::frame(1, Opcode::ping)),
        bytes_of(Client::frame(1, Opcode::close_session)),
    };
}

class ConnectionDamageTest : public testing::Test {
protected:
    ConnectionDamageTest() { bystander.create(1, "/bystander"); }

    /// Sends the bytes on a new connection, then checks that the bystander is still served.
    void send_damaged(std::span<const std::byte> bytes, bool with_session) {
        Client client = with_session ? rig.client() : rig.open();
        // In an allocation of exactly this size, so that a sanitizer detects reads beyond the end.
        const Bytes exact(bytes.begin(), bytes.end());
        client.send(exact);
        client.request(codec::ping_xid, Opcode::ping);
        (void)client.take();
        client.close();
        bystander.request(2, codec::GetDataRequest{"/bystander", false});
        const auto replies = bystander.replies();
        ASSERT_FALSE(bystander.over());
        ASSERT_EQ(replies.size(), 1U);
        ASSERT_EQ(replies[0].err, 0);
    }
    void damage(const Bytes& good, bool with_session) {
        for (std::size_t size = 0; size < good.size(); ++size) {
            send_damaged(std::span(good).first(size), with_session);
            // Truncated as before, but with a matching length.
            if (size >= 4) {
                Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
                base::store_be32(cut.data(), static_cast<std::uint32_t>(size - 4));
                send_damaged(cut, with_session);
            }
        }
        Bytes flipped = good;
        for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
            flipped[bit / 8] ^= std::byte{1} << (bit % 8);
            send_damaged(flipped, with_session);
            flipped[bit / 8] = good[bit / 8];
        }
    }

    Rig rig;
    Client bystander = rig.client();
};

TEST_F(ConnectionDamageTest, Handshakes) {
    const auto good = Client::greeting({0, 0, 10'000, 0, {std::string_view("0123456789abcdef")}});
    damage(bytes_of(good), false);
}

TEST_F(ConnectionDamageTest, Words) {
    for (const std::string_view word : {"ruok", "srvr", "stat", "cons", "dump", "mntr", "wchs"}) {
        const auto bytes = std::as_bytes(std::span(word));
        damage({bytes.begin(), bytes.end()}, false);
    }
}

TEST_F(ConnectionDamageTest, Requests) {
    for (const Bytes& good : good_frames()) {
        damage(good, true);
    }
}

TEST_F(ConnectionDamageTest, InAnySlices) {
    Bytes all;
    for (const Bytes& good : good_frames()) {
        all.insert(all.end(), good.begin(), good.end());
    }
    std::string expected;
    for (std::size_t slice = all.size(); slice > 0; slice = slice * 2 / 3) {
        Rig fresh;
        Client client = fresh.client();
        for (std::size_t at = 0; at < all.size(); at += slice) {
            client.send(std::span(all).subspan(at, std::min(slice, all.size() - at)));
        }
        const std::string answers = client.take_hex();
        expected = expected.empty() ? answers : expected;
        ASSERT_EQ(answers, expected) << slice;
        ASSERT_TRUE(client.over());
    }
}

}  // namespace
}  // namespace kazoo::server
