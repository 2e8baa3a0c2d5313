#pragma once

#include "transport/context_executor.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace kazoo::transport {

/// Opens a socket that programs which this process executes do not inherit: with a copy of it, a
/// child process would keep the connection open after this process has closed it or has ended.
/// Where the platform can (SOCK_CLOEXEC), the socket never exists without the flag, so that a fork
/// in another thread cannot come between; elsewhere the flag is set right after.
[[nodiscard]] boost::system::error_code open_socket(
    Socket& socket, const boost::asio::ip::tcp& protocol
);

}  // namespace kazoo::transport
