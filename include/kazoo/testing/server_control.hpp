// SPDX-License-Identifier: Apache-2.0
/// Control of an embedded server: start and stop, fault injection, connections and sessions.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/testing/fault.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo::testing {

class ServerThread;

/// Thrown if a server cannot listen at its address. code() is the operating system's error, what()
/// contains the address.
class ListenError : public KazooException {
public:
    using KazooException::KazooException;
};

/// Thrown if another socket, of this or another process, already listens at the address. Cannot
/// happen with port 0.
class AddressInUseError : public ListenError {
public:
    using ListenError::ListenError;
};

/// A handle to one embedded server: the base class of Server and EnsembleServer.
///
/// Copies refer to the same server. Once the Server or Ensemble has been destroyed, all functions
/// of a copy throw ConfigurationError, except hosts() and port().
///
/// Thread-safe: each function, except hosts() and port(), is executed on the server's thread and
/// blocks until it has taken effect there. Clients notice the effect shortly afterwards. In a child
/// process after a fork these functions throw ForkedError.
class ServerControl {
public:
    /// For the `times` of handshakes(): no limit.
    static constexpr int every_time = std::numeric_limits<int>::max();

    /// Returns the address, such as "127.0.0.1:45123", for ClientOptions::hosts. It does not change
    /// during the life of the server.
    [[nodiscard]] const std::string& hosts() const noexcept;
    /// Returns the port; if ServerOptions::listen gave port 0, the one that the system chose.
    [[nodiscard]] std::uint16_t port() const noexcept;

    /// Stops serving, like a server process that is killed: closes all connections and refuses new
    /// ones. The port stays reserved. Nodes and sessions are kept; sessions expire if no client
    /// renews them in time. No effect if the server is stopped already.
    void stop();
    /// Serves again at the same address, with the nodes and sessions that are left. No effect if
    /// the server is running. Throws AddressInUseError or ListenError if it can no longer listen at
    /// the address.
    void start();
    /// Returns true unless the server is stopped.
    [[nodiscard]] bool running() const;
    /// Returns the number of open connections, including those whose handshake is not complete.
    [[nodiscard]] std::size_t connections() const;

    // Fault injection. Faults concern this server only and stay in effect across stop and start.

    /// Injects a fault; requests that arrive from now on may be affected. Returns the id for
    /// remove().
    FaultId inject(const Fault& fault);
    /// Removes a fault. Replies that it held back are sent. Returns false if there is no such
    /// fault: it was removed before, or, unless it is Fault::hold, it has occurred as often as
    /// Fault::times allows and a later inject() has removed it.
    bool remove(FaultId fault);
    /// Removes all faults, including those of handshakes. Replies that were held back are sent. A
    /// server that is read-only, cut off or lagging stays so.
    void clear_faults();
    /// Selects the behaviour for the next `times` handshakes, replacing an earlier selection; later
    /// handshakes are normal.
    void handshakes(Handshake what, int times = every_time);

    /// Closes all connections to this server. The sessions continue.
    void drop_connections();
    /// Closes the connection of one session, if it is connected to this server; with 0 all
    /// connections. The session continues. Returns whether there was a connection.
    bool drop_connection(std::int64_t session);

    // Functions that concern the whole ensemble, if the server belongs to one.

    /// Ends a session as if it had expired: its ephemeral nodes are deleted and its connection is
    /// closed; when its client reconnects, it gets KeeperState::EXPIRED_SESSION. `session` is the
    /// session id, as in KazooClient::client_id(). Returns false if there is no such session.
    bool expire_session(std::int64_t session);
    /// Returns the ids of all sessions in ascending order, without the local sessions of a
    /// read-only server.
    [[nodiscard]] std::vector<std::int64_t> sessions() const;
    /// Returns the zxid of the last transaction.
    [[nodiscard]] std::int64_t zxid() const;
    /// Sets the zxid from which the next transaction continues, as if the servers had been restored
    /// from a backup. It may be lower than the current one: clients that have seen a higher zxid
    /// are then refused when they reconnect.
    void set_zxid(std::int64_t zxid);
    /// Sets the number that the next child of the node `path` gets if it is a sequence node, as if
    /// as many children had been created. After 2147483647 releases before 3.6 continue with
    /// -2147483648; later ones give 2147483647 to all further children. `path` includes the
    /// client's chroot. Returns false if there is no such node.
    bool set_sequence(std::string_view path, std::int32_t number);

protected:
    ServerControl(std::shared_ptr<ServerThread> server_thread, std::size_t place)
        : server_thread_(std::move(server_thread)), place_(place) {}

    std::shared_ptr<ServerThread> server_thread_;  // shared by all handles
    std::size_t place_;                            // index in the ensemble; 0 for a Server
};

}  // namespace kazoo::testing
KAZOO_API_END
