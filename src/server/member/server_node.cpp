#include "server/member/server_node.hpp"

#include "server/member/server_node_impl.hpp"

#include <algorithm>
#include <utility>

namespace kazoo::server {

namespace {

// Added to the server id for the ids of local sessions, so that they differ from Database's.
constexpr std::int64_t local_server_id = 0x40;

}  // namespace

ServerNode::Impl::Impl(ServerNode& node, Database& shared_database, ServerNodeOptions node_options)
    : self(node),
      database(shared_database),
      options(std::move(node_options)),
      watches(database.options().profile),
      connections(watches),
      local_sessions(
          database.options().tick_ms, local_server_id + options.server_id, database.options().seed
      ) {
    if (options.replica) {
        replica.emplace();
    }
}

ServerNode::ServerNode(Database& database, ServerNodeOptions options)
    : impl_(std::make_unique<Impl>(*this, database, std::move(options))) {
    database.attach(*this);
}

ServerNode::~ServerNode() {
    impl_->database.detach(*this);
}

ConnectionId ServerNode::open(std::string address, std::uint16_t port, Time now) {
    Connections& connections = impl_->connections;
    const std::size_t most = impl_->options.max_connections;
    const bool full = most != 0 && connections.open_count() >= most;
    Connection& made = connections.add(std::move(address), port, impl_->options.max_frame);
    made.opened = now;
    made.handshake_deadline_ms = now.steady_ms + impl_->options.handshake_timeout_ms;
    connections.wake_at(made, made.handshake_deadline_ms);
    impl_->started_ms = impl_->started_ms < 0 ? now.steady_ms : impl_->started_ms;
    if (full) {
        ++impl_->statistics.counters.connections_rejected;
        connections.end(made);
    }
    return made.id;
}

void ServerNode::on_bytes(ConnectionId connection, std::span<const std::byte> bytes, Time now) {
    if (Connection* found = impl_->connections.find(connection)) {
        impl_->abort_if_out_of_memory(*found, [&] { impl_->on_bytes(*found, bytes, now); });
    }
}

void ServerNode::on_closed(ConnectionId connection, Time /*now*/) {
    impl_->connections.erase(connection);
}

void ServerNode::on_sent(ConnectionId connection, std::size_t bytes, Time now) {
    if (Connection* found = impl_->connections.find(connection)) {
        found->outbox.on_sent(bytes);
        impl_->abort_if_out_of_memory(*found, [&] { impl_->run(*found, now); });
    }
}

void ServerNode::on_time(Time now) {
    impl_->on_time(now);
}

ConnectionId ServerNode::next_turn(Time now) {
    auto& turns = impl_->turns;
    while (!turns.empty()) {
        Connection* const found = impl_->connections.find(turns.front());
        turns.pop_front();
        if (found != nullptr && !found->ended) {
            found->waits_for_turn = false;
            impl_->abort_if_out_of_memory(*found, [&] { impl_->take_turn(*found, now); });
            return found->id;
        }
    }
    return 0;
}

bool ServerNode::turns_wait() const noexcept {
    return !impl_->turns.empty();
}

bool ServerNode::waits_for_turn(ConnectionId connection) const noexcept {
    const Connection* found = impl_->connections.find(connection);
    return found != nullptr && !found->ended && found->waits_for_turn;
}

std::int64_t ServerNode::next_deadline() const noexcept {
    return std::min(impl_->connections.next_wake(), impl_->local_sessions.next_deadline());
}

std::vector<ConnectionId> ServerNode::take_touched() {
    return impl_->connections.take_touched();
}

void ServerNode::take_output(ConnectionId connection, base::Buffer& out) {
    if (Connection* found = impl_->connections.find(connection)) {
        found->outbox.take(out);
    }
}

bool ServerNode::over(ConnectionId connection) const noexcept {
    const Connection* found = impl_->connections.find(connection);
    return found == nullptr || (found->ended && !found->outbox.holding());
}

bool ServerNode::reading(ConnectionId connection) const noexcept {
    const Connection* found = impl_->connections.find(connection);
    return found != nullptr && found->reading(impl_->options.pause_output);
}

FaultTable& ServerNode::faults() noexcept {
    return impl_->faults;
}

void ServerNode::on_faults_changed(Time now) {
    impl_->on_faults_changed(now);
}

void ServerNode::drop_connections(std::int64_t session, Time /*now*/) {
    impl_->drop_connections(session);
}

std::size_t ServerNode::footprint() const noexcept {
    constexpr std::size_t watch_bytes = 128;  // an estimate for one watch with its indexes
    std::size_t bytes = impl_->watches.count() * watch_bytes;
    if (impl_->replica) {
        bytes += impl_->replica->tree().footprint();
    }
    return bytes + impl_->connections.footprint();
}

std::size_t ServerNode::connection_count() const noexcept {
    return impl_->connections.open_count();
}

std::int64_t ServerNode::applied_zxid() const noexcept {
    return impl_->applied_zxid();
}

void ServerNode::on_transaction(const std::shared_ptr<const Transaction>& transaction) {
    impl_->on_transaction(transaction);
}

void ServerNode::reserve_transaction() {
    if (impl_->replica) {
        impl_->replica->reserve();
    }
}

void ServerNode::on_session_moved(std::int64_t session) {
    if (Connection* older = impl_->connections.of_session(session)) {
        impl_->connections.end(*older);
    }
}

}  // namespace kazoo::server
