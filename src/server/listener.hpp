#pragma once

#include "server/listener_hub.hpp"
#include "server/listener_tls.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>

namespace kazoo::server {

class ListenerConnection;

/// The way to a member: an address, whoever connects to it, and the bytes that go to and fro.
/// It accepts again and again, whatever happens: when there are no descriptors left it waits until
/// there are. Everything on the hub's executor; destroy it only after the handlers of `stop` ran.
class Listener {
public:
    using Endpoint = boost::asio::ip::tcp::endpoint;

    /// With `tls` all clients must speak TLS.
    explicit Listener(ListenerHub& hub, std::shared_ptr<ListenerTls> tls = nullptr);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Takes an address; port 0 takes a free one. From now on nobody else is given the port, and
    /// whoever connects is refused. The system's word why not, if so.
    [[nodiscard]] boost::system::error_code bind(Endpoint endpoint);
    /// Whom the clients shall meet. Before `start`, once.
    void attach(Member& member);

    /// Lets clients in. The system's word why not, if so: somebody else listens at this address.
    [[nodiscard]] boost::system::error_code start();
    /// Disconnects all clients and refuses new ones; the address stays taken.
    void stop();

    [[nodiscard]] bool running() const noexcept { return running_; }
    [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }
    [[nodiscard]] Member& member() noexcept { return *member_; }

    // For the hub.

    /// Serves the connections that the member names; says whether there were any.
    bool serve_touched();
    void on_time(Time now);
    [[nodiscard]] bool turns_wait() const noexcept;
    void next_turn(Time now);
    /// About what its connections hold in memory, in bytes.
    [[nodiscard]] std::size_t footprint() const noexcept;
    [[nodiscard]] std::int64_t next_deadline() const noexcept;

    // For its connections.

    [[nodiscard]] ListenerHub& hub() noexcept { return hub_; }
    /// The connection can be used: it is the member's now.
    ConnectionId open(ListenerConnection& connection, const Endpoint& peer);
    /// It cannot be used any more: the member is told.
    void close(ConnectionId id);
    /// Its socket is closed.
    void forget(const std::shared_ptr<ListenerConnection>& connection);

private:
    [[nodiscard]] boost::system::error_code open_acceptor();
    void accept();
    void accept_one();
    void accept_later();
    void on_accepted(boost::asio::ip::tcp::socket socket);

    ListenerHub& hub_;
    std::shared_ptr<ListenerTls> tls_;
    Member* member_ = nullptr;
    Endpoint endpoint_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    bool running_ = false;
    std::uint64_t starts_ = 0;  // handlers of an earlier start are of no interest
    std::unordered_set<std::shared_ptr<ListenerConnection>> connections_;
    std::unordered_map<ConnectionId, ListenerConnection*> open_;
};

}  // namespace kazoo::server
