// SPDX-License-Identifier: Apache-2.0
#include "testing/server_thread_owner.hpp"

#include <kazoo/testing/ensemble.hpp>

#include <utility>

namespace kazoo::testing {

Ensemble::Ensemble(std::size_t servers, const ServerOptions& options) {
    if (servers == 0) {
        throw ConfigurationError(Error(ClientErrc::configuration)
                                     .operation("listen")
                                     .detail("an ensemble needs at least one server"));
    }
    server_thread_ = std::make_shared<ServerThread>(options, servers, true);
    for (std::size_t i = 0; i < servers; ++i) {
        servers_.push_back(EnsembleServer(server_thread_, i));
    }
}

Ensemble::Ensemble(Ensemble&& other) noexcept = default;

Ensemble& Ensemble::operator=(Ensemble&& other) noexcept {
    std::swap(servers_, other.servers_);
    std::swap(server_thread_, other.server_thread_);
    return *this;
}

Ensemble::~Ensemble() {
    servers_.clear();
    end_or_leak(server_thread_
    );  // EnsembleServers that users have copied may hold the server thread as well
}

std::string Ensemble::hosts() const {
    std::string all;
    for (const auto& server : servers_) {
        all += (all.empty() ? "" : ",") + server.hosts();
    }
    return all;
}

/// Applies both conditions to the server node: a server that is cut off is read-only and lags as
/// well. Call it on the server thread's thread.
void EnsembleServer::set_condition(bool lagging, bool cut_off) {
    auto& place = server_thread_->place(place_);
    place.lagging = lagging;
    place.cut_off = cut_off;
    place.server_node->faults().lagging = lagging || cut_off;
    place.server_node->faults().read_only = cut_off;
    place.server_node->on_faults_changed(server_thread_->now());
}

void EnsembleServer::cut_off() {
    server_thread_->call([&] { set_condition(server_thread_->place(place_).lagging, true); });
}

void EnsembleServer::rejoin() {
    server_thread_->call([&] { set_condition(server_thread_->place(place_).lagging, false); });
}

bool EnsembleServer::is_cut_off() const {
    return server_thread_->call([&] { return server_thread_->place(place_).cut_off; });
}

void EnsembleServer::lag() {
    server_thread_->call([&] { set_condition(true, server_thread_->place(place_).cut_off); });
}

void EnsembleServer::catch_up() {
    server_thread_->call([&] { set_condition(false, server_thread_->place(place_).cut_off); });
}

std::int64_t EnsembleServer::applied_zxid() const {
    return server_thread_->call([&] {
        return server_thread_->place(place_).server_node->applied_zxid();
    });
}

}  // namespace kazoo::testing
