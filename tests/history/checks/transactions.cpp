// SPDX-License-Identifier: Apache-2.0
#include "history/checks/transactions.hpp"

#include "history/checks/dry_run.hpp"

#include <kazoo/errors.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace kazoo::history {
namespace {

/// All calls that concern one transaction.
struct Transaction {
    std::vector<const Call*> commits;
    std::vector<const Call*> questions;  ///< Transaction::applied
    const Write* first = nullptr;        ///< its first change, if it was applied
};

bool is_write_of(const Write& write, const Part& part) {
    const bool right_path =
        write.path == part.path || (part.sequence && write.path.starts_with(part.path));
    switch (part.act) {
        case Act::create:
            return write.kind == Write::Kind::create && right_path && write.data == part.data;
        case Act::set:
            return write.kind == Write::Kind::set && right_path && write.data == part.data;
        default:
            return write.kind == Write::Kind::remove && right_path;
    }
}

/// Groups the calls: by the marker, or each commit alone.
std::vector<Transaction> transactions_of(const std::deque<Call>& calls) {
    std::vector<Transaction> all;
    std::map<std::string_view, std::size_t> by_marker;
    for (const auto& call : calls) {
        if (call.act != Act::transaction && call.act != Act::applied) {
            continue;
        }
        auto at = all.size();
        if (!call.marker.empty()) {
            at = by_marker.emplace(call.marker, at).first->second;
        }
        if (at == all.size()) {
            all.emplace_back();
        }
        (call.act == Act::transaction ? all[at].commits : all[at].questions).push_back(&call);
    }
    return all;
}

class TransactionChecker {
public:
    TransactionChecker(const Chronicle& chronicle, Verdict& verdict)
        : chronicle_(chronicle), verdict_(verdict) {}

    void check(Transaction& transaction) {
        if (transaction.commits.empty()) {
            return;
        }
        const auto zxids = zxids_of(*transaction.commits.front());
        if (zxids.size() > 1) {
            return fail(transaction, "was applied " + std::to_string(zxids.size()) + " times");
        }
        if (!zxids.empty()) {
            transaction.first = chronicle_.by(*zxids.begin()).data();
            check_change(transaction);
        }
        for (const auto* call : transaction.commits) {
            check_commit(transaction, *call);
        }
        for (const auto* call : transaction.questions) {
            check_question(transaction, *call);
        }
    }

private:
    void fail(const Transaction& transaction, const std::string& what) {
        verdict_.fail(describe(*transaction.commits.front()) + ": " + what);
    }

    /// The changes that contain any of its writes.
    [[nodiscard]] std::set<std::int64_t> zxids_of(const Call& call) const {
        std::set<std::int64_t> zxids;
        for (const auto& part : call.parts) {
            for (const auto* write : chronicle_.of_data(part.data)) {
                zxids.insert(write->zxid);
            }
        }
        if (!call.marker.empty()) {
            for (const auto& state : chronicle_.of(call.marker)) {
                if (state.exists) {
                    zxids.insert(state.czxid);
                }
            }
        }
        return zxids;
    }

    /// The change consists of its writes, and was possible.
    void check_change(const Transaction& transaction) {
        const auto& call = *transaction.commits.front();
        auto writes = chronicle_.by(transaction.first->zxid);
        if (!call.marker.empty()) {
            const bool marked =
                writes.front().kind == Write::Kind::create && writes.front().path == call.marker;
            if (!marked) {
                return fail(transaction, "was applied without its marker");
            }
            writes = writes.subspan(1);
        }
        std::size_t next = 0;
        for (const auto& part : call.parts) {
            if (part.act == Act::check) {
                continue;
            }
            if (next == writes.size() || !is_write_of(writes[next++], part)) {
                return fail(transaction, "was applied in part, or in another order");
            }
        }
        if (next != writes.size()) {
            fail(transaction, "was applied together with other writes");
        }
        if (const auto refusal = refusal_of(call, chronicle_, transaction.first->zxid - 1)) {
            fail(
                transaction,
                "was applied, although position " + std::to_string(refusal->position) +
                    " must fail: " + refusal->reason.message()
            );
        }
        const bool possible = std::any_of(
            transaction.commits.begin(),
            transaction.commits.end(),
            [&](const Call* commit) { return may_have_done(*commit, *transaction.first); }
        );
        if (!possible) {
            fail(transaction, "was applied in spite of its outcome");
        }
    }

    static bool may_have_done(const Call& commit, const Write& write) {
        const bool may_be_applied =
            commit.good() || !commit.over() || commit.outcome == Outcome::unknown;
        const bool by_client =
            write.author.client == commit.client || write.author.client == Author::unknown_client;
        return may_be_applied && by_client && write.time >= commit.called &&
               (!commit.good() || write.time <= commit.completed);
    }

    void check_commit(const Transaction& transaction, const Call& call) {
        if (!call.good()) {
            return;
        }
        const auto* const first = transaction.first;
        if (first == nullptr) {
            return verdict_.fail(describe(call) + ": succeeded, but was never applied");
        }
        if (first->time > call.completed || (!call.reply_lost && first->time < call.called)) {
            return verdict_.fail(describe(call) + ": was applied at another time");
        }
        if (!call.reply_lost) {
            check_results(call, *first);
        }
    }

    void check_results(const Call& call, const Write& first) {
        auto writes = chronicle_.by(first.zxid).subspan(call.marker.empty() ? 0 : 1);
        DryRun run(chronicle_, first.zxid - 1);
        for (const auto& part : call.parts) {
            static_cast<void>(run.execute(part));
            const auto version = part.act == Act::set ? run.of(part.path).version : 0;
            bool right = !part.error;
            if (part.act == Act::create && !writes.empty()) {
                right = right && part.made_path == writes.front().path;
            }
            if (part.stat) {
                right = right && part.stat->mzxid == first.zxid && part.stat->version == version;
            } else {
                right = right && part.act != Act::set;
            }
            if (!right) {
                verdict_.fail(describe(call) + ": a wrong result of the operation on " + part.path);
            }
            if (part.act != Act::check && !writes.empty()) {
                writes = writes.subspan(1);
            }
        }
    }

    void check_question(const Transaction& transaction, const Call& call) {
        if (!call.good()) {
            return;
        }
        const auto* const first = transaction.first;
        const bool before = first != nullptr && first->time < call.called;
        const bool ever = first != nullptr && first->time <= call.completed;
        if (call.says_applied ? !ever : before) {
            verdict_.fail(
                describe(call) + ": says " + (call.says_applied ? "true" : "false") +
                ", which is not so"
            );
        }
    }

    const Chronicle& chronicle_;
    Verdict& verdict_;
};

/// Returns whether the results of the parts say what is known of the failure.
bool parts_agree(const Call& call) {
    for (std::size_t i = 0; i < call.parts.size(); ++i) {
        std::error_code expected = Errc::runtime_inconsistency;
        if (call.failed_part && i <= *call.failed_part) {
            expected =
                i < *call.failed_part ? std::error_code(ClientErrc::rolled_back) : call.reason;
        }
        if (call.parts[i].error != expected) {
            return false;
        }
    }
    return true;
}

}  // namespace

std::set<std::int64_t> check_transactions(
    const std::deque<Call>& calls, const Chronicle& chronicle, Verdict& verdict
) {
    std::set<std::int64_t> zxids;
    TransactionChecker checker(chronicle, verdict);
    for (auto& transaction : transactions_of(calls)) {
        checker.check(transaction);
        if (transaction.first != nullptr) {
            zxids.insert(transaction.first->zxid);
        }
    }
    return zxids;
}

void check_refusal(const Call& call, const Chronicle& chronicle, Verdict& verdict) {
    if (call.failed_part && *call.failed_part >= call.parts.size()) {
        return verdict.fail(describe(call) + ": names an operation that it does not have");
    }
    if (!parts_agree(call)) {
        verdict.fail(describe(call) + ": the results of its operations contradict the failure");
    }
    const std::size_t markers = call.marker.empty() ? 0 : 1;
    const Refusal said{call.failed_part ? *call.failed_part + markers : 0, call.reason};
    const auto& writes = chronicle.writes();
    const auto first = std::partition_point(writes.begin(), writes.end(), [&](const Write& write) {
        return write.time < call.called;
    });
    if (refusal_of(call, chronicle, first == writes.begin() ? 0 : std::prev(first)->zxid) == said) {
        return;
    }
    for (auto at = first; at != writes.end() && at->time <= call.completed; ++at) {
        if (refusal_of(call, chronicle, at->zxid) == said) {
            return;
        }
    }
    verdict.fail(
        describe(call) + ": refused without justification, at position " +
        std::to_string(said.position) + ": " + said.reason.message()
    );
}

}  // namespace kazoo::history
