#include "server/listener.hpp"

#include "server/listener_connection.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace kazoo::server {
namespace {

using boost::asio::ip::tcp;

/// What gives the system time to find descriptors or memory.
constexpr std::chrono::milliseconds accept_pause{20};

}  // namespace

Listener::Listener(ListenerHub& hub, std::shared_ptr<ListenerTls> tls)
    : hub_(hub), tls_(std::move(tls)), acceptor_(hub.executor()), pause_(hub.executor()) {
    hub_.add(*this);
}

Listener::~Listener() = default;

boost::system::error_code Listener::bind(Endpoint endpoint) {
    endpoint_ = std::move(endpoint);
    return open_acceptor();
}

void Listener::attach(Member& member) {
    member_ = &member;
}

/// Bound, but not listening: that is how an address is kept.
boost::system::error_code Listener::open_acceptor() {
    boost::system::error_code error;
    acceptor_.close(error);
    acceptor_.open(endpoint_.protocol(), error);
    if (!error) {
        acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    }
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
    // A failure shows at the next start, which tries again.
    static_cast<void>(open_acceptor());
    const std::vector<std::shared_ptr<ListenerConnection>> all(
        connections_.begin(), connections_.end()
    );
    for (const auto& connection : all) {
        connection->abandon();
    }
}

void Listener::accept() {
    acceptor_.async_accept([this,
                            start = starts_](boost::system::error_code error, tcp::socket socket) {
        if (start != starts_) {
            return;
        }
        if (!error) {
            accept();  // first: whatever becomes of this one, there will be others
            return on_accepted(std::move(socket));
        }
        if (error == boost::asio::error::connection_aborted) {
            return accept();  // the client has thought better of it
        }
        pause_.expires_after(accept_pause);
        pause_.async_wait([this, start](boost::system::error_code aborted) {
            if (!aborted && start == starts_) {
                accept();
            }
        });
    });
}

void Listener::on_accepted(tcp::socket socket) {
    boost::system::error_code ignored;  // slower without, but it works
    socket.set_option(tcp::no_delay(true), ignored);
    const auto connection = tls_ ? make_tls_connection(*this, std::move(socket), tls_)
                                 : make_plain_connection(*this, std::move(socket));
    connections_.insert(connection);
    connection->start();
}

bool Listener::serve_touched() {
    const auto touched = member_->take_touched();
    for (const ConnectionId id : touched) {
        if (const auto found = open_.find(id); found != open_.end()) {
            found->second->serve();
        }
    }
    return !touched.empty();
}

void Listener::on_time(Time now) {
    member_->on_time(now);
}

std::int64_t Listener::next_deadline() const noexcept {
    return member_->next_deadline();
}

ConnectionId Listener::open(ListenerConnection& connection, const Endpoint& peer) {
    auto address = peer.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        address = make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
    }
    const auto id = member_->open(address.to_string(), peer.port(), hub_.now());
    open_.emplace(id, &connection);
    return id;
}

void Listener::close(ConnectionId id) {
    open_.erase(id);
    member_->on_closed(id, hub_.now());
}

void Listener::forget(const std::shared_ptr<ListenerConnection>& connection) {
    connections_.erase(connection);
}

}  // namespace kazoo::server
