// SPDX-License-Identifier: Apache-2.0
// POSIX sockets for fake servers, proxies and raw clients.

#pragma once

#include "support/descriptor.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace kazoo::testing_support {

/// Returns a free port of 127.0.0.1 between 10,000 and 32,000: below the range of ephemeral ports,
/// so that outgoing connections do not take it while a server restarts. Throws std::runtime_error
/// if there is none.
std::uint16_t free_port();

/// Listens on a free port of 127.0.0.1. Throws std::system_error.
Descriptor listen_on_loopback(int backlog = 64);
/// Returns the port to which the socket is bound.
std::uint16_t local_port(const Descriptor& socket);

/// From now on a connect, send or recv of the socket fails when it takes longer than `limit`.
void limit_steps(const Descriptor& socket, std::chrono::milliseconds limit);
/// Connects to an IPv4 address, with limit_steps; returns an empty Descriptor on an error. Throws
/// std::invalid_argument if `address` is not one.
Descriptor connect_to(
    const std::string& address, std::uint16_t port, std::chrono::milliseconds limit
);
/// Connects to 127.0.0.1:`port` with a limit of 10 seconds.
Descriptor connect_to_loopback(std::uint16_t port);

/// Connects to 127.0.0.1:`port`, sends `request` and returns what the peer sends until it closes
/// the connection. On an error, or when a step takes longer than `limit`, returns what was
/// received.
std::string exchange(std::uint16_t port, std::string_view request, std::chrono::milliseconds limit);
/// Like the above, with any IPv4 address.
std::string exchange(
    const std::string& address,
    std::uint16_t port,
    std::string_view request,
    std::chrono::milliseconds limit
);

/// Interrupts the poll() of another thread: its descriptor is readable while it is raised.
/// Thread-safe.
class Signal {
public:
    Signal();
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    void raise();
    void clear();

private:
    Descriptor fd_;
};

}  // namespace kazoo::testing_support
