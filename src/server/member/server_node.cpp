// SPDX-License-Identifier: Apache-2.0
#include "server/member/server_node.hpp"

#include <algorithm>
#include <utility>

namespace kazoo::server {

ServerNode::ServerNode(Database& database, ServerNodeOptions options)
    : state_(database, std::move(options)),
      replies_(state_),
      watches_(state_, replies_),
      handshake_(state_, replies_, *this),
      requests_(state_, replies_, watches_),
      four_letter_words_(state_) {
    database.attach(*this);
}

ServerNode::~ServerNode() {
    state_.database.detach(*this);
}

ConnectionId ServerNode::open(
    std::string address, std::uint16_t port, Time now, const std::vector<Id>& authenticated
) {
    Connections& connections = state_.connections;
    const std::size_t most = state_.options.max_connections;
    const bool full = most != 0 && connections.open_count() >= most;
    Connection& made = connections.add(std::move(address), port, state_.options.max_frame);
    made.opened = now;
    made.handshake_deadline = now.steady + state_.options.handshake_timeout;
    connections.wake_at(made, made.handshake_deadline);
    four_letter_words_.on_open(now);
    if (full) {
        ++state_.statistics.counters.connections_rejected;
    }
    bool known = false;
    state_.abort_if_out_of_memory(made, [&] {
        known = !state_.profile().identifies_certificates() || made.add_identities(authenticated);
    });
    if (full || !known) {
        connections.end(made);
    }
    return made.id;
}

bool ServerNode::refuses_beside(std::size_t others) noexcept {
    const std::size_t most = state_.options.max_connections;
    const bool full = most != 0 && state_.connections.open_count() + others >= most;
    if (full) {
        ++state_.statistics.counters.connections_rejected;
    }
    return full;
}

void ServerNode::on_bytes(ConnectionId connection, std::span<const std::byte> bytes, Time now) {
    if (Connection* found = state_.connections.find(connection)) {
        state_.abort_if_out_of_memory(*found, [&] { receive(*found, bytes, now); });
    }
}

void ServerNode::on_closed(ConnectionId connection, Time /*now*/) {
    state_.connections.erase(connection);
}

void ServerNode::on_sent(ConnectionId connection, std::size_t bytes, Time now) {
    if (Connection* found = state_.connections.find(connection)) {
        found->outbox.on_sent(bytes);
        state_.abort_if_out_of_memory(*found, [&] { run(*found, now); });
    }
}

ConnectionId ServerNode::next_turn(Time now) {
    while (!turns_.empty()) {
        Connection* const found = state_.connections.find(turns_.front());
        turns_.pop_front();
        if (found != nullptr && !found->ended) {
            found->waits_for_turn = false;
            state_.abort_if_out_of_memory(*found, [&] { take_turn(*found, now); });
            return found->id;
        }
    }
    return 0;
}

bool ServerNode::turns_wait() const noexcept {
    return !turns_.empty();
}

bool ServerNode::waits_for_turn(ConnectionId connection) const noexcept {
    const Connection* found = state_.connections.find(connection);
    return found != nullptr && !found->ended && found->waits_for_turn;
}

SteadyTime ServerNode::next_deadline() const noexcept {
    return std::min(state_.connections.next_wake(), state_.local_sessions.next_deadline());
}

std::vector<ConnectionId> ServerNode::take_touched() {
    return state_.connections.take_touched();
}

void ServerNode::take_output(ConnectionId connection, base::Buffer& out) {
    if (Connection* found = state_.connections.find(connection)) {
        found->outbox.take(out);
    }
}

bool ServerNode::over(ConnectionId connection) const noexcept {
    const Connection* found = state_.connections.find(connection);
    return found == nullptr || (found->ended && !found->outbox.holding());
}

bool ServerNode::reading(ConnectionId connection) const noexcept {
    const Connection* found = state_.connections.find(connection);
    return found != nullptr && found->reading(state_.options.pause_output);
}

FaultTable& ServerNode::faults() noexcept {
    return state_.faults;
}

std::size_t ServerNode::footprint() const noexcept {
    constexpr std::size_t watch_bytes = 128;  // an estimate for one watch with its indexes
    std::size_t bytes = state_.watches.count() * watch_bytes;
    if (state_.replica) {
        bytes += state_.replica->tree().footprint();
    }
    return bytes + state_.connections.footprint();
}

std::size_t ServerNode::connection_count() const noexcept {
    return state_.connections.open_count();
}

std::int64_t ServerNode::applied_zxid() const noexcept {
    return state_.applied_zxid();
}

void ServerNode::reserve_transaction() {
    if (state_.replica) {
        state_.replica->reserve();
    }
}

void ServerNode::on_session_moved(std::int64_t session) {
    if (Connection* older = state_.connections.of_session(session)) {
        state_.connections.end(*older);
    }
}

}  // namespace kazoo::server
