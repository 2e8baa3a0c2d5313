// SPDX-License-Identifier: Apache-2.0
#include "history/checks/effects.hpp"

#include "history/checks/guaranteed.hpp"
#include "history/checks/transactions.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace kazoo::history {
namespace {

constexpr std::size_t nobody = std::numeric_limits<std::size_t>::max();

bool may_be_applied(const Call& call) {
    return call.good() || !call.over() || call.outcome == Outcome::unknown;
}

bool within(const Write& write, const Call& call) {
    return write.time >= call.called && (!call.good() || write.time <= call.completed);
}

bool by_client(const Write& write, int client) {
    return write.author.client == client || write.author.client == Author::unknown_client;
}

std::string describe_unexplained(const Write& write) {
    return "client" + std::to_string(write.author.client) + ": " + write.path +
           " was written or deleted, and no call can have done that";
}

/// The server may have deferred a write, so that its session is not known.
bool are_of_different_sessions(const std::vector<const Write*>& writes) {
    std::set<std::int64_t> sessions;
    return std::all_of(writes.begin(), writes.end(), [&](const Write* write) {
        const auto session = write->author.session;
        return session == 0 || sessions.insert(session).second;
    });
}

/// Checks a create or a set, or a call that does either, identified by its unique data.
void check_named(const Call& call, const Chronicle& chronicle, Verdict& verdict) {
    const auto writes = chronicle.of_data(call.data);
    if (writes.size() > 1 && may_be_executed_late(call) && are_of_different_sessions(writes)) {
        return;
    }
    if (writes.size() > 1) {
        return verdict.fail(
            describe(call) + ": written " + std::to_string(writes.size()) + " times"
        );
    }
    if (writes.empty()) {
        if (call.good()) {
            verdict.fail(describe(call) + ": succeeded, but was never applied");
        }
        return;
    }
    const auto& write = *writes.front();
    if (!may_be_applied(call)) {
        return verdict.fail(describe(call) + ": was applied in spite of its outcome");
    }
    const auto& wanted = call.good() && call.act == Act::create ? call.made_path : call.path;
    const bool path_fits = write.path == wanted ||
                           (call.sequence && write.path.starts_with(call.path)) ||
                           (!call.good() && is_protected_path(write.path, call));
    if (!path_fits || !by_client(write, call.client) || !within(write, call)) {
        verdict.fail(describe(call) + ": written otherwise, to " + write.path);
    }
    const bool created = write.kind == Write::Kind::create;
    if (call.good() && call.act == Act::create_or_set && call.says_created != created) {
        verdict.fail(describe(call) + ": says of which kind it was, wrongly");
    }
    if (call.good() && call.stat && call.stat->mzxid != write.zxid) {
        verdict.fail(
            describe(call) + ": says zxid " + std::to_string(call.stat->mzxid) + ", was " +
            std::to_string(write.zxid)
        );
    }
}

/// True if the call may write nodes without data of its own, or delete nodes of several paths.
bool has_steps(const Call& call) {
    return call.act == Act::ensure_path || call.act == Act::remove_tree ||
           call.act == Act::forget ||
           (call.act == Act::create && call.multi_step_operation && !call.guarded);
}

/// True if the write may be a step of a multi-step operation.
bool is_a_step(
    const Write& write, const std::vector<const Call*>& long_calls, const Chronicle& chronicle
) {
    for (const auto* call : long_calls) {
        if (is_guaranteed(*call)) {
            if (by_client(write, call->client) && write.time >= call->called &&
                may_delete(*call, write, chronicle)) {
                return true;
            }
            continue;
        }
        const bool removes = call->act == Act::remove_tree || call->act == Act::forget;
        const bool fits =
            removes ? write.path.starts_with(call->path) : call->path.starts_with(write.path);
        if (by_client(write, call->client) && write.time >= call->called && fits &&
            removes == (write.kind == Write::Kind::remove)) {
            return true;
        }
    }
    return false;
}

void check_session_order(
    const std::map<std::string, const Call*>& by_data, const Chronicle& chronicle, Verdict& verdict
) {
    std::map<std::int64_t, const Call*> last;  // by session
    for (const auto& write : chronicle.writes()) {
        const auto found = by_data.find(write.data);
        if (write.author.session == 0) {
            continue;
        }
        if (write.data.empty() || found == by_data.end() || found->second->multi_step_operation) {
            continue;
        }
        const auto* const call = found->second;
        const auto*& before = last[write.author.session];
        if (before != nullptr && before->number > call->number) {
            verdict.fail(describe(*call) + ": written after " + describe(*before));
        }
        before = call;
    }
}

/// Deletes carry no data; they are matched by path, time and author. Each call and each write of
/// one path needs a partner of its own.
struct Removals {
    std::vector<const Call*> calls;
    std::vector<const Write*> writes;
};

bool fit_together(const Call& call, const Write& write) {
    return may_be_applied(call) && by_client(write, call.client) && within(write, call);
}

/// Finds a partner for `one` by an augmenting path: others may change theirs.
bool find_partner(
    std::size_t one,
    std::size_t others,
    const std::function<bool(std::size_t, std::size_t)>& fits,
    std::vector<std::size_t>& partner_of,
    std::vector<bool>& asked
) {
    for (std::size_t other = 0; other < others; ++other) {
        if (asked[other] || !fits(one, other)) {
            continue;
        }
        asked[other] = true;
        if (partner_of[other] == nobody ||
            find_partner(partner_of[other], others, fits, partner_of, asked)) {
            partner_of[other] = one;
            return true;
        }
    }
    return false;
}

void check_removals(
    const Removals& removals,
    const std::vector<const Call*>& long_calls,
    const Chronicle& chronicle,
    Verdict& verdict
) {
    const auto& calls = removals.calls;
    const auto& writes = removals.writes;
    std::vector<std::size_t> partners(writes.size(), nobody);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        std::vector<bool> asked(writes.size());
        const auto fits = [&](std::size_t c, std::size_t w) {
            return fit_together(*calls[c], *writes[w]);
        };
        if (calls[i]->good() && !find_partner(i, writes.size(), fits, partners, asked)) {
            verdict.fail(describe(*calls[i]) + ": succeeded, but nothing was deleted");
        }
    }
    // If a matching covers each side alone, one covers both (Mendelsohn-Dulmage).
    partners.assign(calls.size(), nobody);
    for (std::size_t i = 0; i < writes.size(); ++i) {
        std::vector<bool> asked(calls.size());
        const auto fits = [&](std::size_t w, std::size_t c) {
            return fit_together(*calls[c], *writes[w]);
        };
        if (!is_a_step(*writes[i], long_calls, chronicle) &&
            !find_partner(i, calls.size(), fits, partners, asked)) {
            verdict.fail(describe_unexplained(*writes[i]));
        }
    }
}

}  // namespace

void check_effects(
    const std::deque<Call>& calls,
    const Chronicle& chronicle,
    Verdict& verdict,
    const std::function<bool(std::string_view)>& others
) {
    const auto transactions = check_transactions(calls, chronicle, verdict);
    std::map<std::string, Removals> removals;  // by path
    std::vector<const Call*> long_calls;
    std::map<std::string, const Call*> by_data;
    for (const auto& call : calls) {
        if (call.act == Act::remove) {
            removals[call.path].calls.push_back(&call);
        } else if (!call.data.empty()) {
            by_data.emplace(call.data, &call);
            check_named(call, chronicle, verdict);
        }
        for (const auto& part : call.parts) {
            if (!part.data.empty()) by_data.emplace(part.data, &call);
        }
        if (has_steps(call) || is_guaranteed(call)) {
            long_calls.push_back(&call);
        }
    }
    for (const auto& write : chronicle.writes()) {
        const bool by_nobody = write.author.client == Author::nobody || write.by_end_of_session;
        if (by_nobody || transactions.contains(write.zxid) || (others && others(write.path))) {
            continue;
        }
        if (write.kind == Write::Kind::remove) {
            removals[write.path].writes.push_back(&write);
        } else if (!by_data.contains(write.data) && !is_a_step(write, long_calls, chronicle)) {
            verdict.fail(describe_unexplained(write));
        }
    }
    for (const auto& [path, both] : removals) {
        check_removals(both, long_calls, chronicle, verdict);
    }
    check_session_order(by_data, chronicle, verdict);
}

}  // namespace kazoo::history
