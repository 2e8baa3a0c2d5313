// SPDX-License-Identifier: Apache-2.0
#include "ensemble.hpp"

namespace kazoo::chaos {

using testing_support::poll_until;

namespace {

constexpr std::chrono::milliseconds probe_limit{500};

}  // namespace

Ensemble::Ensemble(const std::vector<const Machine*>& machines, const Machine& observer)
    : observer_(observer) {
    for (std::size_t i = 0; i < machines.size(); ++i) {
        members_.push_back(std::make_unique<Member>(static_cast<int>(i) + 1, size, *machines[i]));
    }
}

std::string Ensemble::hosts() const {
    std::string hosts;
    for (const auto& member : members_) {
        hosts += (hosts.empty() ? "" : ",") + member->machine().address() + ":" +
                 std::to_string(client_port);
    }
    return hosts;
}

void Ensemble::start() {
    for (const auto& member : members_) member->start();
}

ServerStatus Ensemble::status(std::size_t member) {
    ServerStatus status;
    observer_.run([&] {
        const auto& address = members_[member]->machine().address();
        status = testing_support::server_status(address, client_port, probe_limit);
    });
    return status;
}

std::optional<std::size_t> Ensemble::leader() {
    for (std::size_t i = 0; i < members_.size(); ++i) {
        if (members_[i]->running() && !members_[i]->paused() && status(i).mode == "leader") {
            return i;
        }
    }
    return std::nullopt;
}

std::vector<ServerStatus> Ensemble::status_of_all() {
    std::vector<ServerStatus> all;
    for (std::size_t i = 0; i < members_.size(); ++i) all.push_back(status(i));
    return all;
}

bool Ensemble::wait_serving(std::chrono::milliseconds limit) {
    return poll_until(limit, [this] { return testing_support::all_serve(status_of_all()); });
}

std::optional<std::int64_t> Ensemble::wait_in_sync(std::chrono::milliseconds limit) {
    std::optional<std::int64_t> zxid;
    poll_until(limit, [&] {
        zxid = testing_support::common_zxid(status_of_all());
        return zxid.has_value();
    });
    return zxid;
}

}  // namespace kazoo::chaos
