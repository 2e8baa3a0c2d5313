#include "testing/fault_translation.hpp"
#include "testing/host.hpp"

#include <kazoo/testing/server_control.hpp>

#include <algorithm>
#include <utility>

namespace kazoo::testing {
const std::string& ServerControl::hosts() const noexcept {
    return host_->place(place_).hosts;
}

std::uint16_t ServerControl::port() const noexcept {
    return host_->place(place_).port;
}

void ServerControl::stop() {
    host_->call([&] { host_->place(place_).listener.stop(); });
}

void ServerControl::start() {
    const auto error = host_->call([&] { return host_->place(place_).listener.start(); });
    require_listening(error, hosts());
}

bool ServerControl::running() const {
    return host_->call([&] { return host_->place(place_).listener.running(); });
}

std::size_t ServerControl::connections() const {
    return host_->call([&] { return host_->place(place_).member->connection_count(); });
}

FaultId ServerControl::inject(const Fault& fault) {
    return host_->with_faults(place_, [&](server::Faults& faults) {
        return faults.add(to_core(fault));
    });
}

bool ServerControl::remove(FaultId fault) {
    return host_->with_faults(place_, [&](server::Faults& faults) {
        const bool known = faults.contains(fault);
        faults.remove(fault);
        return known;
    });
}

void ServerControl::clear_faults() {
    host_->with_faults(place_, [](server::Faults& faults) {
        const auto [read_only, lagging] = std::pair(faults.read_only, faults.lagging);
        faults.clear();
        // In the public API these two are conditions of the server, not faults.
        faults.read_only = read_only;
        faults.lagging = lagging;
        return true;
    });
}

void ServerControl::handshakes(Handshake what, int times) {
    host_->with_faults(place_, [&](server::Faults& faults) {
        faults.handshake = to_core(what);
        faults.handshake_times = times;
        return true;
    });
}

void ServerControl::drop_connections() {
    drop_connection(0);
}

void ServerControl::drop_connection(std::int64_t session) {
    host_->call([&] { host_->place(place_).member->drop_connections(session, host_->now()); });
}

bool ServerControl::expire_session(std::int64_t session) {
    return host_->call([&] { return host_->state().close_session(session, host_->now()) != 0; });
}

std::vector<std::int64_t> ServerControl::sessions() const {
    auto ids = host_->call([&] {
        std::vector<std::int64_t> all;
        for (const auto& [expiry, bucket] : host_->state().sessions().buckets()) {
            all.insert(all.end(), bucket.begin(), bucket.end());
        }
        return all;
    });
    std::sort(ids.begin(), ids.end());
    return ids;
}

std::int64_t ServerControl::zxid() const {
    return host_->call([&] { return host_->state().zxid(); });
}

void ServerControl::set_zxid(std::int64_t zxid) {
    host_->call([&] { host_->state().jump_zxid(zxid); });
}

}  // namespace kazoo::testing
