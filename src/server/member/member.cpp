#include "server/member/member.hpp"

#include "server/member/member_core.hpp"

#include <algorithm>
#include <utility>

namespace kazoo::server {

namespace {

// Added to the server id for the ids of local sessions, so that they differ from State's.
constexpr std::int64_t local_server_id = 0x40;

}  // namespace

Member::Impl::Impl(Member& self, State& state_of_all, MemberOptions member_options)
    : member(self),
      state(state_of_all),
      options(std::move(member_options)),
      watches(state.options().profile),
      connections(watches),
      local_sessions(
          state.options().tick_ms, local_server_id + options.server_id, state.options().seed
      ) {
    if (options.replica) {
        replica.emplace();
    }
}

Member::Member(State& state, MemberOptions options)
    : impl_(std::make_unique<Impl>(*this, state, std::move(options))) {
    state.attach(*this);
}

Member::~Member() {
    impl_->state.detach(*this);
}

ConnectionId Member::open(std::string address, std::uint16_t port, Time now) {
    Connections& connections = impl_->connections;
    const std::size_t most = impl_->options.max_connections;
    const bool full = most != 0 && connections.open_count() >= most;
    Connection& made = connections.add(std::move(address), port, impl_->options.max_frame);
    made.opened = now;
    made.greeting_deadline_ms = now.steady_ms + impl_->options.handshake_timeout_ms;
    connections.wake_at(made, made.greeting_deadline_ms);
    impl_->started_ms = impl_->started_ms < 0 ? now.steady_ms : impl_->started_ms;
    if (full) {
        ++impl_->statistics.counters.connections_rejected;
        connections.end(made);
    }
    return made.id;
}

void Member::on_bytes(ConnectionId connection, std::span<const std::byte> bytes, Time now) {
    if (Connection* found = impl_->connections.find(connection)) {
        impl_->on_bytes(*found, bytes, now);
    }
}

void Member::on_closed(ConnectionId connection, Time /*now*/) {
    impl_->connections.forget(connection);
}

void Member::on_sent(ConnectionId connection, std::size_t bytes, Time now) {
    if (Connection* found = impl_->connections.find(connection)) {
        found->outbox.on_sent(bytes);
        impl_->run(*found, now);
    }
}

void Member::on_time(Time now) {
    impl_->on_time(now);
}

ConnectionId Member::next_turn(Time now) {
    auto& turns = impl_->turns;
    while (!turns.empty()) {
        Connection* const found = impl_->connections.find(turns.front());
        turns.pop_front();
        if (found != nullptr && !found->ended) {
            found->waits_for_turn = false;
            impl_->take_turn(*found, now);
            return found->id;
        }
    }
    return 0;
}

bool Member::turns_wait() const noexcept {
    return !impl_->turns.empty();
}

bool Member::waits_for_turn(ConnectionId connection) const noexcept {
    const Connection* found = impl_->connections.find(connection);
    return found != nullptr && !found->ended && found->waits_for_turn;
}

std::int64_t Member::next_deadline() const noexcept {
    return std::min(impl_->connections.next_wake(), impl_->local_sessions.next_deadline());
}

std::vector<ConnectionId> Member::take_touched() {
    return impl_->connections.take_touched();
}

void Member::take_output(ConnectionId connection, base::Buffer& out) {
    if (Connection* found = impl_->connections.find(connection)) {
        found->outbox.take(out);
    }
}

bool Member::over(ConnectionId connection) const noexcept {
    const Connection* found = impl_->connections.find(connection);
    return found == nullptr || (found->ended && !found->outbox.holding());
}

bool Member::reading(ConnectionId connection) const noexcept {
    const Connection* found = impl_->connections.find(connection);
    return found != nullptr && found->reading(impl_->options.pause_output);
}

Faults& Member::faults() noexcept {
    return impl_->faults;
}

void Member::on_faults_changed(Time now) {
    impl_->on_faults_changed(now);
}

void Member::drop_connections(std::int64_t session, Time /*now*/) {
    impl_->drop_connections(session);
}

std::size_t Member::footprint() const noexcept {
    constexpr std::size_t watch_bytes = 128;  // an estimate for one watch with its indexes
    std::size_t bytes = impl_->watches.count() * watch_bytes;
    if (impl_->replica) {
        bytes += impl_->replica->tree().footprint();
    }
    return bytes + impl_->connections.footprint();
}

std::size_t Member::connection_count() const noexcept {
    return impl_->connections.open_count();
}

std::int64_t Member::applied_zxid() const noexcept {
    return impl_->applied_zxid();
}

void Member::on_transaction(const std::shared_ptr<const Transaction>& transaction) {
    impl_->on_transaction(transaction);
}

void Member::on_session_moved(std::int64_t session) {
    if (Connection* older = impl_->connections.of_session(session)) {
        impl_->connections.end(*older);
    }
}

}  // namespace kazoo::server
