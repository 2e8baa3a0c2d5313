// SPDX-License-Identifier: Apache-2.0
#include "support/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <random>
#include <stdexcept>

namespace kazoo::testing_support {
namespace {

constexpr auto loopback = "127.0.0.1";

/// An IPv4 address in the form of the system calls.
class Address {
public:
    Address(const char* host, std::uint16_t port) {
        address_.sin_family = AF_INET;
        address_.sin_port = htons(port);
        if (::inet_pton(AF_INET, host, &address_.sin_addr) != 1) {
            throw std::invalid_argument(std::string(host) + " is not an IPv4 address");
        }
    }
    [[nodiscard]] const sockaddr* get() const {
        return reinterpret_cast<const sockaddr*>(&address_);
    }
    static constexpr socklen_t size = sizeof(sockaddr_in);

private:
    sockaddr_in address_{};
};

Descriptor tcp_socket() {
    return {::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"};
}

void require(bool success, const char* what) {
    if (!success) throw_errno(what);
}

}  // namespace

std::uint16_t free_port() {
    std::random_device source;
    std::uniform_int_distribution<int> distribution(10'000, 32'000);
    for (int attempt = 0; attempt < 1000; ++attempt) {
        const auto port = static_cast<std::uint16_t>(distribution(source));
        const Address address(loopback, port);
        const auto probe = tcp_socket();
        if (::bind(probe.get(), address.get(), Address::size) == 0) return port;
    }
    throw std::runtime_error("no free port on 127.0.0.1");
}

Descriptor listen_on_loopback(int backlog) {
    auto socket = tcp_socket();
    const Address any_port(loopback, 0);
    require(::bind(socket.get(), any_port.get(), Address::size) == 0, "bind");
    require(::listen(socket.get(), backlog) == 0, "listen");
    return socket;
}

std::uint16_t local_port(const Descriptor& socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    require(::getsockname(socket.get(), generic, &size) == 0, "getsockname");
    return ntohs(address.sin_port);
}

void limit_steps(const Descriptor& socket, std::chrono::milliseconds limit) {
    timeval value{};
    value.tv_sec = limit.count() / 1000;
    value.tv_usec = (limit.count() % 1000) * 1000;
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
}

Descriptor connect_to(
    const std::string& host, std::uint16_t port, std::chrono::milliseconds limit
) {
    auto socket = tcp_socket();
    limit_steps(socket, limit);
    const Address address(host.c_str(), port);
    if (::connect(socket.get(), address.get(), Address::size) != 0) return {};
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

Descriptor connect_to_loopback(std::uint16_t port) {
    return connect_to(loopback, port, std::chrono::seconds(10));
}

std::string exchange(
    std::uint16_t port, std::string_view request, std::chrono::milliseconds limit
) {
    return exchange(loopback, port, request, limit);
}

std::string exchange(
    const std::string& host,
    std::uint16_t port,
    std::string_view request,
    std::chrono::milliseconds limit
) {
    std::string answer;
    const auto socket = connect_to(host, port, limit);
    if (!socket) return answer;
    const auto sent = ::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request.size())) return answer;
    std::array<char, 4096> chunk;
    for (;;) {
        const auto count = ::recv(socket.get(), chunk.data(), chunk.size(), 0);
        if (count <= 0) return answer;
        answer.append(chunk.data(), static_cast<std::size_t>(count));
    }
}

Signal::Signal() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd") {}

void Signal::raise() {
    const std::uint64_t one = 1;
    require(::write(fd_.get(), &one, sizeof one) == sizeof one, "eventfd");
}

void Signal::clear() {
    std::uint64_t count = 0;
    require(::read(fd_.get(), &count, sizeof count) == sizeof count || errno == EAGAIN, "eventfd");
}

}  // namespace kazoo::testing_support
