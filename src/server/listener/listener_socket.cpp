// SPDX-License-Identifier: Apache-2.0
#include "server/listener/listener_socket.hpp"

#include "base/descriptors.hpp"

#include <cerrno>

namespace kazoo::server {
namespace {

using boost::asio::ip::tcp;
using Error = boost::system::error_code;

Error last_error() {
    return {errno, boost::system::system_category()};
}

template <class Socket>
Error mark(Socket& socket) {
    return base::make_private(static_cast<int>(socket.native_handle())) < 0 ? last_error()
                                                                            : Error();
}

Error open(tcp::acceptor& acceptor, const tcp& protocol) {
    Error error;
    if constexpr (base::has_private_sockets) {
        const int descriptor =
            base::open_private_socket(protocol.family(), protocol.type(), protocol.protocol());
        if (descriptor < 0) {
            return last_error();
        }
        acceptor.assign(protocol, descriptor, error);
        return error;
    } else {
        acceptor.open(protocol, error);
        return error ? error : mark(acceptor);
    }
}

}  // namespace

Error open_listener(tcp::acceptor& acceptor, const tcp& protocol) {
    Error error = open(acceptor, protocol);
    if (!error) {
        acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    }
    if (!error) {
        acceptor.non_blocking(true, error);
    }
    return error;
}

void close_listener(tcp::acceptor& acceptor) noexcept {
    if (acceptor.is_open()) {
        base::shut_down(static_cast<int>(acceptor.native_handle()));
    }
    Error ignored;  // the descriptor is closed in any case
    acceptor.close(ignored);
}

Error accept_socket(tcp::acceptor& acceptor, const tcp& protocol, tcp::socket& socket) {
    Error error;
    if constexpr (base::has_private_sockets) {
        const int descriptor = base::accept_private_socket(acceptor.native_handle());
        if (descriptor < 0) {
            return last_error();
        }
        socket.assign(protocol, descriptor, error);
    } else {
        acceptor.accept(socket, error);
        if (!error) {
            error = mark(socket);
        }
    }
    return error;
}

}  // namespace kazoo::server
