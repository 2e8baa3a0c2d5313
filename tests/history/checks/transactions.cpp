// SPDX-License-Identifier: Apache-2.0
#include "history/checks/transactions.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace kazoo::history {
namespace {

using Operations = std::vector<const Call*>;

/// The zxid of the transaction; 0 if none of its creates and sets was applied.
std::int64_t zxid_of(const Operations& operations, const Chronicle& chronicle) {
    for (const auto* call : operations) {
        if (call->act == Act::remove) {
            continue;
        }
        const auto writes = chronicle.of_data(call->data);
        if (!writes.empty()) {
            return writes.front()->zxid;
        }
    }
    return 0;
}

/// Returns whether the operation was applied at that zxid.
bool was_applied(const Call& call, std::int64_t zxid, const Chronicle& chronicle) {
    if (call.act == Act::remove) {
        const auto& states = chronicle.of(call.path);
        return std::any_of(states.begin(), states.end(), [zxid](const Snapshot& state) {
            return state.zxid == zxid && !state.exists;
        });
    }
    const auto writes = chronicle.of_data(call.data);
    return std::any_of(writes.begin(), writes.end(), [zxid](const Write* write) {
        return write->zxid == zxid;
    });
}

}  // namespace

void check_transactions(
    const std::deque<Call>& calls, const Chronicle& chronicle, Verdict& verdict
) {
    std::map<std::uint32_t, Operations> transactions;
    for (const auto& call : calls) {
        if (call.transaction != 0) {
            transactions[call.transaction].push_back(&call);
        }
    }
    for (const auto& [number, operations] : transactions) {
        const auto zxid = zxid_of(operations, chronicle);
        if (zxid == 0) {
            continue;
        }
        for (const auto* call : operations) {
            if (!was_applied(*call, zxid, chronicle)) {
                verdict.fail(
                    describe(*call) + ": not applied with the rest of its transaction, at zxid " +
                    std::to_string(zxid)
                );
            }
        }
    }
}

}  // namespace kazoo::history
