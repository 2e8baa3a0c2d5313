// SPDX-License-Identifier: Apache-2.0
#include "support/server_status.hpp"

#include "support/loopback.hpp"

#include <algorithm>
#include <cstdlib>

namespace kazoo::testing_support {
namespace {

/// The text after `name`, up to the end of the line.
std::string field(const std::string& answer, const std::string& name) {
    const auto at = answer.find(name);
    if (at == std::string::npos) return {};
    const auto begin = at + name.size();
    return answer.substr(begin, answer.find('\n', begin) - begin);
}

}  // namespace

ServerStatus server_status(
    const std::string& address, std::uint16_t port, std::chrono::milliseconds limit
) {
    const auto answer = exchange(address, port, "srvr", limit);
    ServerStatus status;
    status.mode = field(answer, "Mode: ");
    status.zxid = std::strtoll(field(answer, "Zxid: ").c_str(), nullptr, 16);
    return status;
}

bool all_serve(const std::vector<ServerStatus>& servers) {
    const auto serves = [](const ServerStatus& each) { return !each.mode.empty(); };
    const auto leads = [](const ServerStatus& each) { return each.mode == "leader"; };
    return std::all_of(servers.begin(), servers.end(), serves) &&
           std::any_of(servers.begin(), servers.end(), leads);
}

std::optional<std::int64_t> common_zxid(const std::vector<ServerStatus>& servers) {
    const auto agrees = [&](const ServerStatus& each) {
        return !each.mode.empty() && each.zxid == servers.front().zxid;
    };
    if (servers.empty() || !std::all_of(servers.begin(), servers.end(), agrees)) {
        return std::nullopt;
    }
    return servers.front().zxid;
}

}  // namespace kazoo::testing_support
