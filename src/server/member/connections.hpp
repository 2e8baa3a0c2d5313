// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/member/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kazoo::server {

/// The connections of one server node, indexed by id and by session, with their wake-up times and
/// the list of those that need the caller's attention. A Connection keeps its address, ended or
/// not, until `erase`.
class Connections {
public:
    explicit Connections(WatchTable& watches) : watches_(watches) {}

    Connection& add(std::string address, std::uint16_t port, std::size_t max_frame);
    /// Both return nullptr if there is none.
    [[nodiscard]] Connection* find(ConnectionId id) const noexcept;
    [[nodiscard]] Connection* of_session(std::int64_t session) const noexcept;
    /// All connections, including ended ones, sorted by id. Linear time.
    [[nodiscard]] std::vector<Connection*> all() const;
    /// Number of connections that have not ended.
    [[nodiscard]] std::size_t open_count() const noexcept { return open_; }

    /// Approximate memory of all connections, in bytes.
    [[nodiscard]] std::size_t footprint() const noexcept;

    /// Makes this the connection of the session. The caller ends an earlier one before.
    void set_session(Connection& connection, std::int64_t session);

    /// Stops handling input and removes the watches. Output is still sent, including what is behind
    /// holds.
    void finish(Connection& connection);
    /// Like `finish`, but drops the output behind holds and the replies that wait for the replica.
    void end(Connection& connection);
    /// Like `end`, but drops all other output as well.
    void abort(Connection& connection);
    /// Destroys the connection.
    void erase(ConnectionId id);

    /// Adds the connection to the list that `take_touched` returns and clears.
    void touch(Connection& connection);
    [[nodiscard]] std::vector<ConnectionId> take_touched();

    // Wake-ups. One connection may have several.

    void wake_at(const Connection& connection, SteadyTime at) { wakes_.emplace(at, connection.id); }
    void cancel_wake(const Connection& connection, SteadyTime at) noexcept {
        wakes_.erase({at, connection.id});
    }
    [[nodiscard]] SteadyTime next_wake() const noexcept {
        return wakes_.empty() ? no_deadline : wakes_.begin()->first;
    }
    /// Removes the wake-ups that are due and returns their connections.
    [[nodiscard]] std::vector<ConnectionId> take_due(SteadyTime now);

private:
    WatchTable& watches_;
    std::unordered_map<ConnectionId, std::unique_ptr<Connection>> by_id_;
    std::unordered_map<std::int64_t, Connection*> by_session_;  // without ended connections
    std::vector<ConnectionId> touched_;  // each once; may contain ids of destroyed connections
    std::set<std::pair<SteadyTime, ConnectionId>> wakes_;  // so may these
    ConnectionId last_id_ = 0;
    std::size_t open_ = 0;
};

}  // namespace kazoo::server
