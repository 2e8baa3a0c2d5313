// SPDX-License-Identifier: Apache-2.0
#include "server/listener/listener.hpp"

#include "server/listener/listener_connection.hpp"
#include "server/listener/listener_socket.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace kazoo::server {
namespace {

using boost::asio::ip::tcp;

/// The pause before accepting again when descriptors or memory have run out.
constexpr std::chrono::milliseconds accept_pause{20};

}  // namespace

Listener::Listener(ServerLoop& loop, std::shared_ptr<ListenerTls> tls)
    : loop_(loop), tls_(std::move(tls)), acceptor_(loop.executor()), pause_(loop.executor()) {
    loop_.add(*this);
}

Listener::~Listener() {
    close_listener(acceptor_);
}

boost::system::error_code Listener::bind(Endpoint endpoint) {
    endpoint_ = std::move(endpoint);
    return open_acceptor();
}

void Listener::attach(ServerNode& server_node) {
    server_node_ = &server_node;
}

/// Binds without listening: this reserves the port while connections are refused.
boost::system::error_code Listener::open_acceptor() {
    close_listener(acceptor_);
    boost::system::error_code error = open_listener(acceptor_, endpoint_.protocol());
    if (!error) {
        acceptor_.bind(endpoint_, error);
    }
    if (!error) {
        endpoint_ = acceptor_.local_endpoint(error);
    }
    if (error) {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
    }
    return error;
}

boost::system::error_code Listener::start() {
    if (running_) {
        return {};
    }
    boost::system::error_code error;
    if (!acceptor_.is_open()) {
        error = open_acceptor();
    }
    if (!error) {
        acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
    }
    if (!error) {
        running_ = true;
        ++starts_;
        accept();
    }
    return error;
}

void Listener::stop() {
    running_ = false;
    ++starts_;
    pause_.cancel();
    // A failure leaves the acceptor closed; start() tries again and returns the error.
    static_cast<void>(open_acceptor());
    const std::vector<std::shared_ptr<ListenerConnection>> all(
        connections_.begin(), connections_.end()
    );
    for (const auto& connection : all) {
        connection->abandon();
    }
}

void Listener::accept() {
    // Not async_accept: accept_socket() creates the socket with the close-on-exec flag.
    acceptor_.async_wait(
        tcp::acceptor::wait_read,
        [this, start = starts_](boost::system::error_code error) {
            if (start == starts_) {
                error ? accept_later() : accept_one();
            }
        }
    );
}

void Listener::accept_one() {
    tcp::socket socket(acceptor_.get_executor());
    const auto error = accept_socket(acceptor_, endpoint_.protocol(), socket);
    const bool none_waits = error == boost::asio::error::connection_aborted ||
                            error == boost::asio::error::would_block ||
                            error == boost::asio::error::interrupted;
    if (error && !none_waits) {
        return accept_later();
    }
    accept();  // first: what follows may throw, and accepting must go on
    if (!error) {
        on_accepted(std::move(socket));
    }
}

void Listener::accept_later() {
    pause_.expires_after(accept_pause);
    pause_.async_wait([this, start = starts_](boost::system::error_code aborted) {
        if (!aborted && start == starts_) {
            accept();
        }
    });
}

void Listener::on_accepted(tcp::socket socket) {
    boost::system::error_code ignored;  // only costs latency, or the socket is closed anyway
    socket.set_option(tcp::no_delay(true), ignored);
    // The server node learns of a connection after the handshake of TLS. Those that have not come
    // as far count, too, or clients that do not answer would be without limit.
    if (tls_ && server_node_->refuses_beside(beginning_)) {
        socket.shutdown(tcp::socket::shutdown_both, ignored);
        return;
    }
    const auto connection = tls_ ? make_tls_connection(*this, std::move(socket), tls_->context())
                                 : make_plain_connection(*this, std::move(socket));
    connections_.insert(connection);
    ++beginning_;
    connection->start();
}

bool Listener::serve_touched() {
    const auto touched = server_node_->take_touched();
    for (const ConnectionId id : touched) {
        if (const auto found = open_.find(id); found != open_.end()) {
            found->second->serve();
        }
    }
    return !touched.empty();
}

void Listener::on_time(Time now) {
    server_node_->on_time(now);
}

bool Listener::turns_wait() const noexcept {
    return server_node_->turns_wait();
}

void Listener::next_turn(Time now) {
    const ConnectionId id = server_node_->next_turn(now);
    if (const auto found = open_.find(id); found != open_.end()) {
        found->second->serve();
    }
}

std::size_t Listener::footprint() const noexcept {
    return server_node_->footprint();
}

SteadyTime Listener::next_deadline() const noexcept {
    return server_node_->next_deadline();
}

ConnectionId Listener::open(
    ListenerConnection& connection, const Endpoint& peer, const std::vector<Id>& authenticated
) {
    auto address = peer.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        address = make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
    }
    const auto id =
        server_node_->open(address.to_string(), peer.port(), loop_.now(), authenticated);
    open_.emplace(id, &connection);
    --beginning_;
    return id;
}

void Listener::close(ConnectionId id) {
    open_.erase(id);
    server_node_->on_closed(id, loop_.now());
}

void Listener::remove(const std::shared_ptr<ListenerConnection>& connection) {
    if (connections_.erase(connection) == 1 && !connection->registered()) {
        --beginning_;
    }
}

}  // namespace kazoo::server
