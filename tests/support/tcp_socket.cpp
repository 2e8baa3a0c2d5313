#include "support/tcp_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace kazoo::testing_support {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void require(bool success, const char* what) {
    if (!success) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

void Descriptor::reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Descriptor listen_on_loopback(int backlog) {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    require(static_cast<bool>(socket), "socket");
    const auto address = loopback(0);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    require(::bind(socket.get(), generic, sizeof address) == 0, "bind");
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

Descriptor connect_to_loopback(std::uint16_t port) {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    require(static_cast<bool>(socket), "socket");
    const auto address = loopback(port);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(socket.get(), generic, sizeof address) != 0) return {};
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

Signal::Signal() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    require(static_cast<bool>(fd_), "eventfd");
}

void Signal::raise() {
    const std::uint64_t one = 1;
    require(::write(fd_.get(), &one, sizeof one) == sizeof one, "eventfd");
}

void Signal::clear() {
    std::uint64_t count = 0;
    require(::read(fd_.get(), &count, sizeof count) == sizeof count || errno == EAGAIN, "eventfd");
}

}  // namespace kazoo::testing_support
