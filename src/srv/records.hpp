// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "values/random.hpp"

#include <kazoo/hosts.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace kazoo::srv {

/// The part of an SRV record that says where a service is.
struct Record {
    std::uint16_t priority = 0;  ///< lower ones first
    std::uint16_t weight = 0;    ///< share among records of equal priority
    std::uint16_t port = 0;
    std::string target;  ///< a host name without a final dot; empty: there is no such service
};

/// Returns the servers in an order drawn as RFC 2782 says. Records without a target or a port are
/// left out.
[[nodiscard]] std::vector<HostPort> draw_servers(std::vector<Record> records, base::Random& random);

}  // namespace kazoo::srv
