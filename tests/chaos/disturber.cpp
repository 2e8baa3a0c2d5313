// SPDX-License-Identifier: Apache-2.0
#include "disturber.hpp"

#include <algorithm>
#include <thread>

namespace kazoo::chaos {

using Kind = Disturbance::Kind;

Disturber::Disturber(
    Ensemble& ensemble,
    Contenders& contenders,
    Switch& net,
    std::vector<Station> stations,
    Tell tell
)
    : ensemble_(ensemble),
      contenders_(contenders),
      net_(net),
      stations_(std::move(stations)),
      report_(std::move(tell)) {}

void Disturber::run(const std::vector<Disturbance>& plan) {
    const auto start = std::chrono::steady_clock::now();
    for (const auto& what : plan) {
        const auto begins = start + what.at;
        while (next_end() <= begins) {
            std::this_thread::sleep_until(next_end());
            end_due(next_end());
        }
        std::this_thread::sleep_until(begins);
        begin(what, begins);
    }
    while (!going_on_.empty()) {
        std::this_thread::sleep_until(next_end());
        end_due(next_end());
    }
}

Disturber::Time Disturber::next_end() const {
    auto next = Time::max();
    for (const auto& each : going_on_) next = std::min(next, each.end);
    return next;
}

void Disturber::begin(Disturbance what, Time now) {
    if (targets_leader(what.kind)) what.server = ensemble_.leader().value_or(what.server);
    if (is_of_contender(what.kind)) what.client %= contenders_.size();
    const bool same_victim = std::any_of(going_on_.begin(), going_on_.end(), [&](const auto& each) {
        return are_of_same_process(each.what, what);
    });
    if (same_victim) return;  // the process is already killed or paused
    report_(describe(what));
    ++count_[static_cast<std::size_t>(what.kind)];
    disturb_process(what);
    going_on_.push_back({what, now + what.lasting});
    renew_wires();
}

void Disturber::disturb_process(const Disturbance& what) {
    switch (what.kind) {
        case Kind::kill_leader:
        case Kind::kill_server:
            return ensemble_[what.server].kill9();
        case Kind::pause_leader:
        case Kind::pause_server:
            return ensemble_[what.server].pause();
        case Kind::kill_contender:
            return contenders_[what.client]->kill9();
        case Kind::pause_contender:
            return contenders_[what.client]->pause();
        default:
            return;
    }
}

void Disturber::end(const Disturbance& what) {
    switch (what.kind) {
        case Kind::kill_leader:
        case Kind::kill_server:
            return ensemble_[what.server].start();
        case Kind::pause_leader:
        case Kind::pause_server:
            return ensemble_[what.server].resume();
        case Kind::kill_contender:
            return contenders_[what.client]->start();
        case Kind::pause_contender:
            return contenders_[what.client]->resume();
        default:
            return;
    }
}

void Disturber::end_due(Time now) {
    for (const auto& each : going_on_) {
        if (each.end <= now) end(each.what);
    }
    std::erase_if(going_on_, [now](const GoingOn& each) { return each.end <= now; });
    renew_wires();
    // A server exits when it detects an inconsistent state, and expects to be restarted.
    for (std::size_t i = 0; i < ensemble_.members().size(); ++i) {
        const bool is_down = std::any_of(going_on_.begin(), going_on_.end(), [&](const auto& each) {
            return is_of_server_process(each.what.kind) && each.what.server == i;
        });
        if (!is_down && !ensemble_[i].running()) {
            report_("server " + std::to_string(i + 1) + " has exited unexpectedly");
            ensemble_[i].start();
        }
    }
}

void Disturber::renew_wires() {
    std::vector<Disturbance> all;
    for (const auto& each : going_on_) all.push_back(each.what);
    for (std::size_t from = 0; from < stations_.size(); ++from) {
        for (std::size_t to = 0; to < stations_.size(); ++to) {
            net_.set_wire(from, to, wire_between(stations_[from], stations_[to], all));
        }
    }
}

}  // namespace kazoo::chaos
