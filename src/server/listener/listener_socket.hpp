// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/tcp.hpp>

namespace kazoo::server {

// Sockets of a server. Programs started by this process do not inherit them: a child that holds a
// socket would keep the port or the connection open when the server closes it.

/// Opens the acceptor, which must be closed, in non-blocking mode and with SO_REUSEADDR.
[[nodiscard]] boost::system::error_code open_listener(
    boost::asio::ip::tcp::acceptor& acceptor, const boost::asio::ip::tcp& protocol
);

/// Closes the acceptor. Stops listening even if a forked child holds the socket as well.
void close_listener(boost::asio::ip::tcp::acceptor& acceptor) noexcept;

/// Accepts a pending connection; fails with boost::asio::error::would_block if there is none. The
/// acceptor must be one of open_listener.
[[nodiscard]] boost::system::error_code accept_socket(
    boost::asio::ip::tcp::acceptor& acceptor,
    const boost::asio::ip::tcp& protocol,
    boost::asio::ip::tcp::socket& socket
);

}  // namespace kazoo::server
