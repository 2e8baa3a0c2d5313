// SPDX-License-Identifier: Apache-2.0
#include "srv/records.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace kazoo::srv {
namespace {

/// Draws one of the records, of equal priority, in proportion to their weights. Those of weight 0
/// have a small chance, as RFC 2782 wants: they come first, and the number may be 0.
std::size_t draw(const std::vector<Record>& records, base::Random& random) {
    std::uint64_t total = 0;
    for (const auto& record : records) {
        total += record.weight;
    }
    const auto number = random.below(total + 1);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        sum += records[i].weight;
        if (sum >= number) {
            return i;
        }
    }
    return records.size() - 1;
}

}  // namespace

std::vector<HostPort> draw_servers(std::vector<Record> records, base::Random& random) {
    std::erase_if(records, [](const Record& one) { return one.target.empty() || one.port == 0; });
    random.shuffle(records);  // equal ones do not keep the order of the answer
    std::stable_sort(records.begin(), records.end(), [](const Record& a, const Record& b) {
        return a.priority != b.priority ? a.priority < b.priority
                                        : (a.weight == 0 && b.weight != 0);
    });
    std::vector<HostPort> servers;
    servers.reserve(records.size());
    for (auto first = records.begin(); first != records.end();) {
        const auto last = std::find_if(first, records.end(), [&](const Record& one) {
            return one.priority != first->priority;
        });
        std::vector<Record> group(std::make_move_iterator(first), std::make_move_iterator(last));
        while (!group.empty()) {
            const auto at = group.begin() + static_cast<std::ptrdiff_t>(draw(group, random));
            servers.emplace_back(std::move(at->target), at->port);
            group.erase(at);
        }
        first = last;
    }
    return servers;
}

}  // namespace kazoo::srv
