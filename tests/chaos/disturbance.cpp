// SPDX-License-Identifier: Apache-2.0
#include "disturbance.hpp"

#include "sim/chance.hpp"

#include <algorithm>

namespace kazoo::chaos {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Kind = Disturbance::Kind;

milliseconds between(sim::Chance& chance, milliseconds low, milliseconds high) {
    return milliseconds(
        chance.between(static_cast<int>(low.count()), static_cast<int>(high.count()))
    );
}

milliseconds draw_length(sim::Chance& chance, Kind kind) {
    switch (kind) {
        case Kind::kill_leader:
        case Kind::kill_server:
        case Kind::kill_contender:
            return between(chance, 100ms, 4000ms);
        case Kind::pause_leader:
        case Kind::pause_server:
            return between(chance, 100ms, 6000ms);
        case Kind::pause_contender:
        case Kind::cut_client:
            return between(chance, 200ms, chance.one_in(3) ? 12'000ms : 3000ms);
        default:
            return between(chance, 500ms, 8000ms);
    }
}

Wire draw_wire(sim::Chance& chance, Kind kind) {
    Wire wire;
    if (kind == Kind::lossy_wires) {
        wire.loss_percent = chance.between(1, 25);
    } else {
        wire.delay = milliseconds(chance.between(1, 150));
        wire.jitter = chance.between(0, 1) * wire.delay;
        wire.bytes_per_second =
            chance.one_in(2) ? static_cast<std::uint32_t>(chance.between(8, 200)) * 1000 : 0;
    }
    return wire;
}

Wire worst_of(const Wire& one, const Wire& other) {
    Wire worst;
    worst.cut = one.cut || other.cut;
    worst.loss_percent = std::max(one.loss_percent, other.loss_percent);
    worst.delay = std::max(one.delay, other.delay);
    worst.jitter = std::max(one.jitter, other.jitter);
    worst.bytes_per_second = std::max(one.bytes_per_second, other.bytes_per_second);
    if (one.bytes_per_second != 0 && other.bytes_per_second != 0) {
        worst.bytes_per_second = std::min(one.bytes_per_second, other.bytes_per_second);
    }
    return worst;
}

Wire cut_if(bool cut) {
    Wire wire;
    wire.cut = cut;
    return wire;
}

/// The effect of one disturbance on the path between two stations.
Wire effect(const Disturbance& what, const Station& from, const Station& to) {
    const Station server{Station::Kind::server, what.server};
    const Station client{Station::Kind::client, what.client};
    const auto& victim = what.of_client ? client : server;
    const bool among_servers = from.kind == Station::Kind::server && to.kind == from.kind;
    const bool server_alone = among_servers && (from == server || to == server);
    switch (what.kind) {
        case Kind::isolate_leader:
        case Kind::isolate_server:
            return cut_if(server_alone);
        case Kind::leave_with_minority: {
            const bool of_client = from == client || to == client;
            return cut_if(server_alone || (of_client && from != server && to != server));
        }
        case Kind::cut_client:
            return cut_if(from == client || to == client);
        case Kind::cut_one_way:
            return cut_if(from == victim);
        case Kind::slow_wires:
        case Kind::lossy_wires:
            return from == victim || to == victim ? what.wire : Wire();
        default:
            return {};
    }
}

}  // namespace

const char* to_string(Kind kind) noexcept {
    switch (kind) {
        case Kind::kill_leader:
            return "leaders killed";
        case Kind::kill_server:
            return "servers killed";
        case Kind::pause_leader:
            return "leaders paused";
        case Kind::pause_server:
            return "servers paused";
        case Kind::kill_contender:
            return "contenders killed";
        case Kind::pause_contender:
            return "contenders paused";
        case Kind::isolate_leader:
            return "leaders cut off from the other servers";
        case Kind::isolate_server:
            return "servers cut off from the others";
        case Kind::leave_with_minority:
            return "clients left with a minority";
        case Kind::cut_client:
            return "clients cut off";
        case Kind::cut_one_way:
            return "one-way cuts";
        case Kind::slow_wires:
            return "slow wires";
        case Kind::lossy_wires:
            return "lossy wires";
    }
    return "";
}

bool targets_leader(Kind kind) noexcept {
    return kind == Kind::kill_leader || kind == Kind::pause_leader || kind == Kind::isolate_leader;
}

bool are_of_same_process(const Disturbance& one, const Disturbance& other) noexcept {
    const bool same_server = is_of_server_process(one.kind) && is_of_server_process(other.kind) &&
                             one.server == other.server;
    const bool same_contender =
        is_of_contender(one.kind) && is_of_contender(other.kind) && one.client == other.client;
    return same_server || same_contender;
}

std::string describe(const Disturbance& what) {
    const bool of_server = !what.of_client && what.kind != Kind::cut_client;
    auto text = std::string(to_string(what.kind)) + ", for " +
                std::to_string(what.lasting.count()) + " ms:";
    if (is_of_contender(what.kind)) return text + " contender " + std::to_string(what.client);
    if (of_server) text += " server " + std::to_string(what.server + 1);
    if (!of_server || what.kind == Kind::leave_with_minority) {
        text += " client " + std::to_string(what.client);
    }
    return text;
}

std::vector<Disturbance> make_plan(
    std::uint64_t seed, milliseconds length, std::size_t servers, std::size_t clients
) {
    sim::Chance chance(seed);
    std::vector<Disturbance> plan;
    for (auto at = 1000ms; at < length;) {
        Disturbance next;
        next.kind = static_cast<Kind>(chance.below(disturbance_kinds));
        next.at = at;
        next.lasting = std::min(draw_length(chance, next.kind), length - at);
        next.server = chance.below(servers);
        next.client = chance.below(clients);
        const bool either = next.kind >= Kind::cut_one_way;
        next.of_client = next.kind == Kind::cut_client || (either && chance.one_in(2));
        next.wire = draw_wire(chance, next.kind);
        plan.push_back(next);
        // Mostly one after the other, with time to recover; sometimes several overlap.
        at += chance.one_in(3) ? between(chance, 0ms, 1000ms)
                               : next.lasting + between(chance, 200ms, 4000ms);
    }
    return plan;
}

Wire wire_between(
    const Station& from, const Station& to, const std::vector<Disturbance>& going_on
) {
    Wire wire;
    const bool observed =
        from.kind == Station::Kind::observer || to.kind == Station::Kind::observer;
    if (observed) return wire;
    for (const auto& what : going_on) wire = worst_of(wire, effect(what, from, to));
    return wire;
}

}  // namespace kazoo::chaos
