// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/frame.hpp"
#include "codec/records.hpp"
#include "fuzz/harness.hpp"
#include "server/member/server_node.hpp"

#include <map>
#include <string>
#include <utility>

namespace kazoo::fuzz {

/// What a client needs to move its session to another connection.
struct SessionTicket {
    std::int64_t session = 0;
    std::string password;
};

/// One connection to a member. Whatever it sends, it must receive whole frames: the replies to its
/// own requests, with the right bodies.
class Peer {
public:
    Peer(server::ServerNode& member, std::size_t max_output, server::Time now)
        : member_(&member), max_output_(max_output), id_(member.open("10.0.0.1", 40'000, now)) {}

    /// Sends bytes that may not be frames; from then on replies are not checked.
    void send_anything(const std::vector<std::byte>& bytes, server::Time now) {
        unchecked_ = true;
        send(bytes, now);
    }
    void greet(const codec::ConnectRequest& request, server::Time now) {
        base::Buffer out;
        codec::append_frame(out, request);
        unchecked_ = unchecked_ || handshake_sent_;
        handshake_sent_ = true;
        send(out.span(), now);
    }
    /// The body may not match the opcode.
    void request(codec::Opcode op, std::span<const std::byte> body, server::Time now) {
        base::Buffer out;
        const std::int32_t xid = op == codec::Opcode::ping ? codec::ping_xid : ++last_xid_;
        codec::append_frame(out, codec::RequestHeader{xid, op});
        out.append(body.data(), body.size());
        out.patch_i32(0, static_cast<std::int32_t>(out.size() - 4));
        unchecked_ = unchecked_ || !handshake_sent_;
        if (xid > 0) {
            expected_replies_.emplace(xid, op);
        }
        send(out.span(), now);
    }

    /// Reads all output; returns false once the connection has ended.
    bool read(server::Time now, bool handshakes_may_fail) {
        for (;;) {
            base::Buffer out;
            member_->take_output(id_, out);
            if (out.empty()) {
                return !member_->over(id_);
            }
            require(out.size() <= max_output_, "output is limited");
            take(out.span(), handshakes_may_fail);
            member_->on_sent(id_, out.size(), now);
        }
    }
    void close(server::Time now) { member_->on_closed(id_, now); }

    /// The session from the handshake reply, if there was one.
    [[nodiscard]] const SessionTicket& session_ticket() const { return session_ticket_; }

private:
    void send(std::span<const std::byte> bytes, server::Time now) {
        if (member_->reading(id_)) {
            member_->on_bytes(id_, std::vector<std::byte>(bytes.begin(), bytes.end()), now);
        }
    }

    void take(std::span<const std::byte> bytes, bool handshakes_may_fail) {
        if (unchecked_) {
            return;  // possibly the reply to a four-letter word
        }
        reader_.feed(bytes);
        for (auto item = reader_.next(); item.kind != codec::FrameItem::Kind::none;
             item = reader_.next()) {
            if (!handshake_done_) {
                unchecked_ = !take_welcome(item.bytes);
                require(!unchecked_ || handshakes_may_fail, "the first frame is a handshake reply");
            } else {
                require(item.kind == codec::FrameItem::Kind::frame, "output is whole frames");
                take_reply(item.bytes);
            }
            if (unchecked_) {
                return;
            }
        }
        unchecked_ = !handshake_done_ && handshakes_may_fail;
        require(unchecked_ || reader_.buffered() == 0, "no half a frame is sent");
    }

    bool take_welcome(std::span<const std::byte> frame) {
        codec::Decoder in(frame);
        codec::ConnectResponse response;
        if (!codec::decode_connect_response(in, response)) {
            return false;
        }
        handshake_done_ = true;
        session_ticket_.session = response.session_id;
        session_ticket_.password = std::string(response.passwd.value.value_or(""));
        return true;
    }

    void take_reply(std::span<const std::byte> frame) {
        codec::Decoder in(frame);
        codec::ReplyHeader header;
        require(codec::decode(in, header), "replies have a header");
        if (header.xid == codec::watch_xid) {
            return require_body<codec::WatcherEvent>(in);
        }
        if (header.xid == codec::ping_xid) {
            return;
        }
        const auto answered = expected_replies_.find(header.xid);
        require(answered != expected_replies_.end(), "what is answered was asked, and once");
        if (header.err == 0) {
            take_body(answered->second, in);
        }
        expected_replies_.erase(answered);
    }

    template <class Body>
    static void require_body(codec::Decoder& in) {
        Body body;
        require(codec::decode(in, body), "the body of a reply is that of its request");
        require(in.remaining() == 0, "no bytes follow the body of a reply");
    }

    static void take_body(codec::Opcode op, codec::Decoder& in) {
        using codec::Opcode;
        switch (op) {
            case Opcode::create:
                return require_body<codec::CreateReply>(in);
            case Opcode::create2:
            case Opcode::create_container:
            case Opcode::create_ttl:
                return require_body<codec::Create2Reply>(in);
            case Opcode::exists:
            case Opcode::set_data:
            case Opcode::set_acl:
                return require_body<codec::StatReply>(in);
            case Opcode::get_data:
                return require_body<codec::GetDataReply>(in);
            case Opcode::get_acl:
                return require_body<codec::GetAclReply>(in);
            case Opcode::get_children:
                return require_body<codec::GetChildrenReply>(in);
            case Opcode::get_children2:
                return require_body<codec::GetChildren2Reply>(in);
            case Opcode::sync:
                return require_body<codec::SyncReply>(in);
            case Opcode::multi:
            case Opcode::multi_read:
                return require_body<codec::MultiResponse>(in);
            case Opcode::get_ephemerals:
                return require_body<codec::GetEphemeralsReply>(in);
            case Opcode::get_all_children_number:
                return require_body<codec::GetAllChildrenNumberReply>(in);
            case Opcode::who_am_i:
                return require_body<codec::WhoAmIReply>(in);
            default:
                return;
        }
    }

    server::ServerNode* member_;
    std::size_t max_output_;
    server::ConnectionId id_;
    codec::FrameReader reader_{codec::max_frame_length};
    std::map<std::int32_t, codec::Opcode> expected_replies_;
    std::int32_t last_xid_ = 0;
    SessionTicket session_ticket_;
    bool handshake_sent_ = false;
    bool handshake_done_ = false;
    bool unchecked_ = false;
};

}  // namespace kazoo::fuzz
