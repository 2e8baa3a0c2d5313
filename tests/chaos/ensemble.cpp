// SPDX-License-Identifier: Apache-2.0
#include "ensemble.hpp"

#include "support/loopback.hpp"

#include <algorithm>
#include <cstdlib>
#include <thread>

namespace kazoo::chaos {
namespace {

constexpr std::chrono::milliseconds probe_limit{500};

/// The text after `name` in the reply to "srvr", up to the end of the line.
std::string field(const std::string& answer, const std::string& name) {
    const auto at = answer.find(name);
    if (at == std::string::npos) return {};
    const auto begin = at + name.size();
    return answer.substr(begin, answer.find('\n', begin) - begin);
}

/// Polls with pauses, because each status request loads the servers.
template <class Predicate>
bool poll_until(std::chrono::milliseconds limit, Predicate holds) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return true;
}

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

Ensemble::Status Ensemble::status(std::size_t member) {
    std::string answer;
    observer_.run([&] {
        const auto& address = members_[member]->machine().address();
        answer = testing_support::exchange(address, client_port, "srvr", probe_limit);
    });
    Status status;
    status.mode = field(answer, "Mode: ");
    status.zxid = std::strtoll(field(answer, "Zxid: ").c_str(), nullptr, 16);
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

std::vector<Ensemble::Status> Ensemble::status_of_all() {
    std::vector<Status> all;
    for (std::size_t i = 0; i < members_.size(); ++i) all.push_back(status(i));
    return all;
}

bool Ensemble::wait_serving(std::chrono::milliseconds limit) {
    return poll_until(limit, [this] {
        const auto all = status_of_all();
        const auto serves = [](const Status& each) { return !each.mode.empty(); };
        const auto leads = [](const Status& each) { return each.mode == "leader"; };
        return std::all_of(all.begin(), all.end(), serves) &&
               std::any_of(all.begin(), all.end(), leads);
    });
}

std::optional<std::int64_t> Ensemble::wait_in_sync(std::chrono::milliseconds limit) {
    std::optional<std::int64_t> zxid;
    poll_until(limit, [&] {
        const auto all = status_of_all();
        const auto agrees = [&](const Status& each) {
            return !each.mode.empty() && each.zxid == all.front().zxid;
        };
        if (std::all_of(all.begin(), all.end(), agrees)) zxid = all.front().zxid;
        return zxid.has_value();
    });
    return zxid;
}

}  // namespace kazoo::chaos
