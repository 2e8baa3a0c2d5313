// SPDX-License-Identifier: Apache-2.0
#include "support/fake_server.hpp"

#include <kazoo/errors.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

namespace kazoo::testing_support {
namespace {

// Time for the client to send something.
constexpr int step_limit_ms = 20'000;
constexpr std::size_t longest_request = std::size_t{4} << 20;
constexpr std::string_view password = "fake server pass";

}  // namespace

base::Buffer int32s(std::initializer_list<std::int32_t> values) {
    base::Buffer bytes;
    for (const auto value : values) {
        base::store_be32(bytes.grow(4), static_cast<std::uint32_t>(value));
    }
    return bytes;
}

void FakeConnection::wait_readable() {
    std::array<pollfd, 2> watched{{{socket_.get(), POLLIN, 0}, {end_.fd(), POLLIN, 0}}};
    if (::poll(watched.data(), watched.size(), step_limit_ms) <= 0 || watched[1].revents != 0) {
        throw Over();
    }
}

void FakeConnection::read(std::byte* into, std::size_t count) {
    while (count > 0) {
        wait_readable();
        const auto got = ::recv(socket_.get(), into, count, 0);
        if (got <= 0) throw Over();
        into += got;
        count -= static_cast<std::size_t>(got);
    }
}

std::vector<std::byte> FakeConnection::read_frame() {
    std::array<std::byte, 4> prefix;
    read(prefix.data(), prefix.size());
    const std::size_t length = base::load_be32(prefix.data());
    if (length > longest_request) throw Over();
    std::vector<std::byte> bytes(length);
    read(bytes.data(), length);
    return bytes;
}

FakeConnection::Hello FakeConnection::read_hello() {
    const auto bytes = read_frame();
    codec::Decoder decoder(bytes);
    codec::ConnectRequest request;
    if (!codec::decode_connect_request(decoder, request)) throw Over();
    return {request.session_id, request.timeout_ms, request.read_only};
}

codec::ConnectResponse FakeConnection::answer(std::int64_t session, std::int32_t timeout_ms) {
    codec::ConnectResponse response;
    response.session_id = session;
    response.timeout_ms = timeout_ms;
    response.passwd.value = password;
    return response;
}

void FakeConnection::welcome(std::int32_t timeout_ms) {
    const auto hello = read_hello();
    const auto session = hello.session_id != 0 ? hello.session_id : new_session();
    send(frame(answer(session, timeout_ms)));
}

FakeConnection::Request FakeConnection::next() {
    const auto bytes = read_frame();
    codec::Decoder decoder(bytes);
    codec::RequestHeader header;
    if (!codec::decode(decoder, header)) throw Over();
    const auto body = std::span(bytes).last(decoder.remaining());
    return {header.xid, header.type, {body.begin(), body.end()}};
}

FakeConnection::Request FakeConnection::next_operation() {
    for (;;) {
        auto request = next();
        if (request.op != codec::Opcode::ping) return request;
        reply(request);
    }
}

void FakeConnection::send(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) throw Over();
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
}

void FakeConnection::send_bytewise(const base::Buffer& bytes) {
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (std::size_t at = 0; at < bytes.size(); ++at) send(bytes.span().subspan(at, 1));
}

void FakeConnection::stay_silent() {
    for (std::array<std::byte, 1> ignored;;) read(ignored.data(), ignored.size());
}

void FakeConnection::answer_pings() {
    for (;;) {
        const auto request = next();
        if (request.op == codec::Opcode::ping) reply(request);
    }
}

void FakeConnection::serve(const Request& request) {
    switch (request.op) {
        case codec::Opcode::get_data: {
            codec::GetDataReply node;
            node.data = "good";
            return reply(request, node);
        }
        case codec::Opcode::exists:
        case codec::Opcode::set_data:
            return reply(request, codec::StatReply());
        case codec::Opcode::get_children:
            return reply(request, codec::GetChildrenReply());
        case codec::Opcode::close_session:
            reply(request);
            throw Over();
        case codec::Opcode::sync:
            return reply(request, codec::SyncReply{"/a"});
        case codec::Opcode::delete_:
        case codec::Opcode::ping:
        case codec::Opcode::auth:
        case codec::Opcode::set_watches:
            return reply(request);
        default:
            return fail(request, static_cast<std::int32_t>(Errc::unimplemented));
    }
}

void FakeConnection::serve_all() {
    for (;;) serve(next());
}

FakeServer::FakeServer(Script script)
    : script_(std::move(script)),
      listener_(listen_on_loopback()),
      port_(local_port(listener_)),
      thread_([this] { run(); }) {}

FakeServer::~FakeServer() {
    end_.raise();
    thread_.join();
}

void FakeServer::run() {
    for (int number = 0;; ++number) {
        std::array<pollfd, 2> watched{{{listener_.get(), POLLIN, 0}, {end_.fd(), POLLIN, 0}}};
        while (::poll(watched.data(), watched.size(), -1) < 0) {
        }
        if (watched[1].revents != 0) return;
        Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        connections_.store(number + 1);
        try {
            FakeConnection connection(std::move(socket), number, end_);
            script_(connection, number);
        } catch (const FakeConnection::Over&) {
            // Closes this connection and accepts the next one.
        }
    }
}

}  // namespace kazoo::testing_support
