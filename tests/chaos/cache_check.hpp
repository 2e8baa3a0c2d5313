// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <kazoo/node.hpp>
#include <kazoo/recipes/tree_cache_event.hpp>

#include <map>
#include <string>
#include <vector>

namespace kazoo::chaos {

/// What a TreeCache has reported, and its copy in the end.
struct CacheRecord {
    std::string who;
    std::string root;
    std::vector<TreeEvent> events;
    std::map<std::string, NodeData> copy;  ///< by path
    std::vector<std::string> faults;       ///< failures of the cache itself
};

/// The copy that follows from the events of a cache, in their order.
[[nodiscard]] std::map<std::string, NodeData> replay(const std::vector<TreeEvent>& events);

/// Returns whether the connection or the session was lost, and the cache has not been compared with
/// the server since.
[[nodiscard]] bool lacks_comparison(const std::vector<TreeEvent>& events);

/// Returns whether two nodes are the same version of the same node.
[[nodiscard]] bool is_same_version(const NodeData& one, const NodeData& other);

/// Checks the record of a cache against the servers' whole history of the tree below its root,
/// which did not change any more when the copy was taken:
///
/// - Every node that was reported existed like that, and no node goes back to an earlier state,
///   also not after it was removed.
/// - A node that was reported as removed was removed.
/// - A lost connection or session is followed by RESYNCED, or by INITIALIZED.
/// - The copy equals the servers' tree, and the events lead to the same.
void check_cache(
    const CacheRecord& record, const history::Chronicle& chronicle, history::Verdict& verdict
);

}  // namespace kazoo::chaos
