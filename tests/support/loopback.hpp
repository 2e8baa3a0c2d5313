#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace kazoo::testing_support {

/// Returns a free port of 127.0.0.1 between 10,000 and 32,000: below the range of ephemeral ports,
/// so that outgoing connections do not take it while a server restarts. Throws std::runtime_error
/// if there is none.
std::uint16_t free_port();

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

}  // namespace kazoo::testing_support
