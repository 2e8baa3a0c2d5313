// SPDX-License-Identifier: Apache-2.0
#include "history/checks/reads.hpp"

#include <algorithm>

namespace kazoo::history {
namespace {

bool fits(const ZnodeStat& stat, const Snapshot& node) {
    return stat.czxid == node.czxid && stat.mzxid == node.mzxid && stat.pzxid == node.pzxid &&
           stat.version == node.version && stat.ephemeral_owner == node.owner &&
           stat.num_children == static_cast<std::int32_t>(node.children.size()) &&
           stat.data_length == static_cast<std::int32_t>(node.data.size());
}

/// True if the node in that state would have given this reply.
bool fits(const Call& call, const Snapshot& node) {
    const bool found = !call.error && (call.act != Act::exists || call.stat);
    if (found != node.exists) {
        return false;
    }
    return !found || ((!call.stat || fits(*call.stat, node)) &&
                      (!call.shows_data || call.shown_data == node.data) &&
                      (!call.children || *call.children == node.children));
}

}  // namespace

void ReadCheck::on_over(Call& call) {
    if (!call.replied()) {
        return;
    }
    auto& floor = floors_[call.session];
    if (is_read(call.act)) {
        check_read(call, floor);
    } else if (call.act == Act::sync && call.good()) {
        floor = std::max(floor, call.zxid_when_called);
    } else if (is_write(call.act) && call.good() && !call.data.empty()) {
        for (const auto* write : chronicle_.of_data(call.data)) {
            floor = std::max(floor, write->zxid);
        }
    }
    call.floor = floor;
}

void ReadCheck::check_read(Call& call, std::int64_t& floor) {
    if (call.error && call.error != Errc::no_node) {
        return;
    }
    const auto& history = chronicle_.of(call.path);
    bool was_so = false;
    bool seen = false;
    for (std::size_t i = 0; i < history.size(); ++i) {
        if (!fits(call, history[i])) {
            continue;
        }
        was_so = true;
        const bool too_old = i + 1 < history.size() && history[i + 1].zxid <= floor;
        if (!too_old) {
            call.view = seen ? call.view : history[i].zxid;
            call.last_view = history[i].zxid;
            seen = true;
        }
    }
    if (seen) {
        floor = std::max(floor, call.view);
        return;
    }
    verdict_.fail(
        describe(call) + (was_so ? ": shows what was before zxid " + std::to_string(floor) +
                                       ", which its session had seen"
                                 : ": shows a state that never existed")
    );
}

}  // namespace kazoo::history
