// SPDX-License-Identifier: Apache-2.0
#include "support/raw_client.hpp"

#include "codec/decoder.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <span>
#include <stdexcept>
#include <system_error>

namespace kazoo::testing_support {
namespace {

constexpr std::size_t longest_frame = std::size_t{16} << 20;
const std::string no_password(16, '\0');

}  // namespace

RawClient::RawClient(std::uint16_t port) : socket_(connect_to_loopback(port)) {
    if (!socket_) throw std::runtime_error("cannot connect");
}

void RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0) throw_errno("send");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

codec::RequestHeader RawClient::header(codec::Opcode op) {
    codec::RequestHeader header;
    header.xid = ++last_xid_;
    header.type = op;
    return header;
}

codec::ConnectRequest new_session(std::int32_t timeout_ms) {
    codec::ConnectRequest request;
    request.timeout_ms = timeout_ms;
    request.passwd.value = no_password;
    return request;
}

std::int64_t RawClient::connect(std::int32_t timeout_ms) {
    send_frame(new_session(timeout_ms));
    const auto frame = read_frame();
    codec::Decoder in(std::as_bytes(std::span(frame)));
    codec::ConnectResponse response;
    return codec::decode_connect_response(in, response) ? response.session_id : 0;
}

bool RawClient::read(char* into, std::size_t count) {
    while (count != 0) {
        const auto got = ::recv(fd(), into, count, 0);
        if (got == 0 || (got < 0 && errno == ECONNRESET)) return false;
        if (got < 0) throw_errno("recv");
        into += got;
        count -= static_cast<std::size_t>(got);
    }
    return true;
}

bool RawClient::readable(std::chrono::milliseconds limit) const {
    pollfd socket{fd(), POLLIN, 0};
    return ::poll(&socket, 1, static_cast<int>(limit.count())) > 0;
}

std::string RawClient::read_frame() {
    std::array<char, 4> prefix;
    if (!read(prefix.data(), prefix.size())) return {};
    const auto length = base::load_be32(reinterpret_cast<const std::byte*>(prefix.data()));
    if (length > longest_frame) throw std::runtime_error("a frame that is too long");
    std::string frame(length, '\0');
    return read(frame.data(), frame.size()) ? frame : std::string();
}

std::string RawClient::read_all() {
    std::string all;
    char next = 0;
    while (read(&next, 1)) all += next;
    return all;
}

bool RawClient::closes() {
    try {
        std::array<char, 4096> chunk;
        while (read(chunk.data(), chunk.size())) {
        }
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

void RawClient::half_close() {
    ::shutdown(fd(), SHUT_WR);
}

}  // namespace kazoo::testing_support
