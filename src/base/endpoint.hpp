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

}  // namespace kazoo::base
