// SPDX-License-Identifier: Apache-2.0
// The core of the embedded server: one server, without I/O.

#pragma once

#include "base/buffer.hpp"
#include "server/database/database.hpp"
#include "server/member/fault_table.hpp"
#include "server/member/four_letter_service.hpp"
#include "server/member/handshake.hpp"
#include "server/member/node_state.hpp"
#include "server/member/reply_queue.hpp"
#include "server/member/request_handler.hpp"
#include "server/member/server_node_options.hpp"
#include "server/member/watch_service.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::server {

/// One ZooKeeper server as its clients see it: connections, handshakes, watches, reads, four-letter
/// words and the replies to writes, which Database executes. Performs no I/O and reads no clock
/// (but see ServerNodeOptions::steady_now): bytes and time go in, bytes come out, and equal inputs
/// give equal outputs. Not thread-safe: Database and all its server nodes are used by one thread.
///
/// Call order: any input (`open`, `on_bytes`, ...), then `take_touched`, and for each connection in
/// it `take_output`, then close it if `over`, and read from it if `reading`. An input to one server
/// node may touch connections of the other server nodes of its ensemble.
///
/// The requests of a connection are handled in order. Handling pauses at the end of a turn, while
/// too much output is unsent, and while a reply waits for the replica.
class ServerNode final : public TransactionListener {
public:
    ServerNode(Database& database, ServerNodeOptions options);
    ~ServerNode() override;
    ServerNode(const ServerNode&) = delete;
    ServerNode& operator=(const ServerNode&) = delete;

    /// A client has connected. `address` is its IP address in text, which becomes an identity of
    /// scheme "ip". `authenticated` are further identities, which the transport has verified, such
    /// as that of a certificate. Beyond max_connections the connection is `over` at once. Ids are
    /// not used again.
    ConnectionId open(
        std::string address, std::uint16_t port, Time now, const std::vector<Id>& authenticated = {}
    );
    /// Returns whether the limit of connections is reached if `others` count as well, which are
    /// accepted and will be opened later; counts a connection as rejected then.
    [[nodiscard]] bool refuses_beside(std::size_t others) noexcept;
    void on_bytes(ConnectionId connection, std::span<const std::byte> bytes, Time now);
    /// The connection is closed or broken, and its id becomes invalid. Its session lives on.
    void on_closed(ConnectionId connection, Time now);
    /// `bytes` more of the output taken before have been sent. May handle further requests.
    void on_sent(ConnectionId connection, std::size_t bytes, Time now);
    /// Call at `next_deadline` or later.
    void on_time(Time now);
    /// Returns the sessions that have sent requests since the last call, to be touched by Database
    /// (ServerNodeOptions::reports_sessions).
    [[nodiscard]] std::set<std::int64_t> take_heard() noexcept {
        return std::exchange(state_.heard, {});
    }
    /// Gives a turn to the connection that has waited longest. Returns its id, or 0 if none waits.
    ConnectionId next_turn(Time now);
    [[nodiscard]] bool turns_wait() const noexcept;
    /// When `on_time` is due: handshake limits, delayed replies, sessions of a read-only
    /// server. Database has deadlines of its own.
    [[nodiscard]] SteadyTime next_deadline() const noexcept;

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

    // TransactionListener

    void on_transaction(const std::shared_ptr<const Transaction>& transaction) override;
    void reserve_transaction() override;
    void on_session_moved(std::int64_t session) override;

private:
    // server_node_input.cpp: from bytes to four-letter words, handshakes and requests.

    void receive(Connection& connection, std::span<const std::byte> bytes, Time now);
    /// Handles the received requests: at once, or queues the connection for a turn.
    void run(Connection& connection, Time now);
    /// Handles requests until the turn ends or handling pauses.
    void take_turn(Connection& connection, Time now);
    void handle_requests(Connection& connection, Time now);
    /// Collects the first four bytes. Returns true if they start a frame; false if more bytes are
    /// needed or a four-letter word was answered.
    bool read_prefix(Connection& connection, std::span<const std::byte> bytes, Time now);
    void on_four_letter_word(Connection& connection, Time now);

    // server_node_transactions.cpp

    /// Sends the watch events of a transaction that is applied here, and ends the connection of a
    /// session that it closes.
    void publish(const Transaction& transaction);
    /// Applies all queued transactions of the replica and sends the replies that wait for them.
    void catch_up(Time now);

    NodeState state_;
    ReplyQueue replies_;
    WatchService watches_;
    Handshake handshake_;
    RequestHandler requests_;
    FourLetterService four_letter_words_;
    std::deque<ConnectionId> turns_;  // connections that wait for a turn, in order; may have ended
};

}  // namespace kazoo::server
