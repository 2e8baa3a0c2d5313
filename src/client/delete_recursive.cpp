// SPDX-License-Identifier: Apache-2.0
#include "client/multi_step_operations.hpp"
#include "client/operations.hpp"
#include "client/pipelining.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/when.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace kazoo::detail::client {
namespace {

/// A node to be deleted.
struct Doomed {
    Doomed(std::string node_path, int attempts) : path(std::move(node_path)), failures(attempts) {}
    std::string path;
    int failures;  // because it had children
};
/// Nodes none of which is an ancestor of another.
using Level = std::vector<Doomed>;

/// Takes up to `count` nodes from the end of a level.
Level take_last(Level& level, std::size_t count) {
    const auto first = level.end() - static_cast<std::ptrdiff_t>(std::min(count, level.size()));
    Level taken(std::make_move_iterator(first), std::make_move_iterator(level.end()));
    level.erase(first, level.end());
    return taken;
}

void count_failure(Doomed& node) {
    if (++node.failures > most_rounds) {
        throw_error(Error(
            Errc::not_empty,
            Outcome::not_applied,
            "delete_recursive",
            node.path,
            "other clients keep creating children"
        ));
    }
}

/// Deletes nodes, all at once. Returns those that have children. Missing nodes are not an error.
AsyncResult<Level> delete_level(std::shared_ptr<Core> core, Level level, CallContext context) {
    std::vector<AsyncResult<void>> deletions;
    deletions.reserve(level.size());
    for (const auto& node : level) {
        deletions.push_back(delete_node(*core, node.path, -1, context));
    }
    const auto ended = co_await direct(when_all(std::move(deletions)));
    Level left;
    for (std::size_t i = 0; i < ended.size(); ++i) {
        const auto outcome = ended[i].result();
        if (outcome.error() == Errc::not_empty) {
            count_failure(level[i]);
            left.push_back(std::move(level[i]));
        } else if (!outcome && outcome.error() != Errc::no_node) {
            throw_error(outcome.failure());
        }
    }
    co_return left;
}

/// Lists the children of nodes, all at once.
AsyncResult<Level> list_children(std::shared_ptr<Core> core, Level level, CallContext context) {
    using Names = std::vector<std::string>;
    std::vector<AsyncResult<Names>> lists;
    lists.reserve(level.size());
    for (const auto& node : level) {
        lists.push_back(get_children<Names>(*core, node.path, Watcher(), context));
    }
    const auto ended = co_await direct(when_all(std::move(lists)));
    Level children;
    for (std::size_t i = 0; i < ended.size(); ++i) {
        if (const auto* names = ended[i].value()) {
            for (const auto& name : *names) {
                children.emplace_back(join_path(level[i].path, name), 0);
            }
            continue;
        }
        const auto failed = ended[i].result().failure();
        if (failed.code() != Errc::no_node) {
            throw_error(failed);
        }
    }
    co_return children;
}

}  // namespace

/// Each node is deleted first and its children are listed only if that fails: most nodes of a tree
/// are leaves, which then take one request. The nodes of a level are deleted and listed together,
/// also if they have different parents, so that the number of round trips does not grow with the
/// number of inner nodes. Nodes that are left wait beneath the level of their children.
AsyncResult<void> delete_recursive(
    std::shared_ptr<Core> core, OwnedPath path, CallContext context
) {
    const auto checked = check_path(path.view());
    if (!checked) {
        throw_error(Error(checked.failure()).operation("delete_recursive"));
    }
    if (is_root(*core, *checked)) {
        throw_error(root_cannot_be_deleted().operation("delete_recursive").path(path.text()));
    }
    const auto at_once = most_at_once(*core);
    std::vector<Level> levels(1);
    levels.back().emplace_back(*checked, 0);
    while (!levels.empty()) {
        if (levels.back().empty()) {
            levels.pop_back();
            continue;
        }
        const auto deletion = delete_level(core, take_last(levels.back(), at_once), context);
        auto left = co_await direct(deletion);
        if (left.empty()) {
            continue;
        }
        const auto listing = list_children(core, left, context);
        auto children = co_await direct(listing);
        levels.push_back(std::move(left));
        levels.push_back(std::move(children));
    }
}

}  // namespace kazoo::detail::client
