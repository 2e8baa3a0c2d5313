// SPDX-License-Identifier: Apache-2.0
#include "checks/leak_check.hpp"

namespace kazoo::sim {

void check_ephemerals(const Chronicle& chronicle, const server::Database& state, Verdict& verdict) {
    std::set<std::int64_t> living;
    for (const auto& [expiry, sessions] : state.sessions().buckets()) {
        living.insert(sessions.begin(), sessions.end());
    }
    history::check_ephemerals(chronicle, living, verdict);
    for (const auto owner : state.tree().ephemeral_owners()) {
        if (!living.contains(owner)) {
            verdict.fail("the tree contains nodes of ended session " + std::to_string(owner));
        }
    }
}

void check_leaks(const std::string& who, const ClientLeaks& leaks, Verdict& verdict) {
    const auto none = [&](std::size_t count, const char* of_what) {
        if (count != 0) {
            verdict.fail(who + ": has ended and leaves " + std::to_string(count) + " " + of_what);
        }
    };
    none(leaks.calls_under_way, "calls under way");
    none(leaks.connections, "connections");
    none(leaks.backlog, "callbacks that wait");
    none(leaks.backlog_bytes, "bytes of replies to callbacks");
    none(static_cast<std::size_t>(leaks.handler_users), "uses of its handler");
    none(leaks.client_lives ? 1 : 0, "client that nobody holds");
}

void check_memory(long before, long after, Verdict& verdict) {
    if (after != before) {
        verdict.fail(std::to_string(after - before) + " allocations are leaked");
    }
}

}  // namespace kazoo::sim
