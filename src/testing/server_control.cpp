// SPDX-License-Identifier: Apache-2.0
#include "testing/fault_translation.hpp"
#include "testing/server_thread.hpp"

#include <kazoo/testing/server_control.hpp>

#include <algorithm>
#include <utility>

namespace kazoo::testing {
const std::string& ServerControl::hosts() const noexcept {
    return server_thread_->place(place_).hosts;
}

std::uint16_t ServerControl::port() const noexcept {
    return server_thread_->place(place_).port;
}

void ServerControl::stop() {
    server_thread_->call([&] { server_thread_->place(place_).listener.stop(); });
}

void ServerControl::start() {
    const auto error =
        server_thread_->call([&] { return server_thread_->place(place_).listener.start(); });
    require_listening(error, hosts());
}

bool ServerControl::running() const {
    return server_thread_->call([&] { return server_thread_->place(place_).listener.running(); });
}

std::size_t ServerControl::connections() const {
    return server_thread_->call([&] {
        return server_thread_->place(place_).server_node->connection_count();
    });
}

FaultId ServerControl::inject(const Fault& fault) {
    return server_thread_->with_faults(place_, [&](server::FaultTable& faults) {
        return faults.add(to_core(fault));
    });
}

bool ServerControl::remove(FaultId fault) {
    return server_thread_->with_faults(place_, [&](server::FaultTable& faults) {
        const bool known = faults.contains(fault);
        faults.remove(fault);
        return known;
    });
}

void ServerControl::clear_faults() {
    server_thread_->with_faults(place_, [](server::FaultTable& faults) {
        const auto [read_only, lagging] = std::pair(faults.read_only, faults.lagging);
        faults.clear();
        // In the public API these two are conditions of the server, not faults.
        faults.read_only = read_only;
        faults.lagging = lagging;
        return true;
    });
}

void ServerControl::handshakes(Handshake what, int times) {
    server_thread_->with_faults(place_, [&](server::FaultTable& faults) {
        faults.handshake = to_core(what);
        faults.handshake_times = times;
        return true;
    });
}

void ServerControl::drop_connections() {
    drop_connection(0);
}

bool ServerControl::drop_connection(std::int64_t session) {
    return server_thread_->call([&] {
        auto& server_node = *server_thread_->place(place_).server_node;
        const auto before = server_node.connection_count();
        server_node.drop_connections(session, server_thread_->now());
        return server_node.connection_count() < before;
    });
}

bool ServerControl::expire_session(std::int64_t session) {
    return server_thread_->call([&] {
        server::Database& database = server_thread_->database();
        const auto closed = database.close_session(session, server_thread_->now());
        database.deliver(closed);
        return closed != nullptr;
    });
}

std::vector<std::int64_t> ServerControl::sessions() const {
    auto ids = server_thread_->call([&] {
        std::vector<std::int64_t> all;
        for (const auto& [expiry, bucket] : server_thread_->database().sessions().buckets()) {
            all.insert(all.end(), bucket.begin(), bucket.end());
        }
        return all;
    });
    std::sort(ids.begin(), ids.end());
    return ids;
}

std::int64_t ServerControl::zxid() const {
    return server_thread_->call([&] { return server_thread_->database().zxid(); });
}

void ServerControl::set_zxid(std::int64_t zxid) {
    server_thread_->call([&] { server_thread_->database().jump_zxid(zxid); });
}

bool ServerControl::set_sequence(std::string_view path, std::int32_t number) {
    return server_thread_->call(
        [&] { return server_thread_->database().set_next_number(path, number); }
    );
}

}  // namespace kazoo::testing
