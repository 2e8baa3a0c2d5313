// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/chronicle.hpp"
#include "history/verdict.hpp"
#include "machine.hpp"

#include <kazoo/stat.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace kazoo::chaos {

struct ServedNode {
    std::string data;
    ZnodeStat stat;
    std::set<std::string> children;
};

/// The tree that one server serves, below the roots.
struct ServedTree {
    std::string server;
    std::map<std::string, ServedNode> nodes;
    std::string fault;  ///< why it could not be read

    /// True if every ephemeral node belongs to one of these sessions.
    [[nodiscard]] bool belongs_to(const std::map<std::int64_t, int>& sessions) const;
};

/// Creates the roots, and then `more`.
void plant(const std::string& hosts, const std::vector<std::string>& more = {});
/// Creates the roots and the nodes of the contended recipes.
void plant(const std::string& hosts, const Machine& from);
/// Reads the roots and `more`, and what is below them.
[[nodiscard]] ServedTree read_tree(
    const std::string& server, const std::vector<std::string>& more = {}
);
/// Reads also what is below recipe_root.
[[nodiscard]] ServedTree read_tree(const std::string& server, const Machine& from);

/// Fails if the tree differs from the final state of the chronicle.
void check_tree(
    const ServedTree& tree, const history::Chronicle& chronicle, history::Verdict& verdict
);

}  // namespace kazoo::chaos
