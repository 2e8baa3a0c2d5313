// SPDX-License-Identifier: Apache-2.0
#include "checks/barriers.hpp"

#include <algorithm>

namespace kazoo::sim {
namespace {

constexpr const char* ready = "ready";

bool is_ready(const Snapshot& state) {
    return state.children.contains(ready);
}

bool is_full(const Snapshot& state) {
    const auto others = is_ready(state) ? 1U : 0U;
    return state.children.size() - others >= std::size_t{BarrierCheck::members};
}

}  // namespace

void BarrierCheck::fail(int client, const std::string& path, const std::string& what) {
    verdict_.fail("client" + std::to_string(client) + ": " + path + " " + what);
}

/// Members may have gone again, before others see the node that says that they were there.
void BarrierCheck::on_entered(int client, const std::string& path, std::int64_t begun) {
    const auto& states = chronicle_.of(path);
    if (!std::any_of(states.begin(), states.end(), is_full)) {
        return fail(client, path, "was entered, and never had enough members");
    }
    const auto open = [](const Snapshot& state) { return is_ready(state) || is_full(state); };
    const auto later = std::find_if(states.begin(), states.end(), [begun](const auto& state) {
        return state.zxid > begun;
    });
    if (!open(chronicle_.of(path, begun)) && !std::any_of(later, states.end(), open)) {
        fail(client, path, "was entered when it was not open");
    }
}

void BarrierCheck::on_left(int client, const std::string& path, std::int64_t begun) {
    const auto before = chronicle_.of(path, begun).children;
    for (const auto& member : chronicle_.of(path).back().children) {
        if (member != ready && before.contains(member)) {
            fail(client, path, "was left although " + member + " is still there");
        }
    }
}

void BarrierCheck::at_rest() {
    for (const auto& round : chronicle_.of(root_).back().children) {
        for (const auto& member : chronicle_.of(root_ + "/" + round).back().children) {
            if (member != ready) {
                verdict_.fail(root_ + "/" + round + "/" + member + ": left behind");
            }
        }
    }
}

}  // namespace kazoo::sim
