// SPDX-License-Identifier: Apache-2.0
// Inputs that are not bytes of a client: transactions, time, changes of faults.

#include "server/member/server_node.hpp"

#include <vector>

namespace kazoo::server {

void ServerNode::on_transaction(const std::shared_ptr<const Transaction>& transaction) {
    if (!state_.replica) {
        return publish(*transaction);
    }
    // Transactions are applied in order: behind queued ones this one waits, even if the fault is
    // gone by now. on_faults_changed() applies them, because replies may follow, which need the
    // time.
    const bool apply = !state_.faults.lagging && state_.replica->caught_up();
    state_.replica->push(transaction);
    if (apply) {
        publish(*state_.replica->apply_next());
    }
}

void ServerNode::publish(const Transaction& transaction) {
    watches_.fire(transaction);
    if (transaction.closed_session == 0) {
        return;
    }
    // A connection that sent closeSession is closed after its reply.
    Connection* connection = state_.connections.of_session(transaction.closed_session);
    if (connection != nullptr && !connection->closing) {
        state_.connections.end(*connection);
    }
}

void ServerNode::catch_up(Time now) {
    std::vector<Connection*> with_delayed = state_.connections.all();
    std::erase_if(with_delayed, [](const Connection* connection) {
        return connection->delayed.empty();
    });
    while (!state_.replica->caught_up()) {
        publish(*state_.replica->apply_next());
        for (Connection* connection : with_delayed) {
            replies_.flush_delayed(*connection, now);
        }
    }
}

void ServerNode::on_faults_changed(Time now) {
    if (state_.replica && !state_.faults.lagging) {
        catch_up(now);
    }
    for (Connection* connection : state_.connections.all()) {
        if (connection->local_session && !state_.faults.read_only) {
            state_.connections.end(*connection);
            state_.local_sessions.erase(connection->session);
        }
        replies_.release_holds(*connection, now);
        if (!connection->ended) {
            run(*connection, now);
        }
    }
}

void ServerNode::on_time(Time now) {
    if (state_.replica && !state_.faults.lagging && !state_.replica->caught_up()) {
        catch_up(now);  // there was no memory to apply a transaction
    }
    for (const ConnectionId id : state_.connections.take_due(now.steady)) {
        Connection* connection = state_.connections.find(id);
        const bool silent = connection->phase == Connection::Phase::awaiting_first_bytes ||
                            connection->phase == Connection::Phase::awaiting_connect_request;
        if (silent && now.steady >= connection->handshake_deadline) {
            ++state_.statistics.counters.handshakes_timed_out;
            state_.connections.end(*connection);
        } else if (replies_.release_holds(*connection, now) && !connection->ended) {
            run(*connection, now);
        }
    }
    for (const std::int64_t session : state_.local_sessions.expired(now)) {
        if (Connection* connection = state_.connections.of_session(session)) {
            state_.connections.end(*connection);
        }
        state_.local_sessions.erase(session);
    }
}

void ServerNode::drop_connections(std::int64_t session, Time /*now*/) {
    for (Connection* connection : state_.connections.all()) {
        if (session == 0 || connection->session == session) {
            state_.connections.end(*connection);
        }
    }
}

}  // namespace kazoo::server
