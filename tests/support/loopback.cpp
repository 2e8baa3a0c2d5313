#include "support/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <random>
#include <stdexcept>

namespace kazoo::testing_support {
namespace {

/// Owns a TCP socket.
class Socket {
public:
    Socket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
    ~Socket() {
        if (fd_ >= 0) ::close(fd_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    int fd() const { return fd_; }

private:
    int fd_;
};

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void limit_steps(int fd, std::chrono::milliseconds limit) {
    timeval value{};
    value.tv_sec = limit.count() / 1000;
    value.tv_usec = (limit.count() % 1000) * 1000;
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
}

}  // namespace

std::uint16_t free_port() {
    std::random_device source;
    std::uniform_int_distribution<int> distribution(10'000, 32'000);
    for (int attempt = 0; attempt < 1000; ++attempt) {
        const auto port = static_cast<std::uint16_t>(distribution(source));
        const auto address = loopback(port);
        const Socket probe;
        const auto* generic = reinterpret_cast<const sockaddr*>(&address);
        if (::bind(probe.fd(), generic, sizeof address) == 0) return port;
    }
    throw std::runtime_error("no free port on 127.0.0.1");
}

std::string exchange(
    std::uint16_t port, std::string_view request, std::chrono::milliseconds limit
) {
    return exchange("127.0.0.1", port, request, limit);
}

std::string exchange(
    const std::string& host,
    std::uint16_t port,
    std::string_view request,
    std::chrono::milliseconds limit
) {
    std::string answer;
    auto address = loopback(port);
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) return answer;
    const Socket socket;
    limit_steps(socket.fd(), limit);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(socket.fd(), generic, sizeof address) != 0) return answer;
    const auto sent = ::send(socket.fd(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request.size())) return answer;
    std::array<char, 4096> chunk;
    for (;;) {
        const auto count = ::recv(socket.fd(), chunk.data(), chunk.size(), 0);
        if (count <= 0) return answer;
        answer.append(chunk.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace kazoo::testing_support
