// SPDX-License-Identifier: Apache-2.0
#include "transport/open_socket.hpp"

#if defined(__unix__) || defined(__APPLE__)
#    include <fcntl.h>
#    include <sys/socket.h>
#    include <unistd.h>

#    include <cerrno>
#endif

namespace kazoo::transport {

using boost::asio::ip::tcp;

#if defined(SOCK_CLOEXEC)

boost::system::error_code open_socket(Socket& socket, const tcp& protocol) {
    const int descriptor =
        ::socket(protocol.family(), protocol.type() | SOCK_CLOEXEC, protocol.protocol());
    if (descriptor < 0) {
        return {errno, boost::system::system_category()};
    }
    boost::system::error_code error;
    try {
        socket.assign(protocol, descriptor, error);
    } catch (...) {  // out of memory: the descriptor is not registered with the reactor
        ::close(descriptor);
        throw;
    }
    if (error) {
        ::close(descriptor);
    }
    return error;
}

#else

boost::system::error_code open_socket(Socket& socket, const tcp& protocol) {
    boost::system::error_code error;
    socket.open(protocol, error);
#    if defined(FD_CLOEXEC)
    if (!error && ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC) < 0) {
        error.assign(errno, boost::system::system_category());
    }
#    endif
    return error;
}

#endif

}  // namespace kazoo::transport
