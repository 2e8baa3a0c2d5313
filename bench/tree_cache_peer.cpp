// SPDX-License-Identifier: Apache-2.0
#include "tree_cache_peer.hpp"

#include <sstream>
#include <string_view>
#include <utility>

namespace bench {
namespace {

constexpr auto patience = std::chrono::minutes(10);

std::vector<std::string> with_arguments(
    std::vector<std::string> command,
    const std::string& hosts,
    const std::string& path,
    std::size_t nodes
) {
    command.push_back(hosts);
    command.push_back(path);
    command.push_back(std::to_string(nodes));
    return command;
}

}  // namespace

TreeCachePeer::TreeCachePeer(
    std::vector<std::string> command,
    const std::string& hosts,
    const std::string& path,
    std::size_t nodes
)
    : process_(with_arguments(std::move(command), hosts, path, nodes)) {
    constexpr std::string_view skipped = "skipped: ";
    const auto line = process_.read_line(patience);
    if (line && line->starts_with(skipped)) {
        throw TreeCacheSkipped(line->substr(skipped.size()));
    }
    constexpr int not_found = 127;
    if (!line && process_.wait() == not_found) {
        throw TreeCacheSkipped("the program cannot be run");
    }
    std::istringstream text(line.value_or("the measurement of another client has failed"));
    if (!(text >> seconds_)) {
        throw std::runtime_error(text.str());
    }
}

}  // namespace bench
