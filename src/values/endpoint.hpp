// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace kazoo::base {

/// One address of a server, as returned by a name lookup, and what else a connection to it needs.
struct Endpoint {
    std::string address;  ///< numeric; IPv6 without brackets
    std::uint16_t port = 0;
    std::string name{};  ///< the host as configured, which may be an address; for TLS
    bool tls = false;    ///< connect with TLS

    /// Compares addresses and ports: several names may lead to the same server.
    friend bool operator==(const Endpoint& a, const Endpoint& b) noexcept {
        return a.port == b.port && a.address == b.address;
    }
};

/// Returns the form used in logs and messages: "127.0.0.1:2181" or "[::1]:2181".
[[nodiscard]] inline std::string to_string(const Endpoint& endpoint) {
    const bool v6 = endpoint.address.find(':') != std::string::npos;
    return (v6 ? "[" + endpoint.address + "]" : endpoint.address) + ":" +
           std::to_string(endpoint.port);
}

}  // namespace kazoo::base
