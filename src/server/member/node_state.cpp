// SPDX-License-Identifier: Apache-2.0
#include "server/member/node_state.hpp"

#include <utility>

namespace kazoo::server {

namespace {

// Added to the server id for the ids of local sessions, so that they differ from Database's.
constexpr std::int64_t local_server_id = 0x40;

}  // namespace

NodeState::NodeState(Database& shared_database, ServerNodeOptions node_options)
    : database(shared_database),
      options(std::move(node_options)),
      watches(database.options().profile),
      connections(watches),
      local_sessions(
          database.options().tick, local_server_id + options.server_id, database.options().seed
      ) {
    if (options.replica) {
        replica.emplace();
    }
}

void NodeState::update_flow_control(Connection& connection) {
    if (connection.unsent() > options.max_output || connection.inbox.kept() > options.max_output) {
        ++statistics.counters.connections_dropped;
        connections.abort(connection);
        return;
    }
    const bool reading = connection.reading(options.pause_output);
    if (connection.outbox.ready() != 0 || reading != connection.reported_reading) {
        connection.reported_reading = reading;
        connections.touch(connection);
    }
}

void NodeState::touch_session(const Connection& connection, Time now) {
    if (connection.local_session) {
        local_sessions.touch(connection.session, now);
    } else if (options.reports_sessions) {
        heard.insert(connection.session);
    } else {
        database.touch_session(connection.session, now);
    }
}

}  // namespace kazoo::server
