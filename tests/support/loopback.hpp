#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace kazoo::testing_support {

/// A port of 127.0.0.1 that nobody is bound to, below the range outgoing connections draw from, so
/// that it stays free while its server restarts. Throws std::runtime_error when there is none.
std::uint16_t free_port();

/// Connects to 127.0.0.1:`port`, sends `request` and returns what comes until the peer closes.
/// Whatever has arrived when an error happens, or when a step takes longer than `limit`.
std::string exchange(std::uint16_t port, std::string_view request, std::chrono::milliseconds limit);
/// The same with an IPv4 address elsewhere.
std::string exchange(
    const std::string& address,
    std::uint16_t port,
    std::string_view request,
    std::chrono::milliseconds limit
);

}  // namespace kazoo::testing_support
