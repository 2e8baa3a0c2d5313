#include "testing/host_owner.hpp"

#include <kazoo/testing/ensemble.hpp>

#include <utility>

namespace kazoo::testing {

Ensemble::Ensemble(std::size_t servers, const ServerOptions& options) {
    if (servers == 0) {
        throw ConfigurationError(
            Error(ClientErrc::configuration).operation("listen").detail("an ensemble of no servers")
        );
    }
    host_ = std::make_shared<Host>(options, servers, true);
    for (std::size_t i = 0; i < servers; ++i) {
        servers_.push_back(EnsembleServer(host_, i));
    }
}

Ensemble::Ensemble(Ensemble&& other) noexcept = default;

Ensemble& Ensemble::operator=(Ensemble&& other) noexcept {
    std::swap(servers_, other.servers_);
    std::swap(host_, other.host_);
    return *this;
}

Ensemble::~Ensemble() {
    servers_.clear();
    give_up(host_);  // EnsembleServers that users have copied may hold the host as well
}

std::string Ensemble::hosts() const {
    std::string all;
    for (const auto& server : servers_) {
        all += (all.empty() ? "" : ",") + server.hosts();
    }
    return all;
}

/// Applies both conditions to the member: a server that is cut off is read-only and lags as well.
/// Call it on the host's thread.
void EnsembleServer::set_condition(bool lagging, bool cut_off) {
    auto& place = host_->place(place_);
    place.lagging = lagging;
    place.cut_off = cut_off;
    place.member->faults().lagging = lagging || cut_off;
    place.member->faults().read_only = cut_off;
    place.member->on_faults_changed(host_->now());
}

void EnsembleServer::cut_off() {
    host_->call([&] { set_condition(host_->place(place_).lagging, true); });
}

void EnsembleServer::rejoin() {
    host_->call([&] { set_condition(host_->place(place_).lagging, false); });
}

bool EnsembleServer::is_cut_off() const {
    return host_->call([&] { return host_->place(place_).cut_off; });
}

void EnsembleServer::lag() {
    host_->call([&] { set_condition(true, host_->place(place_).cut_off); });
}

void EnsembleServer::catch_up() {
    host_->call([&] { set_condition(false, host_->place(place_).cut_off); });
}

std::int64_t EnsembleServer::applied_zxid() const {
    return host_->call([&] { return host_->place(place_).member->applied_zxid(); });
}

}  // namespace kazoo::testing
