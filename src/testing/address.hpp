#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <string_view>

namespace kazoo::testing {

/// What "host:port" means, the port being 0 if the system shall choose one. A host name is looked
/// up, which may take as long as the system takes. Throws ConfigurationError if it means nothing,
/// ListenError if the name is not known.
[[nodiscard]] boost::asio::ip::tcp::endpoint resolve_address(std::string_view address);

/// "127.0.0.1:2181", "[::1]:2181".
[[nodiscard]] std::string to_string(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace kazoo::testing
