// SPDX-License-Identifier: Apache-2.0
#include "server_memory.hpp"

#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/replies.hpp"
#include "codec/requests.hpp"
#include "memory.hpp"
#include "raw_connection.hpp"

#include <kazoo/security.hpp>
#include <kazoo/testing/server.hpp>

#include <algorithm>
#include <functional>
#include <iomanip>
#include <ostream>
#include <stdexcept>
#include <string>

namespace bench {
namespace {

using kazoo::base::Buffer;

constexpr std::size_t siblings = 1000;  // nodes below one parent
constexpr std::size_t in_flight = 1000;

template <class Request>
void append(Buffer& out, const Request& request) {
    kazoo::codec::RequestHeader header;
    header.xid = 1;
    header.type = Request::opcode;
    kazoo::codec::append_frame(out, header, request);
}

std::string parent_of(std::size_t index) {
    return "/parent-" + std::to_string(index / siblings);
}

std::string path_of(std::size_t index) {
    return parent_of(index) + "/node-" + std::to_string(index % siblings);
}

std::string data_of(std::size_t index, std::size_t size) {
    std::string data = std::to_string(index);
    data.resize(size, '.');
    return data;
}

/// Sends one request per index from 0 to `count` - 1, which `append_one(buffer, index)` appends to
/// a buffer, with many in flight. Calls `look(index, body)` for each reply. Returns the time in
/// seconds.
double perform(
    RawConnection& connection,
    std::size_t count,
    const std::function<void(Buffer&, std::size_t)>& append_one,
    const std::function<void(std::size_t, std::span<const std::byte>)>& look
) {
    const auto start = Clock::now();
    Buffer frames;
    std::size_t seen = 0;
    for (std::size_t from = 0; from < count;) {
        const auto to = std::min(from + in_flight, count);
        frames.clear();
        for (; from < to; ++from) {
            append_one(frames, from);
        }
        connection.send_all(frames.span());
        while (seen < to) {
            connection.receive_replies([&](std::span<const std::byte> body) { look(seen++, body); }
            );
        }
    }
    return std::chrono::duration<double>(Clock::now() - start).count();
}

void append_create(Buffer& out, const std::string& path, const std::string& data) {
    static const auto acl = kazoo::open_acl_unsafe();
    kazoo::codec::CreateRequest request;
    request.path = path;
    request.data = data;
    request.acl = acl;
    append(out, request);
}

void check_data(std::span<const std::byte> body, const std::string& expected) {
    kazoo::codec::Decoder in(body);
    kazoo::codec::GetDataReply reply;
    if (!decode(in, reply) || reply.data != expected) {
        throw std::runtime_error("a node has unexpected data");
    }
}

}  // namespace

Buffer first_request() {
    kazoo::codec::ExistsRequest request;
    request.path = "/";
    Buffer frame;
    append(frame, request);
    return frame;
}

void measure_memory(std::size_t nodes, std::size_t data_size, std::ostream& out) {
    const kazoo::testing::Server server;
    RawConnection connection(kazoo::parse_hosts(server.hosts()).value().hosts.front());
    const auto ignore = [](std::size_t, std::span<const std::byte>) {};
    const double before = resident_bytes();
    const auto append_parent = [](Buffer& frames, std::size_t index) {
        append_create(frames, parent_of(index * siblings), "");
    };
    perform(connection, (nodes + siblings - 1) / siblings, append_parent, ignore);
    const auto append_node = [data_size](Buffer& frames, std::size_t index) {
        append_create(frames, path_of(index), data_of(index, data_size));
    };
    const double creating = perform(connection, nodes, append_node, ignore);
    const double per_node = (resident_bytes() - before) / static_cast<double>(nodes);
    const auto append_get = [](Buffer& frames, std::size_t index) {
        const auto path = path_of(index);
        kazoo::codec::GetDataRequest request;
        request.path = path;
        append(frames, request);
    };
    const auto check = [data_size](std::size_t index, std::span<const std::byte> body) {
        check_data(body, data_of(index, data_size));
    };
    const double reading = perform(connection, nodes, append_get, check);
    out << std::fixed << std::setprecision(0) << "server memory: " << per_node
        << " bytes per node, " << data_size << " of them data; " << nodes << " nodes created in "
        << std::setprecision(2) << creating << " s and read back in " << reading << " s"
        << std::endl;
}

}  // namespace bench
