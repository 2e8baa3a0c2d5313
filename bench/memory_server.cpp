// SPDX-License-Identifier: Apache-2.0
#include "memory_server.hpp"

#include "codec/connect.hpp"
#include "codec/decoder.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/opcode.hpp"
#include "codec/protocol_numbers.hpp"
#include "codec/records.hpp"
#include "codec/watches.hpp"

#include <cstdint>
#include <stdexcept>
#include <utility>

namespace bench {
namespace {

using kazoo::base::Buffer;
using kazoo::base::load_be32;
namespace codec = kazoo::codec;

constexpr std::size_t length_size = 4;
constexpr std::int32_t sync_connected = 3;

}  // namespace

MemoryServer::MemoryServer(std::size_t data_size) {
    kazoo::ZnodeStat stat;
    stat.data_length = static_cast<std::int32_t>(data_size);
    codec::append_frame(
        get_reply_,
        codec::ReplyHeader{0, 1, 0},
        codec::GetDataReply{std::string(data_size, 'x'), stat}
    );
}

void MemoryServer::answer_uncounted(std::span<const std::byte> requests, Buffer& out) {
    answer_all(requests, out);
}

void MemoryServer::answer_all(std::span<const std::byte> requests, Buffer& out) {
    while (!requests.empty()) {
        const auto size = length_size + load_be32(requests.data());
        answer_one(requests.subspan(length_size, size - length_size), out);
        requests = requests.subspan(size);
    }
}

void MemoryServer::answer_one(std::span<const std::byte> request, Buffer& out) {
    if (!connected_) {
        codec::ConnectResponse response;
        response.timeout_ms = 10'000;
        response.session_id = 1;
        response.passwd.value = "0123456789abcdef";
        codec::append_frame(out, response);
        connected_ = true;
        return;
    }
    const auto xid = static_cast<std::int32_t>(load_be32(request.data()));
    switch (static_cast<codec::Opcode>(load_be32(request.data() + sizeof xid))) {
        case codec::Opcode::get_data: {
            const auto begin = out.size();
            out.append(get_reply_.data(), get_reply_.size());
            out.patch_i32(begin + length_size, xid);
            ++gets_;
            return;
        }
        case codec::Opcode::exists: {
            codec::Decoder decoder(request.subspan(2 * sizeof xid));
            watched_.push_back(decoder.text());
            codec::append_frame(
                out, codec::ReplyHeader{xid, 1, codec::number(kazoo::Errc::no_node)}
            );
            return;
        }
        case codec::Opcode::set_data:
            notify(out);
            codec::append_frame(out, codec::ReplyHeader{xid, 1, 0}, codec::StatReply());
            return;
        case codec::Opcode::close_session:
            codec::append_frame(out, codec::ReplyHeader{xid, 1, 0});
            ended_ = true;
            return;
        default:
            throw std::logic_error("the server in memory does not answer this request");
    }
}

void MemoryServer::notify(Buffer& out) {
    codec::WatcherEvent event;
    event.type = static_cast<std::int32_t>(codec::WatchEventType::created);
    event.state = sync_connected;
    for (auto& path : watched_) {
        event.path = std::move(path);
        codec::append_frame(out, codec::ReplyHeader{codec::watch_xid, 1, 0}, event);
    }
    watched_.clear();
}

}  // namespace bench
