// SPDX-License-Identifier: Apache-2.0
#include "history/call_result.hpp"

namespace kazoo::history {

void take(Call& call, const std::string& path) {
    call.made_path = path;
}
void take(Call& call, const CreatedNode& node) {
    call.made_path = node.path;
    call.stat = node.stat;
}
void take(Call& call, const NodeData& node) {
    call.shows_data = true;
    call.shown_data = node.data;
    call.stat = node.stat;
}
void take(Call& call, const ZnodeStat& stat) {
    call.stat = stat;
}
void take(Call& call, const std::optional<ZnodeStat>& stat) {
    call.stat = stat;
}
void take(Call& call, const std::vector<std::string>& children) {
    call.children.emplace(children.begin(), children.end());
}
void take(Call& call, const ChildrenAndStat& children) {
    take(call, children.children);
    call.stat = children.stat;
}
void take(Call&, bool) {}

void take_results(const std::vector<Call*>& calls, detail::ResultState<TransactionResults>& state) {
    if (state.successful()) {
        for (std::size_t i = 0; i < calls.size(); ++i) {
            const auto& result = state.value().at(i);
            if (calls[i]->act == Act::create) {
                calls[i]->made_path = result.created_path();
            }
            calls[i]->stat = result.stat();
        }
        return;
    }
    const auto error = state.error();
    const auto* const failure = error.transaction();
    for (std::size_t i = 0; i < calls.size(); ++i) {
        calls[i]->error = failure == nullptr ? error.code() : failure->results().at(i).error();
        calls[i]->outcome = error.outcome();
    }
}

void note(Call& call, const CreateOptions& create) {
    call.ephemeral = create.is_ephemeral();
    call.sequence = create.is_sequence();
    call.multi_step_operation = create.makes_path();
}

}  // namespace kazoo::history
