// SPDX-License-Identifier: Apache-2.0
#include "server/member/connections.hpp"

#include <algorithm>

namespace kazoo::server {

Connection& Connections::add(std::string address, std::uint16_t port, std::size_t max_frame) {
    const ConnectionId id = last_id_ + 1;
    auto made = std::make_unique<Connection>(id, std::move(address), port, max_frame);
    Connection& connection = *by_id_.emplace(id, std::move(made)).first->second;
    last_id_ = id;
    ++open_;
    return connection;
}

Connection* Connections::find(ConnectionId id) const noexcept {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second.get();
}

Connection* Connections::of_session(std::int64_t session) const noexcept {
    const auto found = by_session_.find(session);
    return found == by_session_.end() ? nullptr : found->second;
}

std::vector<Connection*> Connections::all() const {
    std::vector<Connection*> list;
    list.reserve(by_id_.size());
    for (const auto& entry : by_id_) {
        list.push_back(entry.second.get());
    }
    std::sort(list.begin(), list.end(), [](const Connection* a, const Connection* b) {
        return a->id < b->id;
    });
    return list;
}

std::size_t Connections::footprint() const noexcept {
    std::size_t bytes = 0;
    for (const auto& entry : by_id_) {
        const Connection& connection = *entry.second;
        bytes += sizeof(Connection) + connection.unsent() + connection.inbox.kept() +
                 connection.identity_bytes;
    }
    return bytes;
}

void Connections::set_session(Connection& connection, std::int64_t session) {
    connection.session = session;
    by_session_[session] = &connection;
}

void Connections::finish(Connection& connection) {
    if (connection.ended) {
        return;
    }
    connection.ended = true;
    --open_;
    watches_.remove_all(connection.id);
    if (of_session(connection.session) == &connection) {
        by_session_.erase(connection.session);
    }
    cancel_wake(connection, connection.handshake_deadline);
    touch(connection);
}

void Connections::end(Connection& connection) {
    finish(connection);
    connection.outbox.discard_held();
    connection.delayed.clear();
    connection.delayed_bytes = 0;
    touch(connection);
}

void Connections::abort(Connection& connection) {
    end(connection);
    connection.outbox.discard();
}

void Connections::erase(ConnectionId id) {
    if (Connection* connection = find(id)) {
        end(*connection);
        by_id_.erase(id);
    }
}

void Connections::touch(Connection& connection) {
    if (!connection.touched) {
        touched_.push_back(connection.id);
        connection.touched = true;
    }
}

std::vector<ConnectionId> Connections::take_touched() {
    std::vector<ConnectionId> taken;
    taken.swap(touched_);
    std::size_t kept = 0;
    for (const ConnectionId id : taken) {
        if (Connection* connection = find(id)) {
            connection->touched = false;
            taken[kept++] = id;
        }
    }
    taken.resize(kept);
    return taken;
}

std::vector<ConnectionId> Connections::take_due(SteadyTime now) {
    std::vector<ConnectionId> due;
    while (!wakes_.empty() && wakes_.begin()->first <= now) {
        const ConnectionId id = wakes_.begin()->second;
        wakes_.erase(wakes_.begin());
        if (find(id) != nullptr) {
            due.push_back(id);
        }
    }
    return due;
}

}  // namespace kazoo::server
