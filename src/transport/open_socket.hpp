// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/context_executor.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace kazoo::transport {

/// Opens a socket that programs executed by this process do not inherit. Otherwise a child process
/// could keep the connection open after this process has closed it or has ended. Where the platform
/// supports it (SOCK_CLOEXEC), the socket is created with the flag, so that another thread cannot
/// fork in between; elsewhere the flag is set afterwards.
[[nodiscard]] boost::system::error_code open_socket(
    Socket& socket, const boost::asio::ip::tcp& protocol
);

}  // namespace kazoo::transport
