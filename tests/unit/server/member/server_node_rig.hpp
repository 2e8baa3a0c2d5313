// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/frame.hpp"
#include "codec/records.hpp"
#include "server/member/server_node.hpp"
#include "support/hex.hpp"
#include "unit/server/rules/server_times.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/security.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::server {

/// A reply or a notification as received by a client.
struct Reply {
    std::int32_t xid = 0;
    std::int64_t zxid = 0;
    std::int32_t err = 0;
    std::vector<std::byte> body;

    [[nodiscard]] bool is_event() const { return xid == codec::watch_xid; }
    template <class Record>
    Record as() const {
        Record record;
        codec::Decoder in(body);
        if (!codec::decode(in, record)) {
            throw std::runtime_error("not the body of this reply");
        }
        return record;
    }
    codec::WatcherEvent event() const { return as<codec::WatcherEvent>(); }
};

inline constexpr Time start_time{steady_at(1'000'000), wall_at(0x1a2038359a3)};

/// A client of a member, driven by the test.
class Client {
public:
    explicit Client(ServerNode& member, Time& now) : member_(&member), now_(&now) {
        id = member.open("127.0.0.1", 40'000, now);
    }

    void send(std::span<const std::byte> bytes) { member_->on_bytes(id, bytes, *now_); }
    void send_hex(std::string_view hex) { send(testing_support::from_hex(hex)); }
    void send_text(std::string_view text) { send(std::as_bytes(std::span(text))); }

    template <class... Body>
    static base::Buffer frame(std::int32_t xid, codec::Opcode op, const Body&... body) {
        base::Buffer out;
        codec::append_frame(out, codec::RequestHeader{xid, op}, body...);
        return out;
    }
    template <class... Body>
    void request(std::int32_t xid, codec::Opcode op, const Body&... body) {
        send(frame(xid, op, body...).span());
    }
    template <class Body>
    void request(std::int32_t xid, const Body& body) {
        request(xid, Body::opcode, body);
    }
    /// Sends a request and returns everything received since the last call.
    template <class... Args>
    std::vector<Reply> ask(const Args&... args) {
        request(args...);
        return replies();
    }
    std::int32_t create(std::int32_t xid, std::string_view path, std::int32_t flags = 0) {
        const AclList acl = open_acl_unsafe();
        return ask(xid, codec::CreateRequest{path, "x", acl, flags}).back().err;
    }

    /// Returns all output and reports it as sent.
    std::vector<std::byte> take() {
        base::Buffer out;
        member_->take_output(id, out);
        member_->on_sent(id, out.size(), *now_);
        return {out.span().begin(), out.span().end()};
    }
    std::string take_hex() { return testing_support::to_hex(take()); }

    std::vector<Reply> replies() {
        const std::vector<std::byte> bytes = take();
        codec::FrameReader reader(codec::max_frame_length);
        reader.feed(bytes);
        std::vector<Reply> found;
        for (auto item = reader.next(); item.kind == codec::FrameItem::Kind::frame;
             item = reader.next()) {
            codec::Decoder in(item.bytes);
            codec::ReplyHeader header;
            if (!codec::decode(in, header)) {
                throw std::runtime_error("a frame without a header");
            }
            const auto body = item.bytes.subspan(16);
            found.push_back({header.xid, header.zxid, header.err, {body.begin(), body.end()}});
        }
        return found;
    }
    std::vector<std::int32_t> xids() {
        std::vector<std::int32_t> list;
        for (const Reply& reply : replies()) {
            list.push_back(reply.xid);
        }
        return list;
    }

    struct Welcome {
        bool answered = false;
        std::int32_t protocol = 0;
        std::int32_t timeout_ms = 0;
        std::int64_t session = 0;
        std::string password;
        bool read_only = false;
        std::size_t length = 0;
    };
    static base::Buffer greeting(codec::ConnectRequest request) {
        base::Buffer out;
        codec::append_frame(out, request);
        return out;
    }
    Welcome connect(const codec::ConnectRequest& request = {0, 0, 10'000, 0, {}, false}) {
        send(greeting(request).span());
        return welcome();
    }
    Welcome resume(const Welcome& session, bool read_only = false) {
        return connect({0, 0, 10'000, session.session, {session.password}, read_only});
    }
    Welcome welcome() {
        const std::vector<std::byte> bytes = take();
        if (bytes.size() < 4) {
            return {};
        }
        codec::Decoder in(std::span<const std::byte>(bytes).subspan(4));
        codec::ConnectResponse response;
        if (!codec::decode_connect_response(in, response)) {
            throw std::runtime_error("not a handshake's answer");
        }
        return {
            true,
            response.protocol_version,
            response.timeout_ms,
            response.session_id,
            std::string(response.passwd.value.value_or("")),
            response.read_only,
            bytes.size() - 4};
    }

    [[nodiscard]] bool over() const { return member_->over(id); }
    [[nodiscard]] bool reading() const { return member_->reading(id); }
    void close() { member_->on_closed(id, *now_); }

    ConnectionId id;

private:
    ServerNode* member_;
    Time* now_;
};

/// A test rig with one server.
class Rig {
public:
    explicit Rig(DatabaseOptions options = {}, ServerNodeOptions node_options = {})
        : database(std::move(options)), member(database, std::move(node_options)) {}

    Client open() { return Client(member, now); }
    /// A client with a session.
    Client client() {
        Client made = open();
        last_welcome = made.connect();
        return made;
    }
    void pass(std::int64_t ms) {
        now.steady += Milliseconds(ms);
        now.wall += Milliseconds(ms);
        database.on_time(now);
        member.on_time(now);
    }

    Time now = start_time;
    Database database;
    ServerNode member;
    Client::Welcome last_welcome;
};

inline std::int32_t number(Errc err) {
    return static_cast<std::int32_t>(err);
}

}  // namespace kazoo::server
