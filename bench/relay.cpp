// SPDX-License-Identifier: Apache-2.0
#include "relay.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace bench {
namespace {

constexpr auto poll_interval = std::chrono::milliseconds(10);
constexpr auto limit = std::chrono::minutes(10);
constexpr std::size_t buffer_size = 256 * 1024;
constexpr std::size_t prefix_size = 4;
constexpr std::size_t xid_and_type_size = 8;
constexpr std::int32_t ping_xid = -2;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::int32_t number_at(std::string_view bytes, std::size_t offset) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return static_cast<std::int32_t>(ntohl(value));
}

/// Returns a socket that listens on a free port of 127.0.0.1.
int listening_socket() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        listen(fd, 1) != 0) {
        fail("listen");
    }
    return fd;
}

std::uint16_t port_of(int fd) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        fail("getsockname");
    }
    return ntohs(address.sin_port);
}

void send_at_once(int fd) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// Returns a connected socket; -1 if the server cannot be reached.
int connected_socket(const kazoo::HostPort& server) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const auto port = std::to_string(server.port);
    if (getaddrinfo(server.host.c_str(), port.c_str(), &hints, &found) != 0) {
        return -1;
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);
    for (const auto* a = addresses.get(); a != nullptr; a = a->ai_next) {
        const int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0) {
            send_at_once(fd);
            return fd;
        }
        close(fd);
    }
    return -1;
}

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto size = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

}  // namespace

std::size_t Traffic::total() const {
    std::size_t sum = 0;
    for (const auto& [opcode, number] : requests) {
        sum += number;
    }
    return sum;
}

Relay::Relay(kazoo::HostPort server) : server_(std::move(server)), listener_(listening_socket()) {
    hosts_ = "127.0.0.1:" + std::to_string(port_of(listener_));
    thread_ = std::thread([this] { serve(); });
}

Relay::~Relay() {
    shut_down(true);
    thread_.join();
    close(listener_);
}

void Relay::interrupt() {
    shut_down(false);
    for (;;) {
        {
            const std::lock_guard lock(mutex_);
            if (client_ < 0) {
                return;
            }
        }
        std::this_thread::sleep_for(poll_interval);
    }
}

void Relay::shut_down(bool stop) {
    const std::lock_guard lock(mutex_);
    (stop ? stopping_ : interrupted_) = true;
    if (client_ >= 0) {
        shutdown(client_, SHUT_RDWR);
        shutdown(upstream_, SHUT_RDWR);
    }
}

void Relay::restore() {
    const std::lock_guard lock(mutex_);
    traffic_ = Traffic();
    restored_ = last_ = Clock::now();
    interrupted_ = false;
}

Traffic Relay::settled(std::chrono::duration<double> silence) {
    const auto deadline = Clock::now() + limit;
    while (Clock::now() < deadline) {
        {
            const std::lock_guard lock(mutex_);
            if (traffic_.total() > 0 && unanswered_ == 0 && Clock::now() - last_ > silence) {
                traffic_.time = last_ - restored_;
                return traffic_;
            }
        }
        std::this_thread::sleep_for(poll_interval);
    }
    throw std::runtime_error("a client does not stop sending requests");
}

void Relay::serve() {
    for (;;) {
        pollfd ready{listener_, POLLIN, 0};
        const bool connecting = poll(&ready, 1, static_cast<int>(poll_interval.count())) == 1;
        bool interrupted = false;
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) {
                return;
            }
            interrupted = interrupted_;
        }
        if (interrupted) {
            std::this_thread::sleep_for(poll_interval);
        } else if (connecting) {
            const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (client >= 0) {
                connect(client);
                close(client);
            }
        }
    }
}

void Relay::connect(int client) {
    const int upstream = connected_socket(server_);
    if (upstream < 0) {
        return;
    }
    send_at_once(client);
    {
        const std::lock_guard lock(mutex_);
        unanswered_ = 0;
        if (!stopping_ && !interrupted_) {
            client_ = client;
            upstream_ = upstream;
        }
    }
    if (client_ >= 0) {
        // Each direction has a thread, because a client may not read while it writes.
        std::thread replies([=, this] { pass_on(upstream, client, To::client); });
        pass_on(client, upstream, To::server);
        replies.join();
        const std::lock_guard lock(mutex_);
        client_ = upstream_ = -1;
    }
    close(upstream);
}

void Relay::pass_on(int from, int to, To direction) {
    std::vector<char> buffer(buffer_size);
    std::string incomplete;  // the beginning of a message
    bool handshake = true;   // the first message of each direction has no header
    for (;;) {
        const auto size = recv(from, buffer.data(), buffer.size(), 0);
        if (size <= 0) {
            break;
        }
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
        incomplete += bytes;
        std::string_view rest = incomplete;
        while (rest.size() >= prefix_size) {
            const auto end = prefix_size + static_cast<std::size_t>(number_at(rest, 0));
            if (rest.size() < end) {
                break;
            }
            if (!std::exchange(handshake, false)) {
                count(rest.substr(0, end), direction);
            }
            rest.remove_prefix(end);
        }
        incomplete.erase(0, incomplete.size() - rest.size());
        if (!write_all(to, bytes)) {
            break;
        }
    }
    shutdown(from, SHUT_RDWR);
    shutdown(to, SHUT_RDWR);
}

void Relay::count(std::string_view message, To direction) {
    if (message.size() < prefix_size + xid_and_type_size) {
        return;
    }
    const auto xid = number_at(message, prefix_size);
    if (xid == ping_xid) {
        return;
    }
    const std::lock_guard lock(mutex_);
    last_ = Clock::now();
    if (direction == To::client) {
        traffic_.bytes += message.size();
        unanswered_ -= xid >= 0 ? 1 : 0;
    } else {
        const auto type = number_at(message, prefix_size + sizeof xid);
        ++traffic_.requests[static_cast<kazoo::codec::Opcode>(type)];
        unanswered_ += xid >= 0 ? 1 : 0;
    }
}

}  // namespace bench
