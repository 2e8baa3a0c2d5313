// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/database/database.hpp"
#include "server/database/lagging_tree.hpp"
#include "server/member/connections.hpp"
#include "server/member/fault_table.hpp"
#include "server/member/server_node_options.hpp"
#include "server/monitoring/statistics.hpp"
#include "server/watches/watch_table.hpp"

#include <cstdint>
#include <new>
#include <optional>
#include <set>

namespace kazoo::server {

/// What the parts of a ServerNode share. ServerNode owns it; the parts refer to it.
struct NodeState {
    NodeState(Database& shared_database, ServerNodeOptions node_options);
    NodeState(const NodeState&) = delete;
    NodeState& operator=(const NodeState&) = delete;

    [[nodiscard]] const Profile& profile() const noexcept { return database.options().profile; }
    /// The tree that this server reads.
    [[nodiscard]] const Tree& tree() const noexcept {
        return replica ? replica->tree() : database.tree();
    }
    /// The last zxid applied to that tree.
    [[nodiscard]] std::int64_t applied_zxid() const noexcept {
        return replica && !replica->caught_up() ? replica->applied_zxid() : database.zxid();
    }

    /// Closes the connection if `use` runs out of memory: its output may be incomplete, and the
    /// rest of its input is lost.
    template <class Use>
    void abort_if_out_of_memory(Connection& connection, Use&& use) {
        try {
            use();
        } catch (const std::bad_alloc&) {
            connections.abort(connection);
        }
    }
    /// Touches the connection if it has output or `reading` changed; cuts it off if too much is
    /// pending. Call after anything that adds output.
    void update_flow_control(Connection& connection);
    /// The session of the connection has sent a request.
    void touch_session(const Connection& connection, Time now);

    Database& database;
    const ServerNodeOptions options;
    FaultTable faults;
    WatchTable watches;
    Connections connections;
    std::optional<LaggingTree> replica;  // see ServerNodeOptions::replica
    SessionTable local_sessions;         // created in read-only mode, unknown to Database
    std::set<std::int64_t> heard;        // see ServerNodeOptions::reports_sessions
    ServerStatistics statistics;
};

}  // namespace kazoo::server
