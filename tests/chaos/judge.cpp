#include "judge.hpp"

#include "historian.hpp"
#include "history/checks/effects.hpp"
#include "history/checks/errors.hpp"
#include "history/checks/once.hpp"
#include "history/checks/order.hpp"
#include "history/checks/reads.hpp"
#include "history/checks/states.hpp"
#include "history/checks/watches.hpp"

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
    return zxid;
}

std::map<std::int64_t, int> clients_of_sessions(const std::vector<Tape*>& tapes) {
    std::map<std::int64_t, int> clients;
    for (const auto* tape : tapes) {
        for (const auto session : tape->sessions()) clients[session] = tape->client();
    }
    return clients;
}

class Judge {
public:
    explicit Judge(Evidence evidence)
        : evidence_(std::move(evidence)),
          historian_(chronicle_, verdict(), clients_of_sessions(evidence_.tapes)),
          order_(verdict()),
          reads_(verdict(), chronicle_),
          watches_(verdict(), chronicle_) {}

    Judgement run() {
        for (const auto& fault : evidence_.ledger.faults) verdict().fail(fault);
        collect();
        write_history_after(0, evidence_.zxid_at_rest);
        note_known_zxids(calls_, chronicle_);
        see_between(0, evidence_.stamp_at_rest);
        if (may_judge_watches()) watches_.at_rest();
        check_served();
        write_history_after(evidence_.zxid_at_rest, std::numeric_limits<std::int64_t>::max());
        see_between(evidence_.stamp_at_rest, std::numeric_limits<std::uint64_t>::max());
        at_end();
        judgement_.writes = chronicle_.writes().size();
        judgement_.ended_sessions = historian_.ended_sessions();
        return std::move(judgement_);
    }

private:
    Verdict& verdict() { return judgement_.verdict; }
    /// The checks of watches depend on the results of the checks of reads.
    bool may_judge_watches() { return verdict().good(); }

    /// Merges all calls by number and all observations by stamp.
    void collect() {
        for (auto* tape : evidence_.tapes) {
            calls_.insert(calls_.end(), tape->calls().begin(), tape->calls().end());
        }
        const auto by_number = [](const Call& a, const Call& b) { return a.number < b.number; };
        std::sort(calls_.begin(), calls_.end(), by_number);
        std::map<std::uint32_t, Call*> by_numbers;
        for (auto& call : calls_) by_numbers[call.number] = &call;
        for (const auto* tape : evidence_.tapes) {
            for (auto seen : tape->seen()) {
                seen.call = by_numbers.at(seen.number);
                seen_.push_back(seen);
            }
        }
        const auto by_stamp = [](const Seen& a, const Seen& b) { return a.stamp < b.stamp; };
        std::sort(seen_.begin(), seen_.end(), by_stamp);
    }

    void write_history_after(std::int64_t first, std::int64_t last) {
        const auto& all = evidence_.ledger.transactions;
        for (auto at = all.upper_bound(first); at != all.end() && at->first <= last; ++at) {
            historian_.add(at->second);
        }
    }

    void see_between(std::uint64_t first, std::uint64_t last) {
        for (const auto& seen : seen_) {
            if (seen.stamp <= first || seen.stamp > last) continue;
            auto& call = *seen.call;
            if (seen.what == Seen::What::told) {
                if (may_judge_watches()) watches_.on_event(call, seen.event, seen.event_number);
                continue;
            }
            order_.on_over(call);
            reads_.on_over(call);
            watches_.on_over(call);
            check_error(call, chronicle_, verdict());
        }
    }

    void check_served() {
        for (const auto& tree : evidence_.served_at_rest) {
            check_tree(tree, chronicle_, verdict());
        }
    }

    void check_sessions() {
        for (const auto& [session, client] : evidence_.sessions_at_rest) {
            if (historian_.living_sessions().contains(session)) {
                verdict().fail(
                    "client" + std::to_string(client) + ": has ended, but its session has not"
                );
            }
        }
    }

    void at_end() {
        if (may_judge_watches()) watches_.at_end();
        for (const auto& call : calls_) check_once(call, verdict());
        check_effects(calls_, chronicle_, verdict());
        check_sessions();
        for (const auto* tape : evidence_.tapes) {
            for (const auto& [life, states] : tape->states()) {
                StateCheck check(verdict(), "client" + std::to_string(tape->client()));
                for (const auto state : states) check.on_state(state);
            }
        }
    }

    Evidence evidence_;
    Judgement judgement_;
    Chronicle chronicle_;
    Historian historian_;
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
        if (call->act != Act::sync || !call->replied()) continue;
        const auto seen = last_epoch.find(call->session);
        auto above = known.upper_bound(seen == last_epoch.end() ? 0 : seen->second);
        if (above != known.begin()) call->zxid_when_called = (--above)->second;
    }
}

Judgement judge(Evidence evidence) {
    return Judge(std::move(evidence)).run();
}

}  // namespace kazoo::chaos
