// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

#include <algorithm>

namespace kazoo::sim {

Faults::Faults(
    Simulator& simulator,
    Network& network,
    Cluster& cluster,
    const std::vector<std::unique_ptr<SimClient>>& clients
)
    : simulator_(simulator),
      network_(network),
      cluster_(cluster),
      clients_(clients),
      rhythm_(simulator.chance().of<Duration>({300ms, 1000ms, 3000ms})) {}

void Faults::run_until(TimePoint end) {
    end_ = end;
    simulator_.at(end, [this] { heal(); });
    next();
}

void Faults::next() {
    const auto pause = simulator_.chance().between(0ms, rhythm_ * 2);
    if (simulator_.now() + pause < end_) {
        simulator_.after(pause, [this] {
            one();
            next();
        });
    }
}

void Faults::one() {
    switch (simulator_.chance().below(10)) {
        case 0:
        case 1:
        case 2:
        case 3:
            simulator_.tally().add(Count::network_faults);
            return network();
        case 4:
        case 5:
            simulator_.tally().add(Count::server_faults);
            return servers();
        case 6:
        case 7:
            simulator_.tally().add(Count::faulty_replies);
            return faulty_replies();
        default:
            simulator_.tally().add(Count::process_faults);
            return processes();
    }
}

Duration Faults::lasting(Duration shortest, Duration longest) {
    const auto time = simulator_.chance().between(shortest, longest);
    return std::max<Duration>(std::min(time, Duration(end_ - simulator_.now())), 0ms);
}

void Faults::later(Duration pause, std::function<void()> what) {
    simulator_.at(std::min(simulator_.now() + pause, end_), std::move(what));
}

void Faults::block_link(std::size_t client, std::size_t server, Duration time) {
    auto& chance = simulator_.chance();
    const auto until = simulator_.now() + time;
    const auto which = chance.below(4);  // one direction, or both
    simulator_.note("network", "blocks", client, server, which);
    auto& blocked = network_.link(client, server).blocked_until;
    if (which != 0) {
        blocked[0] = std::max(blocked[0], until);
    }
    if (which != 1) {
        blocked[1] = std::max(blocked[1], until);
    }
}

void Faults::break_connection() {
    auto& chance = simulator_.chance();
    auto all = network_.connections();
    if (all.empty()) {
        return;
    }
    auto& victim = *chance.of(all);
    switch (chance.below(4)) {
        case 0:
            simulator_.note(victim.name(), "is swallowed on its way to the server");
            return victim.swallow(Side::client);
        case 1:
            simulator_.note(victim.name(), "is swallowed on its way to the client");
            return victim.swallow(Side::server);
        default:
            simulator_.note(victim.name(), "is reset");
            victim.reset();
    }
}

void Faults::network() {
    auto& chance = simulator_.chance();
    const auto client = static_cast<std::size_t>(chance.below(network_.clients()));
    const auto server = static_cast<std::size_t>(chance.below(network_.servers()));
    switch (chance.below(9)) {
        case 8: {
            auto& victim = *clients_[client];
            victim.process().note("has a slow resolver");
            return victim.slow_names(lasting(500ms, 10'000ms));
        }
        case 0:
            for (std::size_t i = 0; i < network_.clients(); ++i) {
                block_link(i, server, lasting(100ms, 4000ms));
            }
            return;
        case 1:
            for (std::size_t i = 0; i < network_.servers(); ++i) {
                block_link(client, i, lasting(100ms, 15'000ms));
            }
            return;
        case 2: {
            auto& link = network_.link(client, server);
            link.latency = chance.between(50us, chance.one_in(3) ? Duration(400ms) : 10ms);
            link.jitter = chance.between(0us, Duration(link.latency));
            return;
        }
        case 3:
        case 4:
            return block_link(client, server, lasting(10ms, 6000ms));
        default:
            return break_connection();
    }
}

void Faults::servers() {
    auto& chance = simulator_.chance();
    auto& member = cluster_[static_cast<std::size_t>(chance.below(cluster_.size()))];
    const bool replica = cluster_.size() > 1;
    switch (chance.below(replica ? 10 : 4)) {
        case 0:
        case 1:
            member.crash(chance.one_in(3));
            return later(lasting(10ms, 5000ms), [&member] { member.restart(); });
        case 2:
            cluster_.expire_one();
            return;
        case 3:
            if (!member.process().frozen()) {
                // In one case of three up to 12 s, which exceeds the first time limit of
                // handshakes.
                member.process().freeze(lasting(10ms, chance.one_in(3) ? 12'000ms : 4000ms));
            }
            return;
        case 4: {
            const bool cut_off = chance.one_in(2);
            member.process().note(cut_off ? "is cut off" : "lags");
            member.faults().lagging = true;
            member.faults().read_only = cut_off;
            member.faults_changed();
            return later(lasting(10ms, 5000ms), [&member] {
                member.process().note("catches up");
                member.faults().lagging = false;
                member.faults().read_only = false;
                member.faults_changed();
            });
        }
        case 8:
        case 9:
            return part_from_leader();
        default:
            member.process().note("lags");
            member.faults().lagging = true;
            member.faults_changed();
            return later(lasting(10ms, 3000ms), [&member] {
                member.process().note("catches up");
                member.faults().lagging = false;
                member.faults_changed();
            });
    }
}

/// A follower goes on to answer reads and pings.
void Faults::part_from_leader() {
    auto& chance = simulator_.chance();
    auto& follower =
        cluster_[static_cast<std::size_t>(chance.between(1, int(cluster_.size()) - 1))];
    follower.process().note("does not reach the leader");
    follower.faults().leader_unreachable = true;
    follower.faults().lagging = chance.one_in(2);
    later(lasting(10ms, 12'000ms), [&follower] {
        follower.process().note("reaches the leader again");
        follower.faults().leader_unreachable = false;
        follower.faults().lagging = false;
        follower.faults_changed();
    });
}

void Faults::faulty_replies() {
    auto& chance = simulator_.chance();
    auto& member = cluster_[static_cast<std::size_t>(chance.below(cluster_.size()))];
    if (chance.one_in(4)) {
        using server::HandshakeFault;
        member.faults().handshake = chance.of<HandshakeFault>(
            {HandshakeFault::refuse,
             HandshakeFault::hang,
             HandshakeFault::garbage,
             HandshakeFault::other_session,
             HandshakeFault::expired,
             HandshakeFault::keeper_without_leader,
             HandshakeFault::not_read_only,
             HandshakeFault::short_answer}
        );
        member.faults().handshake_times = chance.between(1, 3);
        member.process().note("gets faulty handshakes");
        simulator_.tally().add(Count::faulty_handshakes);
        return;
    }
    using Kind = server::RequestFault::Kind;
    server::RequestFault fault;
    fault.kind = chance.of<Kind>({Kind::drop_before, Kind::drop_after, Kind::hold, Kind::delay});
    fault.skip = chance.between(0, 5);
    fault.times = chance.between(1, 3);
    fault.delay = server::Milliseconds(chance.between(1, 3000));
    const auto number = member.faults().add(fault);
    member.process().note("gets request fault", static_cast<int>(fault.kind), fault.skip);
    later(lasting(10ms, 5000ms), [&member, number] {
        member.faults().remove(number);
        member.faults_changed();
    });
}

void Faults::processes() {
    auto& chance = simulator_.chance();
    auto& client = *clients_[static_cast<std::size_t>(chance.below(clients_.size()))];
    if (chance.one_in(3)) {
        const int one_in = chance.between(2, 30);
        client.handler()->slow_down(one_in, chance.between(1ms, 2000ms));
        const auto handler = client.handler();
        return later(lasting(100ms, 10'000ms), [handler] { handler->slow_down(0, 0ms); });
    }
    if (!client.process().frozen()) {
        const auto time = chance.one_in(4) ? lasting(1000ms, 16'000ms) : lasting(1ms, 1500ms);
        client.freeze(time);
    }
}

void Faults::heal() {
    simulator_.note("all faults", "are over");
    network_.heal();
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
        cluster_[i].restart();
        cluster_[i].faults().clear();
        cluster_[i].faults_changed();
    }
    for (const auto& client : clients_) {
        client->handler()->slow_down(0, 0ms);
    }
    for (std::size_t i = 0; i < network_.clients(); ++i) {
        for (std::size_t j = 0; j < network_.servers(); ++j) {
            auto& link = network_.link(i, j);
            link.latency = std::min<Duration>(link.latency, 10ms);
            link.jitter = std::min<Duration>(link.jitter, 10ms);
        }
    }
}

}  // namespace kazoo::sim
