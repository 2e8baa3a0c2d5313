// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "walk/walk.hpp"

#include <functional>
#include <optional>
#include <string>

namespace tool {

enum class Difference { missing, added, changed };

/// One difference between two subtrees. `path` is relative to both roots, "" for the roots.
struct Compared {
    Difference difference = Difference::missing;
    std::string path;
    std::optional<WalkedNode> left;   ///< unless added
    std::optional<WalkedNode> right;  ///< unless missing
};

[[nodiscard]] bool have_same_data(const WalkedNode& left, const WalkedNode& right);

/// Compares two subtrees, and calls `report` with each difference, in the order of a walk. Nodes
/// differ if their data do or, with `acls`, their ACLs. `right` may be null: an empty tree.
void compare(
    Walk& left,
    const std::string& left_root,
    Walk* right,
    const std::string& right_root,
    bool acls,
    const std::function<void(const Compared&)>& report
);

}  // namespace tool
