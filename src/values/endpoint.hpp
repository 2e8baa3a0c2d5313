// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace kazoo::base {

/// One address of a server, as returned by a name lookup.
struct Endpoint {
    std::string address;  ///< numeric; IPv6 without brackets
    std::uint16_t port = 0;
    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// Returns the form used in logs and messages: "127.0.0.1:2181" or "[::1]:2181".
[[nodiscard]] inline std::string to_string(const Endpoint& endpoint) {
    const bool v6 = endpoint.address.find(':') != std::string::npos;
    return (v6 ? "[" + endpoint.address + "]" : endpoint.address) + ":" +
           std::to_string(endpoint.port);
}

}  // namespace kazoo::base
