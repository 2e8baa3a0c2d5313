// SPDX-License-Identifier: Apache-2.0
#include "server/listener/listener_connection.hpp"

#include "server/listener/listener.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include <algorithm>
#include <span>

namespace kazoo::server {
namespace {

using namespace std::chrono_literals;

/// While closing with output pending: time in which the client must accept some of it.
constexpr auto progress_timeout = 5s;
/// A larger output buffer is freed when its bytes are written.
constexpr std::size_t kept_output = std::size_t{64} * 1024;
/// The largest single write: copying a large reply must not occupy the thread for long.
constexpr std::size_t max_write_size = std::size_t{256} * 1024;

bool is_end(const boost::system::error_code& error) {
    return error == boost::asio::error::eof || error == boost::asio::ssl::error::stream_truncated;
}

}  // namespace

ListenerConnection::ListenerConnection(Listener& listener)
    : listener_(listener), timeout_(listener.loop().executor()) {}

void ListenerConnection::on_ready(const std::vector<Id>& authenticated) {
    if (closed_) {
        return;
    }
    Error error;
    const auto peer = socket().remote_endpoint(error);
    if (error) {
        return abandon();  // disconnected meanwhile
    }
    id_ = listener_.open(*this, peer, authenticated);
    open_ = true;
    timeout_.cancel();
    serve();
    listener_.loop().pump();
}

void ListenerConnection::serve() {
    if (!open_) {
        return;
    }
    ServerNode& server_node = listener_.server_node();
    if (!writing_) {
        out_.clear();
        out_.release_if_larger_than(kept_output);
        server_node.take_output(id_, out_);
        if (!out_.empty()) {
            writing_ = true;
            written_ = 0;
            write();
        }
    }
    // A client that has shut down sending still gets the replies to requests that wait for a turn.
    const bool input_complete = input_over_ && !server_node.waits_for_turn(id_);
    if (input_complete || server_node.over(id_)) {
        if (!writing_) {
            end();
        } else if (!finishing_) {
            finishing_ = true;
            set_timeout(progress_timeout);
        }
    } else if (!reading_ && !input_over_ && server_node.reading(id_)) {
        read();
    }
}

void ListenerConnection::read() {
    reading_ = true;
    read_some(boost::asio::buffer(in_));
}

void ListenerConnection::on_read(Error error, std::size_t count) {
    reading_ = false;
    if (closed_) {
        return;
    }
    if (error && !is_end(error)) {
        abandon();
        return listener_.loop().pump();
    }
    if (!open_) {
        // The server has closed its side. Further input is read and discarded: closing a socket
        // with unread input sends a reset, which can destroy output in flight.
        return error ? abandon() : read();
    }
    if (error) {
        input_over_ = true;
    } else {
        const auto bytes = std::span<const std::byte>(in_).first(count);
        listener_.server_node().on_bytes(id_, bytes, listener_.loop().now());
    }
    serve();
    listener_.loop().pump();
}

void ListenerConnection::write() {
    const std::size_t size = std::min(out_.size() - written_, max_write_size);
    write_some(boost::asio::buffer(out_.data() + written_, size));
}

void ListenerConnection::on_written(Error error, std::size_t count) {
    if (closed_) {
        return;
    }
    if (error) {
        abandon();
        return listener_.loop().pump();
    }
    written_ += count;
    listener_.server_node().on_sent(id_, count, listener_.loop().now());
    if (written_ < out_.size()) {
        if (finishing_) {
            set_timeout(progress_timeout);
        }
        write();
    } else {
        writing_ = false;
    }
    serve();
    listener_.loop().pump();
}

void ListenerConnection::set_timeout(std::chrono::milliseconds time) {
    timeout_.expires_after(time);
    timeout_.async_wait([self = shared_from_this()](Error aborted) {
        if (!aborted && !self->closed_) {
            self->abandon();
            self->listener_.loop().pump();
        }
    });
}

void ListenerConnection::end() {
    close_member_side();
    if (input_over_) {
        return abandon();
    }
    set_timeout(close_timeout);
    end_stream();
}

void ListenerConnection::close_member_side() {
    if (open_) {
        open_ = false;
        listener_.close(id_);
    }
}

void ListenerConnection::abandon() {
    if (closed_) {
        return;
    }
    closed_ = true;
    close_member_side();
    timeout_.cancel();
    Error ignored;  // the descriptor is closed in any case
    // Shut down first: a forked child may hold the socket, and would keep the connection open.
    socket().shutdown(boost::asio::ip::tcp::socket::shutdown_both, ignored);
    socket().close(ignored);
    listener_.remove(shared_from_this());
}

}  // namespace kazoo::server
