// SPDX-License-Identifier: Apache-2.0
#include "figures.hpp"

#include <cstdio>
#include <map>
#include <string>

namespace kazoo::chaos {
namespace {

void line(const std::string& what, std::uint64_t count) {
    std::printf("%-44s %10llu\n", what.c_str(), static_cast<unsigned long long>(count));
}

std::string result_of(const Call& call) {
    if (!call.over()) return "calls not over";
    if (!call.error) return "calls good";
    if (call.replied()) return "calls refused by the server";
    return std::string("calls failed, ") + to_string(call.outcome);
}

}  // namespace

void print_figures(
    const std::vector<ClientLog*>& client_logs,
    const std::array<int, disturbance_kinds>& disturbances,
    const FrameCount& frames
) {
    std::map<std::string, std::uint64_t> calls;
    std::map<KazooState, std::uint64_t> states;
    std::uint64_t events = 0;
    std::uint64_t sessions = 0;
    std::uint64_t lost = 0;
    for (auto* client_log : client_logs) {
        for (const auto& call : client_log->calls()) {
            ++calls[result_of(call)];
            ++calls[std::string("calls of ") + to_string(call.act)];
        }
        for (const auto& seen : client_log->seen()) events += seen.what == Seen::What::told;
        for (const auto& [life, heard] : client_log->states()) {
            for (const auto state : heard) ++states[state];
        }
        sessions += client_log->sessions().size();
        lost += client_log->lost_sessions();
    }
    for (const auto& [what, count] : calls) line(what, count);
    line("watch events", events);
    line("connects", states[KazooState::CONNECTED]);
    line("times suspended", states[KazooState::SUSPENDED]);
    line("sessions", sessions);
    line("sessions lost or expired", lost);
    for (std::size_t i = 0; i < disturbances.size(); ++i) {
        const auto kind = static_cast<Disturbance::Kind>(i);
        line(to_string(kind), static_cast<std::uint64_t>(disturbances[i]));
    }
    line("frames delivered", frames.delivered);
    line("frames lost by chance", frames.lost);
    line("frames cut off", frames.cut_off);
    line("frames beyond a queue", frames.overflowed);
}

void print_recipe_figures(
    const std::vector<ContenderReport>& contenders, const std::vector<CacheRecord>& caches
) {
    std::uint64_t refused = 0;
    for (const auto& contender : contenders) refused += contender.refused;
    std::uint64_t events = 0;
    std::uint64_t resynced = 0;
    for (const auto& cache : caches) {
        events += cache.events.size();
        for (const auto& event : cache.events) resynced += event.type == TreeEventType::RESYNCED;
    }
    line("writes refused after the loss of a lock", refused);
    line("events of caches", events);
    line("comparisons of caches after a loss", resynced);
}

}  // namespace kazoo::chaos
