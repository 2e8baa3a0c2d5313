#pragma once

#include "server/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kazoo::server {

/// The connections of a member: which there are, whose sessions they carry, how they end, which
/// were touched, and when to look at them again.
class Connections {
public:
    explicit Connections(WatchTable& watches) : watches_(watches) {}

    Connection& add(std::string address, std::uint16_t port, std::size_t max_frame);
    /// nullptr if there is none.
    [[nodiscard]] Connection* find(ConnectionId id) const noexcept;
    [[nodiscard]] Connection* of_session(std::int64_t session) const noexcept;
    /// All, by number, for what is done seldom.
    [[nodiscard]] std::vector<Connection*> all() const;
    /// Those that have not ended.
    [[nodiscard]] std::size_t open_count() const noexcept { return open_; }

    /// About what they hold in memory, in bytes.
    [[nodiscard]] std::size_t footprint() const noexcept;

    void set_session(Connection& connection, std::int64_t session);

    /// Nothing more is read from it, its watches are gone. What was held back goes out first.
    void finish(Connection& connection);
    /// The same, but what was held back is lost.
    void end(Connection& connection);
    /// The same, but nothing goes out at all.
    void cut_off(Connection& connection);
    void forget(ConnectionId id);

    void touch(Connection& connection);
    [[nodiscard]] std::vector<ConnectionId> take_touched();

    void wake_at(const Connection& connection, std::int64_t at_ms) {
        wakes_.emplace(at_ms, connection.id);
    }
    void forget_wake(const Connection& connection, std::int64_t at_ms) noexcept {
        wakes_.erase({at_ms, connection.id});
    }
    [[nodiscard]] std::int64_t next_wake() const noexcept {
        return wakes_.empty() ? no_deadline : wakes_.begin()->first;
    }
    /// Takes those to be woken by now.
    [[nodiscard]] std::vector<ConnectionId> take_due(std::int64_t now_ms);

private:
    WatchTable& watches_;
    std::unordered_map<ConnectionId, std::unique_ptr<Connection>> by_id_;
    std::unordered_map<std::int64_t, Connection*> by_session_;
    std::vector<ConnectionId> touched_;
    std::set<std::pair<std::int64_t, ConnectionId>> wakes_;
    ConnectionId last_id_ = 0;
    std::size_t open_ = 0;
};

}  // namespace kazoo::server
