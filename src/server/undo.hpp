#pragma once

#include "server/node.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace kazoo::server {

/// What a change of the tree takes away, and the way back needs. An undone delete puts the node
/// itself back, so that the pointers in earlier entries stay good.
struct UndoCreate {
    Node* node;
    std::int64_t parent_pzxid;
    std::int32_t parent_created_children;
};
struct UndoDelete {
    std::unique_ptr<Node> node;
    std::int64_t parent_pzxid;
};
struct UndoSetData {
    Node* node;
    std::optional<std::string> data;
    std::int64_t mzxid;
    std::int64_t mtime_ms;
    std::int32_t version;
};
struct UndoSetAcl {
    Node* node;
    AclTable::Number acl;
    std::int32_t aversion;
};
using Undo = std::variant<UndoCreate, UndoDelete, UndoSetData, UndoSetAcl>;

}  // namespace kazoo::server
