// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <string_view>

namespace kazoo::testing {

/// Parses "host:port" or "[ipv6]:port" and resolves a host name to its first address, which blocks
/// as long as the system's resolver does. Port 0 means any free port. Throws ConfigurationError if
/// the text is malformed, ListenError if the name cannot be resolved.
[[nodiscard]] boost::asio::ip::tcp::endpoint resolve_address(std::string_view address);

/// Formats an endpoint: "127.0.0.1:2181", "[::1]:2181".
[[nodiscard]] std::string to_string(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace kazoo::testing
