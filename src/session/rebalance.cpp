// SPDX-License-Identifier: Apache-2.0
#include "session/rebalance.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

namespace kazoo::session {
namespace {

using Server = std::pair<std::string_view, std::uint16_t>;

Server server_of(const HostPort& host) {
    return {host.host, host.port};
}

std::set<Server> distinct(const std::vector<HostPort>& hosts) {
    std::set<Server> servers;
    for (const auto& host : hosts) {
        servers.insert(server_of(host));
    }
    return servers;
}

/// Returns the probability with which a client whose server was removed moves to a kept server, if
/// the list has not become longer.
double probability_of_kept(std::size_t former, std::size_t next, std::size_t kept) {
    if (former == kept) {
        return 1;  // nothing was removed, and so nothing added: the server was not in either list
    }
    const auto shrunk_by = static_cast<double>(former - next);
    const auto removed = static_cast<double>(former - kept);
    return static_cast<double>(kept) * shrunk_by / (static_cast<double>(next) * removed);
}

/// Draws for each place whether an added server takes it, as long as there are both kinds.
std::vector<std::size_t> draw_order(
    std::vector<std::size_t> added,
    std::vector<std::size_t> kept,
    double to_added,
    base::Random& random
) {
    random.shuffle(added);
    random.shuffle(kept);
    std::vector<std::size_t> order;
    order.reserve(added.size() + kept.size());
    while (!added.empty() || !kept.empty()) {
        const bool wants_added = random.unit() < to_added;
        auto& from = !added.empty() && (wants_added || kept.empty()) ? added : kept;
        order.push_back(from.back());
        from.pop_back();
    }
    return order;
}

}  // namespace

Rebalancing rebalance(
    const std::vector<HostPort>& former,
    const std::vector<HostPort>& next,
    bool listed,
    base::Random& random
) {
    const auto before = distinct(former);
    const auto after = distinct(next);
    if (after.empty() || (listed && after.size() <= before.size())) {
        return {};
    }
    const auto old_count = static_cast<double>(before.size());
    const auto new_count = static_cast<double>(after.size());
    if (listed && random.unit() >= 1 - old_count / new_count) {
        return {};
    }
    std::vector<std::size_t> added;
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < next.size(); ++i) {
        (before.count(server_of(next[i])) > 0 ? kept : added).push_back(i);
    }
    double to_added = 1;
    if (after.size() <= before.size()) {
        const auto both = std::count_if(after.begin(), after.end(), [&](const Server& one) {
            return before.count(one) > 0;
        });
        to_added -=
            probability_of_kept(before.size(), after.size(), static_cast<std::size_t>(both));
    }
    return {true, draw_order(std::move(added), std::move(kept), to_added, random)};
}

bool lists_server(
    const std::vector<HostPort>& hosts, const HostPort& host, const base::Endpoint& address
) {
    return std::any_of(hosts.begin(), hosts.end(), [&](const HostPort& one) {
        return one == host || (one.scheme == host.scheme && one.host == address.address &&
                               one.port == address.port);
    });
}

}  // namespace kazoo::session
