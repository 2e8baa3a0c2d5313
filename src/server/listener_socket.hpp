#pragma once

#include <boost/asio/ip/tcp.hpp>

namespace kazoo::server {

// Sockets of a server that no program started by this process inherits: a connection that a child
// holds open would outlive the server.

/// Opens the acceptor, which must be closed, and lets its address be used again at once.
[[nodiscard]] boost::system::error_code open_listener(
    boost::asio::ip::tcp::acceptor& acceptor, const boost::asio::ip::tcp& protocol
);

/// Closes it and ends the listening, even if a forked child holds the socket as well.
void close_listener(boost::asio::ip::tcp::acceptor& acceptor) noexcept;

/// Takes a connection that waits at the acceptor, if there is one: boost::asio::error::would_block
/// if not. The acceptor must be in non-blocking mode.
[[nodiscard]] boost::system::error_code accept_socket(
    boost::asio::ip::tcp::acceptor& acceptor,
    const boost::asio::ip::tcp& protocol,
    boost::asio::ip::tcp::socket& socket
);

}  // namespace kazoo::server
