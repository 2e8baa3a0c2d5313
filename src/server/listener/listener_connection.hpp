// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "server/listener/listener_tls.hpp"
#include "server/member/server_node.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <vector>

namespace kazoo::server {

class Listener;

/// One client's connection: reads while the server node accepts input, writes the server node's
/// output, and sends pending output before it closes. One read and one write are outstanding at
/// most.
///
/// Everything runs on the loop's executor. Pending handlers keep the object alive; they do nothing
/// once its socket is closed.
class ListenerConnection : public std::enable_shared_from_this<ListenerConnection> {
public:
    explicit ListenerConnection(Listener& listener);
    virtual ~ListenerConnection() = default;
    ListenerConnection(const ListenerConnection&) = delete;
    ListenerConnection& operator=(const ListenerConnection&) = delete;

    /// Performs the TLS handshake, if any, and calls on_ready().
    virtual void start() = 0;
    /// Sends the server node's output, reads if it accepts input, and closes if the connection is
    /// over.
    void serve();
    /// Closes the socket at once and unregisters from the server node.
    void abandon();
    /// Returns whether the server node knows the connection, or has known it.
    [[nodiscard]] bool registered() const noexcept { return id_ != 0; }

protected:
    using Error = boost::system::error_code;

    // The stream. Operations complete with a call of on_read, on_written or abandon.
    virtual boost::asio::ip::tcp::socket& socket() noexcept = 0;
    virtual void read_some(boost::asio::mutable_buffer into) = 0;
    virtual void write_some(boost::asio::const_buffer bytes) = 0;
    /// Shuts down sending, waits until the client closes its side, and calls abandon.
    virtual void end_stream() = 0;

    /// The stream is ready for reading and writing. Registers with the server node.
    /// `authenticated` are the identities that the stream has verified.
    void on_ready(const std::vector<Id>& authenticated = {});
    void on_read(Error error, std::size_t count);
    void on_written(Error error, std::size_t count);
    /// Starts a read.
    void read();
    [[nodiscard]] bool reading() const noexcept { return reading_; }
    /// Abandons the connection after this time. A new limit replaces the previous one.
    void set_timeout(std::chrono::milliseconds time);
    /// The time for the client to close its side after the server has.
    static constexpr std::chrono::seconds close_timeout{2};

private:
    void write();
    void end();
    void close_member_side();

    Listener& listener_;
    boost::asio::steady_timer timeout_;
    ConnectionId id_ = 0;
    bool open_ = false;  // registered with the server node as id_
    bool reading_ = false;
    bool writing_ = false;
    bool input_over_ = false;  // the client has shut down its sending side
    bool finishing_ = false;   // closes when out_ is written; progress_timeout applies
    bool closed_ = false;      // the socket is closed
    base::Buffer out_;         // being written; later output waits in the server node
    std::size_t written_ = 0;  // bytes of out_
    std::array<std::byte, std::size_t{16} * 1024> in_;
};

[[nodiscard]] std::shared_ptr<ListenerConnection> make_plain_connection(
    Listener& listener, boost::asio::ip::tcp::socket socket
);
[[nodiscard]] std::shared_ptr<ListenerConnection> make_tls_connection(
    Listener& listener,
    boost::asio::ip::tcp::socket socket,
    std::shared_ptr<ListenerTls::Context> context
);

}  // namespace kazoo::server
