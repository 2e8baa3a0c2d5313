// SPDX-License-Identifier: Apache-2.0
#include "history/call_result.hpp"

#include <kazoo/paths.hpp>

#include <cstddef>

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
void take(Call& call, bool answer) {
    call.says_applied = answer;
}
void take(Call& call, const CreatedOrSet& done) {
    call.says_created = done.created;
    call.stat = done.stat;
}

void take(Call& call, const TransactionResults& results) {
    call.parts.resize(results.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
        auto& part = call.parts[i];
        part.error = results[i].error();
        if (results[i].successful() && results[i].kind() == TransactionOp::create) {
            part.made_path = results[i].created_path();
        }
        part.stat = results[i].stat();
        call.reply_lost = call.reply_lost || results[i].reply_lost();
    }
}

void take_failure(Call& call, const TransactionFailure& failure) {
    take(call, failure.results());
    call.failed_part = failure.index();
    call.reason = failure.reason().code();
}

void take(Call& call, const MultiReadResults& results) {
    call.parts.resize(results.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
        auto& part = call.parts[i];
        part.error = results[i].error();
        if (!results[i].successful()) {
            continue;
        }
        if (part.act == Act::get) {
            part.shows_data = true;
            part.shown_data = results[i].node().data;
            part.stat = results[i].node().stat;
        } else {
            const auto& children = results[i].children();
            part.children.emplace(children.begin(), children.end());
        }
    }
}

void take(Call& call, const std::vector<ChildNode>& children) {
    for (const auto& child : children) {
        auto& part = call.parts.emplace_back();
        part.act = Act::get;
        part.path = join_path(call.path, child.name);
        part.shows_data = true;
        part.shown_data = child.node.data;
        part.stat = child.node.stat;
    }
}

void note(Call& call, const CreateOptions& create) {
    call.ephemeral = create.is_ephemeral();
    call.sequence = create.is_sequence();
    call.guarded = create.is_protected();
    call.multi_step_operation = create.makes_path() || call.guarded;
}

}  // namespace kazoo::history
