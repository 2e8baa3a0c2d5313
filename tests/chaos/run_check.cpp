// SPDX-License-Identifier: Apache-2.0
#include "run_check.hpp"

#include "contender.hpp"
#include "history/checks/effects.hpp"
#include "history/checks/errors.hpp"
#include "history/checks/once.hpp"
#include "history/checks/order.hpp"
#include "history/checks/reads.hpp"
#include "history/checks/states.hpp"
#include "history/checks/watches.hpp"
#include "history_builder.hpp"
#include "hold_check.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

namespace kazoo::chaos {
namespace {

/// A leader sends the commit of a transaction before it applies it. A sync through the leader may
/// therefore miss a transaction that followers have already shown to clients.
constexpr auto leader_lag = std::chrono::milliseconds(250);

/// The latest transaction that a reply has revealed.
std::int64_t shown_zxid(const Call& call, const Chronicle& chronicle) {
    std::int64_t zxid = 0;
    if (call.stat) zxid = std::max({call.stat->czxid, call.stat->mzxid, call.stat->pzxid});
    if (call.good() && is_write(call.act) && !call.data.empty()) {
        for (const auto* write : chronicle.of_data(call.data)) zxid = std::max(zxid, write->zxid);
    }
    for (const auto& part : call.parts) {
        if (part.stat) zxid = std::max({zxid, part.stat->czxid, part.stat->mzxid});
    }
    return zxid;
}

std::map<std::int64_t, int> clients_of_sessions(const std::vector<ClientLog*>& client_logs) {
    std::map<std::int64_t, int> clients;
    for (const auto* client_log : client_logs) {
        for (const auto session : client_log->sessions()) clients[session] = client_log->client();
    }
    return clients;
}

class RunChecker {
public:
    explicit RunChecker(RunRecord run_record)
        : run_record_(std::move(run_record)),
          history_builder_(chronicle_, verdict(), clients_of_sessions(run_record_.client_logs)),
          order_(verdict()),
          reads_(verdict(), chronicle_),
          watches_(verdict(), chronicle_) {}

    RunVerdict run() {
        for (const auto& fault : run_record_.committed_log.faults) verdict().fail(fault);
        collect();
        write_history_after(0, run_record_.zxid_at_rest);
        note_known_zxids(calls_, chronicle_);
        see_between(0, run_record_.stamp_at_rest);
        if (can_check_watches()) watches_.at_rest();
        for (const auto& report : run_record_.watch_reports) {
            check_watch_runs(report, chronicle_, verdict());
        }
        check_served();
        write_history_after(run_record_.zxid_at_rest, std::numeric_limits<std::int64_t>::max());
        see_between(run_record_.stamp_at_rest, std::numeric_limits<std::uint64_t>::max());
        at_end();
        check_recipes();
        run_verdict_.writes = chronicle_.writes().size();
        run_verdict_.ended_sessions = history_builder_.ended_sessions();
        return std::move(run_verdict_);
    }

private:
    Verdict& verdict() { return run_verdict_.verdict; }
    /// The checks of watches depend on the results of the checks of reads.
    bool can_check_watches() { return verdict().good(); }

    /// Merges all calls by number and all observations by stamp.
    void collect() {
        for (auto* client_log : run_record_.client_logs) {
            calls_.insert(calls_.end(), client_log->calls().begin(), client_log->calls().end());
        }
        const auto by_number = [](const Call& a, const Call& b) { return a.number < b.number; };
        std::sort(calls_.begin(), calls_.end(), by_number);
        std::map<std::uint32_t, Call*> by_numbers;
        for (auto& call : calls_) by_numbers[call.number] = &call;
        for (const auto* client_log : run_record_.client_logs) {
            for (auto seen : client_log->seen()) {
                seen.call = by_numbers.at(seen.number);
                seen_.push_back(seen);
            }
        }
        const auto by_stamp = [](const Seen& a, const Seen& b) { return a.stamp < b.stamp; };
        std::sort(seen_.begin(), seen_.end(), by_stamp);
    }

    void write_history_after(std::int64_t first, std::int64_t last) {
        const auto& all = run_record_.committed_log.transactions;
        for (auto at = all.upper_bound(first); at != all.end() && at->first <= last; ++at) {
            history_builder_.add(at->second);
        }
    }

    void see_between(std::uint64_t first, std::uint64_t last) {
        for (const auto& seen : seen_) {
            if (seen.stamp <= first || seen.stamp > last) continue;
            auto& call = *seen.call;
            if (seen.what == Seen::What::told) {
                if (can_check_watches()) watches_.on_event(call, seen.event, seen.event_number);
                continue;
            }
            order_.on_over(call);
            reads_.on_over(call);
            watches_.on_over(call);
            check_error(call, chronicle_, verdict());
        }
    }

    void check_served() {
        for (const auto& tree : run_record_.served_at_rest) {
            check_tree(tree, chronicle_, verdict());
        }
    }

    void check_sessions() {
        for (const auto& [session, client] : run_record_.sessions_at_rest) {
            if (history_builder_.living_sessions().contains(session)) {
                verdict().fail(
                    "client" + std::to_string(client) + ": has ended, but its session has not"
                );
            }
        }
    }

    void at_end() {
        if (can_check_watches()) watches_.at_end();
        for (const auto& call : calls_) check_once(call, verdict());
        check_effects(calls_, chronicle_, verdict());
        check_sessions();
        for (const auto* client_log : run_record_.client_logs) {
            for (const auto& [life, states] : client_log->states()) {
                StateCheck check(verdict(), "client" + std::to_string(client_log->client()));
                for (const auto state : states) check.on_state(state);
            }
        }
    }

    void check_recipes() {
        HoldCheck hold_check(chronicle_, verdict());
        for (const auto& nodes : run_record_.recipes) hold_check.check(nodes);
        run_verdict_.holders = hold_check.holders();
        run_verdict_.holder_writes = hold_check.writes();
        const std::set<std::string> recipes(Contender::names.begin(), Contender::names.end());
        for (const auto& report : run_record_.contender_reports) {
            check_report(report, recipes, chronicle_, verdict());
        }
        for (const auto& record : run_record_.cache_records) {
            check_cache(record, chronicle_, verdict());
        }
    }

    RunRecord run_record_;
    RunVerdict run_verdict_;
    Chronicle chronicle_;
    HistoryBuilder history_builder_;
    OrderCheck order_;
    ReadCheck reads_;
    WatchCheck watches_;
    std::deque<Call> calls_;
    std::vector<Seen> seen_;
};

}  // namespace

void note_known_zxids(std::deque<Call>& calls, const Chronicle& chronicle) {
    std::vector<const Call*> ended;
    for (const auto& call : calls) {
        if (call.replied()) ended.push_back(&call);
    }
    const auto by_end = [](const Call* a, const Call* b) { return a->completed < b->completed; };
    std::stable_sort(ended.begin(), ended.end(), by_end);
    std::vector<Call*> begun;
    for (auto& call : calls) begun.push_back(&call);
    const auto by_begin = [](const Call* a, const Call* b) { return a->called < b->called; };
    std::stable_sort(begun.begin(), begun.end(), by_begin);

    std::map<std::int32_t, std::int64_t> known;       // by epoch
    std::map<std::int64_t, std::int32_t> last_epoch;  // by session
    auto next = ended.begin();
    for (auto* call : begun) {
        for (; next != ended.end() && (*next)->completed + leader_lag < call->called; ++next) {
            const auto zxid = shown_zxid(**next, chronicle);
            auto& greatest = known[epoch_of(zxid)];
            greatest = std::max(greatest, zxid);
            auto& epoch = last_epoch[(*next)->session];
            epoch = std::max(epoch, epoch_of(zxid));
        }
        const bool syncs = call->act == Act::sync || call->latest;
        if (!syncs || !call->replied()) continue;
        const auto seen = last_epoch.find(call->session);
        auto above = known.upper_bound(seen == last_epoch.end() ? 0 : seen->second);
        if (above != known.begin()) call->zxid_when_called = (--above)->second;
    }
}

RunVerdict check_run(RunRecord run_record) {
    return RunChecker(std::move(run_record)).run();
}

}  // namespace kazoo::chaos
