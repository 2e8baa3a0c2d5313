// The core of the embedded server: one server, without I/O.

#pragma once

#include "base/buffer.hpp"
#include "server/database/database.hpp"
#include "server/member/fault_table.hpp"
#include "server/monitoring/statistics.hpp"
#include "server/watches/watch_table.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace kazoo::server {

/// Settings of one server.
struct ServerNodeOptions {
    /// The longest request, without its length prefix; the default of Apache's jute.maxbuffer. A
    /// longer one closes the connection.
    std::size_t max_frame = 0xfffff;
    /// Limits on the bytes of unsent output and of unhandled input of a connection, each. Beyond
    /// `pause_output` the connection is not read, and with so much unsent output no request of it
    /// is handled; beyond `max_output` it is closed.
    std::size_t pause_output = 1u << 20;
    std::size_t max_output = 64u << 20;
    std::size_t max_connections = 0;                // 0: no limit
    std::int64_t handshake_timeout_ms = 10'000;     // until the ConnectRequest has been received
    std::string client_address = "127.0.0.1:2181";  // in the answers to `conf` and `envi`
    /// A server of an ensemble: applies transactions to a tree of its own, which may lag, instead
    /// of reading Database's. Must be constructed before Database's first transaction, because that
    /// tree starts empty.
    bool replica = false;
    std::string mode;            // in `srvr`; empty: "follower" for a replica, else "standalone"
    std::int64_t server_id = 0;  // in `conf`; 0 for a standalone server
    /// Apache's server closes the connection of a session as soon as a handshake asks for the
    /// session, before it checks the password; true emulates that. By default only a handshake with
    /// the right password disconnects the owner.
    bool takeover_closes_first = false;
    /// A connection's turn ends after this many requests or bytes of output, whichever comes first.
    /// Its further requests wait for `next_turn`; so do all requests of a connection whose last
    /// turn reached `turn_output`. 0: no limit.
    std::size_t turn_requests = 0;
    std::size_t turn_output = 0;
    /// Returns the current steady time in milliseconds, to measure latencies: `now` of an input is
    /// the time at which it began. If null, inputs take no time.
    std::int64_t (*steady_ms)() noexcept = nullptr;
    /// Returns the figures of the process for `mntr`; may be null.
    ProcessInfo (*process)() noexcept = nullptr;
};

/// One ZooKeeper server as its clients see it: connections, handshakes, watches, reads, four-letter
/// words and the replies to writes, which Database executes. Performs no I/O and reads no clock
/// (but see ServerNodeOptions::steady_ms): bytes and time go in, bytes come out, and equal inputs
/// give equal outputs. Not thread-safe: Database and all its server nodes are used by one thread.
///
/// Call order: any input (`open`, `on_bytes`, ...), then `take_touched`, and for each connection in
/// it `take_output`, then close it if `over`, and read from it if `reading`. An input to one server
/// node may touch connections of the other server nodes of its ensemble.
///
/// The requests of a connection are handled in order. Handling pauses at the end of a turn, while
/// too much output is unsent, and while a reply waits for the replica.
class ServerNode final : public Database::Observer {
public:
    ServerNode(Database& database, ServerNodeOptions options);
    ~ServerNode() override;

    /// A client has connected. `address` is its IP address in text, which becomes an identity of
    /// scheme "ip". Beyond max_connections the connection is `over` at once. Ids are not used
    /// again.
    ConnectionId open(std::string address, std::uint16_t port, Time now);
    void on_bytes(ConnectionId connection, std::span<const std::byte> bytes, Time now);
    /// The connection is closed or broken, and its id becomes invalid. Its session lives on.
    void on_closed(ConnectionId connection, Time now);
    /// `bytes` more of the output taken before have been sent. May handle further requests.
    void on_sent(ConnectionId connection, std::size_t bytes, Time now);
    /// Call at `next_deadline` or later.
    void on_time(Time now);
    /// Gives a turn to the connection that has waited longest. Returns its id, or 0 if none waits.
    ConnectionId next_turn(Time now);
    [[nodiscard]] bool turns_wait() const noexcept;
    /// When `on_time` is due (steady): handshake limits, delayed replies, sessions of a read-only
    /// server. Database has deadlines of its own.
    [[nodiscard]] std::int64_t next_deadline() const noexcept;

    /// Returns the connections that have new output or whose `over` or `reading` changed since the
    /// last call.
    [[nodiscard]] std::vector<ConnectionId> take_touched();
    /// Moves the output that may be sent to `out`, which must be empty; its memory is reused.
    void take_output(ConnectionId connection, base::Buffer& out);
    /// Whether to close the connection once its output is sent; it handles no more input. True for
    /// unknown ids.
    [[nodiscard]] bool over(ConnectionId connection) const noexcept;
    /// Whether requests wait for a turn. If so, keep the connection open even if the client has
    /// shut down its sending side.
    [[nodiscard]] bool waits_for_turn(ConnectionId connection) const noexcept;
    /// Whether to read from the connection: not while too much output or input is pending.
    [[nodiscard]] bool reading(ConnectionId connection) const noexcept;

    /// Fault injection. Call `on_faults_changed` after a change.
    [[nodiscard]] FaultTable& faults() noexcept;
    /// Applies a change of the faults: releases replies, catches up, ends sessions of read-only
    /// mode.
    void on_faults_changed(Time now);
    /// Closes the connection of this session, or all connections if it is 0.
    void drop_connections(std::int64_t session, Time now);

    /// Approximate memory for connections and watches, and for the tree of a replica, in bytes.
    [[nodiscard]] std::size_t footprint() const noexcept;
    [[nodiscard]] std::size_t connection_count() const noexcept;  // those not closing
    [[nodiscard]] std::int64_t applied_zxid() const noexcept;  // less than Database's while it lags

    // Database::Observer

    void on_transaction(const std::shared_ptr<const Transaction>& transaction) override;
    void reserve_transaction() override;
    void on_session_moved(std::int64_t session) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kazoo::server
