// SPDX-License-Identifier: Apache-2.0
#include "history/checks/ephemerals.hpp"

#include <string>

namespace kazoo::history {

void check_ephemerals(
    const Chronicle& chronicle, const std::set<std::int64_t>& living_sessions, Verdict& verdict
) {
    std::set<std::string> paths;
    for (const auto& write : chronicle.writes()) {
        paths.insert(write.path);
    }
    for (const auto& path : paths) {
        const auto& node = chronicle.of(path).back();
        if (node.exists && node.owner != 0 && !living_sessions.contains(node.owner)) {
            verdict.fail(path + ": its session " + std::to_string(node.owner) + " is over");
        }
    }
}

}  // namespace kazoo::history
