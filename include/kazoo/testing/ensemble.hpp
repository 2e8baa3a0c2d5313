// SPDX-License-Identifier: Apache-2.0
/// Several embedded servers that look like a replicated ensemble to their clients.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/testing/server_control.hpp>
#include <kazoo/testing/server_options.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo::testing {

/// One server of an Ensemble. Thread-safe, like ServerControl.
class EnsembleServer : public ServerControl {
public:
    /// Cuts the server off from the others. Connected clients stay connected and keep their
    /// sessions; writes and sync fail with NotReadOnlyCallError, reads show the state before the
    /// cut. New connections find a server in read-only mode (see Server::set_read_only). No effect
    /// if the server is cut off already.
    void cut_off();
    /// Ends cut_off(): the server applies the transactions that it has missed, unless it also lags,
    /// and accepts writes again. Local sessions from its read-only mode end. No effect if it is not
    /// cut off.
    void rejoin();
    /// Returns true between cut_off() and rejoin().
    [[nodiscard]] bool is_cut_off() const;

    /// Stops applying transactions: from now on reads through this server are stale. A write
    /// through it still takes effect in the ensemble, but its reply, like that of a sync, is
    /// delayed until the server has caught up. Clients that have seen a later transaction cannot
    /// connect to the server meanwhile. No effect if the server lags already.
    void lag();
    /// Ends lag(): the server applies the transactions that it has missed and sends the delayed
    /// replies, unless it is also cut off.
    void catch_up();
    /// Returns the zxid of the last transaction that reads through this server show; zxid() returns
    /// that of the ensemble.
    [[nodiscard]] std::int64_t applied_zxid() const;

private:
    friend class Ensemble;
    using ServerControl::ServerControl;
    void set_condition(bool lagging, bool cut_off);
};

/// Several embedded servers with one order of transactions and one set of sessions. Each server has
/// its own copy of the nodes, which can be made to lag behind. Clients can move between the servers
/// and keep their session. Each server can be stopped and started, cut off, or made to lag:
///
///     kazoo::testing::Ensemble ensemble(3);
///     kazoo::KazooClient zk(kazoo::ClientOptions().hosts(ensemble.hosts()));
///     zk.start();
///     ensemble[0].stop();
///
/// There is no leader election and no quorum: writes succeed as long as one server runs that is not
/// cut off.
///
/// Otherwise like Server: all servers share one thread, functions may be called from any thread,
/// and nodes and sessions are lost when the ensemble is destroyed.
class Ensemble {
public:
    /// Starts `servers` servers (at least one). If ServerOptions::listen names a port, they use
    /// this port and those that follow it. Throws the exceptions of Server's constructor, and
    /// ConfigurationError if `servers` is 0.
    explicit Ensemble(std::size_t servers = 3, const ServerOptions& options = ServerOptions());
    /// An ensemble that was moved from may only be destroyed or assigned to.
    Ensemble(Ensemble&&) noexcept;
    /// Exchanges the two ensembles.
    Ensemble& operator=(Ensemble&&) noexcept;
    /// Closes all connections, frees the ports and ends the thread. Blocks until that is done.
    ~Ensemble();

    /// Returns the number of servers, stopped ones included.
    [[nodiscard]] std::size_t size() const noexcept { return servers_.size(); }
    /// Returns a server, counted from 0. Throws std::out_of_range if there is none.
    [[nodiscard]] EnsembleServer& operator[](std::size_t server) { return servers_.at(server); }
    [[nodiscard]] const EnsembleServer& operator[](std::size_t server) const {
        return servers_.at(server);
    }
    /// Returns the addresses of all servers, separated by commas, for ClientOptions::hosts.
    [[nodiscard]] std::string hosts() const;

    // Functions that concern the whole ensemble; see ServerControl.

    /// Ends a session as if it had expired. Returns false if there is no such session.
    bool expire_session(std::int64_t session) { return servers_.front().expire_session(session); }
    /// Returns the ids of all sessions, in ascending order.
    [[nodiscard]] std::vector<std::int64_t> sessions() const { return servers_.front().sessions(); }
    /// Returns the zxid of the last transaction.
    [[nodiscard]] std::int64_t zxid() const { return servers_.front().zxid(); }

private:
    std::vector<EnsembleServer> servers_;
    std::shared_ptr<ServerThread> server_thread_;
};

}  // namespace kazoo::testing
KAZOO_API_END
