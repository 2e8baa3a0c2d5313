// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/listener/listener_tls.hpp"
#include "server/listener/server_loop.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace kazoo::server {

class ListenerConnection;

/// The network side of one server node: accepts connections at an address, passes their bytes to
/// the server node and sends its output. No error ends accepting; when descriptors or memory run
/// out, it tries again 20 ms later.
///
/// All functions, and the handlers, run on the loop's executor. Pending handlers refer to this
/// object: call `stop` and destroy it only after the cancelled handlers have run.
class Listener {
public:
    using Endpoint = boost::asio::ip::tcp::endpoint;

    /// Registers with the loop, permanently. With `tls` all clients must use TLS.
    explicit Listener(ServerLoop& loop, std::shared_ptr<ListenerTls> tls = nullptr);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Binds to an address; port 0 selects a free port. The port is reserved from now on, but
    /// connections are refused until `start`. Returns the system's error, if any.
    [[nodiscard]] boost::system::error_code bind(Endpoint endpoint);
    /// Sets the server node that serves the clients. Call it once, before `start`.
    void attach(ServerNode& server_node);

    /// Starts accepting; does nothing while running. Returns the system's error, such as
    /// address_in_use if another socket listens at the address.
    [[nodiscard]] boost::system::error_code start();
    /// Closes all connections at once and refuses new ones; the address stays bound.
    void stop();

    [[nodiscard]] bool running() const noexcept { return running_; }
    [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }
    [[nodiscard]] ServerNode& server_node() noexcept { return *server_node_; }

    // For the loop.

    /// Serves the connections in the server node's take_touched(); returns whether there were any.
    bool serve_touched();
    void on_time(Time now);
    [[nodiscard]] bool turns_wait() const noexcept;
    void next_turn(Time now);
    /// ServerNode::footprint().
    [[nodiscard]] std::size_t footprint() const noexcept;
    [[nodiscard]] SteadyTime next_deadline() const noexcept;

    // For its connections.

    [[nodiscard]] ServerLoop& loop() noexcept { return loop_; }
    /// Registers a connection with the server node, once bytes can be exchanged. `authenticated`
    /// are identities that its stream has verified.
    ConnectionId open(
        ListenerConnection& connection, const Endpoint& peer, const std::vector<Id>& authenticated
    );
    /// Unregisters it.
    void close(ConnectionId id);
    /// Drops the reference to a connection whose socket is closed.
    void remove(const std::shared_ptr<ListenerConnection>& connection);

private:
    [[nodiscard]] boost::system::error_code open_acceptor();
    void accept();
    void accept_one();
    void accept_later();
    void on_accepted(boost::asio::ip::tcp::socket socket);

    ServerLoop& loop_;
    std::shared_ptr<ListenerTls> tls_;
    ServerNode* server_node_ = nullptr;  // set by attach()
    Endpoint endpoint_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    bool running_ = false;
    std::uint64_t starts_ = 0;  // counts start() and stop(); handlers from before do nothing
    std::unordered_set<std::shared_ptr<ListenerConnection>> connections_;  // with an open socket
    std::unordered_map<ConnectionId, ListenerConnection*> open_;           // those registered
    std::size_t beginning_ = 0;  // of connections_: those never registered so far
};

}  // namespace kazoo::server
