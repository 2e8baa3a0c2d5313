// SPDX-License-Identifier: Apache-2.0
#include "raw_connection.hpp"

#include "codec/connect.hpp"
#include "codec/decoder.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>

namespace bench {
namespace {

constexpr std::size_t input_size = 256 * 1024;
constexpr std::size_t prefix_size = 4;
constexpr std::size_t reply_header_size = 16;
constexpr std::size_t reply_error_offset = 12;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::size_t checked(ssize_t n, const char* what) {
    if (n < 0) {
        fail(what);
    }
    return static_cast<std::size_t>(n);
}

int open_socket(const kazoo::HostPort& server) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const auto port = std::to_string(server.port);
    if (const int error = getaddrinfo(server.host.c_str(), port.c_str(), &hints, &found)) {
        throw std::runtime_error(server.host + ": " + gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);
    for (const auto* a = addresses.get(); a != nullptr; a = a->ai_next) {
        const int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        if (fd < 0) {
            continue;
        }
        // On Linux the send timeout also limits connect().
        const timeval limit{std::chrono::seconds(patience).count(), 0};
        const int on = 1;
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) {
            return fd;
        }
        const int error = errno;
        close(fd);
        errno = error;
    }
    fail("connect");
}

}  // namespace

RawConnection::Descriptor::~Descriptor() {
    close(fd_);
}

RawConnection::RawConnection(const kazoo::HostPort& server)
    : socket_(open_socket(server)), in_(input_size) {
    shake_hands();
}

RawConnection::~RawConnection() {
    try {
        kazoo::codec::RequestHeader header;
        header.xid = 1;
        header.type = kazoo::codec::Opcode::close_session;
        kazoo::base::Buffer frame;
        kazoo::codec::append_frame(frame, header);
        send_all(frame.span());
        receive_replies();
    } catch (const std::exception&) {
        // The session expires; this does not affect later measurements.
    }
}

void RawConnection::shake_hands() {
    const std::string no_password(16, '\0');
    kazoo::codec::ConnectRequest request;
    request.timeout_ms = 30'000;  // longer than any round, because no pings are sent
    request.passwd = {no_password};
    kazoo::base::Buffer frame;
    kazoo::codec::append_frame(frame, request);
    send_all(frame.span());

    auto answer = next_frame();
    while (!answer) {
        read_once();
        answer = next_frame();
    }
    kazoo::codec::Decoder decoder(*answer);
    kazoo::codec::ConnectResponse response;
    if (!kazoo::codec::decode_connect_response(decoder, response) || response.session_id == 0) {
        throw std::runtime_error("the server refused the session");
    }
}

void RawConnection::send_all(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto n = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        bytes = bytes.subspan(checked(n, "send"));
    }
}

std::size_t RawConnection::send_some(std::span<const std::byte> bytes) {
    const auto n = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return 0;
    }
    return checked(n, "send");
}

std::size_t RawConnection::receive_replies() {
    return receive_replies(nullptr);
}

std::size_t RawConnection::receive_replies(const Look& look) {
    read_once();
    std::size_t replies = 0;
    while (const auto frame = next_frame()) {
        if (frame->size() < reply_header_size ||
            kazoo::base::load_be32(frame->data() + reply_error_offset) != 0) {
            throw std::runtime_error("an operation failed");
        }
        if (look) {
            look(frame->subspan(reply_header_size));
        }
        ++replies;
    }
    return replies;
}

void RawConnection::read_once() {
    if (begin_ > 0) {
        std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == in_.size()) {
        in_.resize(2 * in_.size());
    }
    const auto n = checked(recv(socket_, in_.data() + end_, in_.size() - end_, 0), "recv");
    if (n == 0) {
        throw std::runtime_error("the server closed the connection");
    }
    end_ += n;
}

std::optional<std::span<const std::byte>> RawConnection::next_frame() {
    if (end_ - begin_ < prefix_size) {
        return std::nullopt;
    }
    const std::size_t length = kazoo::base::load_be32(in_.data() + begin_);
    if (end_ - begin_ - prefix_size < length) {
        return std::nullopt;
    }
    const std::span<const std::byte> frame(in_.data() + begin_ + prefix_size, length);
    begin_ += prefix_size + length;
    return frame;
}

}  // namespace bench
