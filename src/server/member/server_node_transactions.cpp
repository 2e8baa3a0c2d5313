// Inputs that are not bytes of a client: transactions, time, changes of faults.

#include "server/member/server_node_impl.hpp"
#include "server/rules/acl_rules.hpp"

#include <algorithm>
#include <utility>

namespace kazoo::server {

void ServerNode::Impl::on_transaction(const std::shared_ptr<const Transaction>& transaction) {
    if (!replica) {
        return publish(*transaction);
    }
    // Transactions are applied in order: behind queued ones this one waits, even if the fault is
    // gone by now. on_faults_changed() applies them, because replies may follow, which need the
    // time.
    const bool apply = !faults.lagging && replica->caught_up();
    replica->push(transaction);
    if (apply) {
        publish(*replica->apply_next());
    }
}

void ServerNode::Impl::publish(const Transaction& transaction) {
    const std::int64_t zxid = profile().notifies_with_zxid() ? transaction.zxid : -1;
    const auto tell = [&](ConnectionId id, WatchEvent what, std::string_view path) {
        Connection* connection = connections.find(id);
        if (connection != nullptr && !connection->ended) {
            abort_if_out_of_memory(*connection, [&] {
                send_watch_event(*connection, what, path, zxid);
                update_flow_control(*connection);
            });
        }
    };
    const auto may_read = [&](ConnectionId id, const AclList& acl) {
        const Connection* connection = connections.find(id);
        return connection != nullptr && allowed(acl, Permissions::read, connection->identities);
    };
    for (const Change& change : transaction.changes) {
        watches.trigger(change, tell, may_read);
    }
    if (transaction.closed_session == 0) {
        return;
    }
    // A connection that sent closeSession is closed after its reply.
    Connection* connection = connections.of_session(transaction.closed_session);
    if (connection != nullptr && !connection->closing) {
        connections.end(*connection);
    }
}

void ServerNode::Impl::catch_up(Time now) {
    std::vector<Connection*> with_delayed = connections.all();
    std::erase_if(with_delayed, [](const Connection* connection) {
        return connection->delayed.empty();
    });
    while (!replica->caught_up()) {
        publish(*replica->apply_next());
        for (Connection* connection : with_delayed) {
            flush_delayed(*connection, now);
        }
    }
}

void ServerNode::Impl::on_faults_changed(Time now) {
    if (replica && !faults.lagging) {
        catch_up(now);
    }
    for (Connection* connection : connections.all()) {
        if (connection->local_session && !faults.read_only) {
            connections.end(*connection);
            local_sessions.erase(connection->session);
        }
        release_holds(*connection, now);
        if (!connection->ended) {
            run(*connection, now);
        }
    }
}

void ServerNode::Impl::on_time(Time now) {
    if (replica && !faults.lagging && !replica->caught_up()) {
        catch_up(now);  // there was no memory to apply a transaction
    }
    for (const ConnectionId id : connections.take_due(now.steady_ms)) {
        Connection* connection = connections.find(id);
        const bool silent = connection->phase == Connection::Phase::awaiting_first_bytes ||
                            connection->phase == Connection::Phase::awaiting_connect_request;
        if (silent && now.steady_ms >= connection->handshake_deadline_ms) {
            ++statistics.counters.handshakes_timed_out;
            connections.end(*connection);
        } else if (release_holds(*connection, now) && !connection->ended) {
            run(*connection, now);
        }
    }
    for (const std::int64_t session : local_sessions.expired(now)) {
        if (Connection* connection = connections.of_session(session)) {
            connections.end(*connection);
        }
        local_sessions.erase(session);
    }
}

void ServerNode::Impl::drop_connections(std::int64_t session) {
    for (Connection* connection : connections.all()) {
        if (session == 0 || connection->session == session) {
            connections.end(*connection);
        }
    }
}

}  // namespace kazoo::server
