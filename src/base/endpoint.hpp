#pragma once

#include <cstdint>
#include <string>

namespace kazoo::base {

/// One address of a server, as a name look-up gave it.
struct Endpoint {
    std::string address;  ///< numeric
    std::uint16_t port = 0;
    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// "127.0.0.1:2181", "[::1]:2181".
[[nodiscard]] inline std::string to_string(const Endpoint& endpoint) {
    const bool v6 = endpoint.address.find(':') != std::string::npos;
    return (v6 ? "[" + endpoint.address + "]" : endpoint.address) + ":" +
           std::to_string(endpoint.port);
}

}  // namespace kazoo::base
