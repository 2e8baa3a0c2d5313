/// Several embedded servers over one replicated-looking state.
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

/// One server of an Ensemble.
class EnsembleServer : public ServerControl {
public:
    /// Cuts the server off from the others: clients stay connected and keep their sessions, writes
    /// (and sync) fail with NotReadOnlyCallError, reads show what was before. Whoever connects
    /// finds a read-only server (Server::set_read_only). Nothing if it is cut off already.
    void cut_off();
    /// Ends `cut_off`: the server catches up and serves as before. Nothing if it is not cut off.
    void rejoin();
    [[nodiscard]] bool is_cut_off() const;

    /// From now on the server hears nothing of writes: reads are stale, a write through it is
    /// carried out, but is answered only when the server has caught up, and so is sync.
    void lag();
    /// Ends `lag`: the server applies what it has missed.
    void catch_up();
    /// The number of the last transaction that its reads show; zxid() is that of the ensemble.
    [[nodiscard]] std::int64_t applied_zxid() const;

private:
    friend class Ensemble;
    using ServerControl::ServerControl;
    void set_condition(bool lagging, bool cut_off);
};

/// Several servers that look like a replicated ensemble to their clients: one order of writes, one
/// set of sessions, but each server with its own view of the nodes, which can be made to fall
/// behind. Any of them can be stopped and started, cut off, or made to lag; a client moves between
/// them with its session:
///
///     kazoo::testing::Ensemble ensemble(3);
///     kazoo::KazooClient zk(kazoo::ClientOptions().hosts(ensemble.hosts()));
///     zk.start();
///     ensemble[0].stop();
///
/// There is no leader and no quorum: one server that runs is enough for writes. For the rest as
/// Server: one thread, any thread may call, nothing is kept at its end.
class Ensemble {
public:
    /// Starts `servers` of them, at least one. Throws what Server throws.
    explicit Ensemble(std::size_t servers = 3, const ServerOptions& options = ServerOptions());
    Ensemble(Ensemble&&) noexcept;
    Ensemble& operator=(Ensemble&&) noexcept;
    ~Ensemble();

    [[nodiscard]] std::size_t size() const noexcept { return servers_.size(); }
    /// Counts from 0; std::out_of_range beyond the last.
    [[nodiscard]] EnsembleServer& operator[](std::size_t server) { return servers_.at(server); }
    [[nodiscard]] const EnsembleServer& operator[](std::size_t server) const {
        return servers_.at(server);
    }
    /// The addresses of all, separated by commas.
    [[nodiscard]] std::string hosts() const;

    // As those of any of its servers.

    bool expire_session(std::int64_t session) { return servers_.front().expire_session(session); }
    [[nodiscard]] std::vector<std::int64_t> sessions() const { return servers_.front().sessions(); }
    [[nodiscard]] std::int64_t zxid() const { return servers_.front().zxid(); }

private:
    std::vector<EnsembleServer> servers_;
    std::shared_ptr<Host> host_;
};

}  // namespace kazoo::testing
KAZOO_API_END
