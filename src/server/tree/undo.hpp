// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/tree/node.hpp"
#include "server/tree/quota.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace kazoo::server {

/// The undo log of a Tree: one entry for each change, with the values from before. Entries are
/// undone in reverse order, without allocating. UndoDelete owns the deleted node, which the index
/// hides until then, and puts that same node back, so that pointers to it in earlier entries stay
/// valid. UndoDelete and UndoSetAcl hold a use of their ACL in the AclTable.
struct UndoCreate {
    Node* node;
    Node* replaced;  // a hidden node with the same path, or nullptr
    std::int64_t parent_pzxid;
    std::int32_t parent_created_children;
};
struct UndoDelete {
    std::unique_ptr<Node> node;
    Quotas::Entry quota;
    std::int64_t parent_pzxid;
};
struct UndoSetData {
    Node* node;
    std::optional<std::string> data;
    std::int64_t mzxid;
    WallTime mtime;
    std::int32_t version;
};
struct UndoSetAcl {
    Node* node;
    AclTable::Number acl;
    std::int32_t aversion;
};
using Undo = std::variant<UndoCreate, UndoDelete, UndoSetData, UndoSetAcl>;

}  // namespace kazoo::server
