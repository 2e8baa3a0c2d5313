// SPDX-License-Identifier: Apache-2.0
#include "hold_check.hpp"

#include <kazoo/paths.hpp>

#include <algorithm>
#include <limits>
#include <string_view>

namespace kazoo::chaos {
namespace {

bool is_reader(std::string_view node) {
    return node.find("__rlock__") != std::string_view::npos;
}

std::string describe(const Holding& holding) {
    return "the holder " + holding.node + " with token " + std::to_string(holding.token);
}

}  // namespace

void HoldCheck::check(const RecipeNodes& nodes) {
    holds_.clear();
    check_writes(nodes, nodes.value);
    if (nodes.sharing == RecipeNodes::Sharing::readers) {
        check_writes(nodes, nodes.value_of_readers());
    }
    if (holds_.empty()) verdict_.fail(nodes.path + ": no holder has written");
    check_intervals(nodes);
    check_left_behind(nodes.path);
    if (nodes.sharing == RecipeNodes::Sharing::leases) {
        check_number_of_leases(nodes);
        check_left_behind(nodes.lock_of_leases());
    }
}

void HoldCheck::check_writes(const RecipeNodes& nodes, const std::string& value) {
    std::int64_t largest = 0;
    for (const auto& write : chronicle_.writes()) {
        if (write.path != value || write.kind != Write::Kind::set) continue;
        ++writes_;
        const auto holding = holding_of(write.data);
        if (!holding || parent_path(holding->node) != nodes.path) {
            verdict_.fail(value + ": written without a token: " + write.data);
            continue;
        }
        check_write(nodes, write, *holding);
        if (value == nodes.value && nodes.sharing != RecipeNodes::Sharing::leases &&
            holding->token < largest) {
            verdict_.fail(
                describe(*holding) + " has written " + value + " after the holder with token " +
                std::to_string(largest)
            );
        }
        largest = std::max(largest, holding->token);
    }
}

void HoldCheck::check_write(const RecipeNodes& nodes, const Write& write, const Holding& holding) {
    const auto [known, is_new] = nodes_of_tokens_.emplace(holding.token, holding.node);
    if (is_new) holds_.push_back(hold_of(holding, write.zxid));
    if (known->second != holding.node) {
        return verdict_.fail(describe(holding) + " has the token of " + known->second);
    }
    const auto& node = chronicle_.of(holding.node, write.zxid);
    if (!node.exists || node.czxid != holding.token) {
        return verdict_.fail(describe(holding) + " has written while its node did not exist");
    }
    if (node.owner != write.author.session) {
        return verdict_.fail(describe(holding) + " has written in another session");
    }
    if (nodes.sharing == RecipeNodes::Sharing::leases) return;
    if (const auto before = first_before(holding, write.zxid); !before.empty()) {
        verdict_.fail(describe(holding) + " has written although " + before + " precedes");
    }
}

/// Returns the contender for which the holder has to wait after the transaction `zxid`; empty if
/// there is none.
std::string HoldCheck::first_before(const Holding& holding, std::int64_t zxid) const {
    const std::string parent(parent_path(holding.node));
    for (const auto& child : chronicle_.of(parent, zxid).children) {
        const auto path = parent + "/" + child;
        const bool both_read = is_reader(holding.node) && is_reader(child);
        if (!both_read && chronicle_.of(path, zxid).czxid < holding.token) return path;
    }
    return {};
}

HoldCheck::Hold HoldCheck::hold_of(const Holding& holding, std::int64_t first) const {
    Hold hold;
    hold.node = holding.node;
    hold.token = holding.token;
    hold.first = first;
    hold.end = std::numeric_limits<std::int64_t>::max();
    for (const auto& state : chronicle_.of(holding.node)) {
        const bool is_life = state.exists && state.czxid == holding.token;
        if (is_life || state.zxid < first) continue;
        hold.end = state.zxid;
        break;
    }
    return hold;
}

void HoldCheck::check_intervals(const RecipeNodes& nodes) {
    using Sharing = RecipeNodes::Sharing;
    std::sort(holds_.begin(), holds_.end(), [](const Hold& a, const Hold& b) {
        return a.first < b.first;
    });
    std::vector<const Hold*> present;
    for (const auto& hold : holds_) {
        std::erase_if(present, [&](const Hold* other) { return other->end <= hold.first; });
        const auto excludes = [&](const Hold* other) {
            return nodes.sharing != Sharing::readers || !is_reader(hold.node) ||
                   !is_reader(other->node);
        };
        const auto others = std::count_if(present.begin(), present.end(), excludes);
        const auto most = nodes.sharing == Sharing::leases ? nodes.leases : 1;
        if (static_cast<std::size_t>(others) >= most) {
            verdict_.fail(
                nodes.path + ": " + std::to_string(others + 1) + " holders at zxid " +
                std::to_string(hold.first) + ", among them " + hold.node + " and " +
                (*std::find_if(present.begin(), present.end(), excludes))->node
            );
        }
        present.push_back(&hold);
    }
}

void HoldCheck::check_number_of_leases(const RecipeNodes& nodes) {
    for (const auto& state : chronicle_.of(nodes.path)) {
        if (state.children.size() <= nodes.leases) continue;
        verdict_.fail(
            nodes.path + ": " + std::to_string(state.children.size()) + " leases at zxid " +
            std::to_string(state.zxid)
        );
    }
}

void HoldCheck::check_left_behind(const std::string& path) {
    const auto& children = chronicle_.of(path).back().children;
    if (children.empty()) return;
    verdict_.fail(
        path + "/" + *children.begin() + " is left behind, with " +
        std::to_string(children.size() - 1) + " others"
    );
}

}  // namespace kazoo::chaos
