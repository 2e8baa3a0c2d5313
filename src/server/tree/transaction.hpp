// SPDX-License-Identifier: Apache-2.0
// Transactions: the unit of change that Database passes to its listeners.

#pragma once

#include "server/rules/time.hpp"

#include <kazoo/security.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kazoo::server {

enum class NodeKind : std::uint8_t { persistent, ephemeral, container, ttl };

/// An effect is one change of the tree. It is validated and deterministic: every tree that has
/// applied the same transactions before can apply it, with the same result.
struct CreateEffect {
    std::string path;
    std::optional<std::string> data;  // null and empty differ
    AclList acl;
    NodeKind kind = NodeKind::persistent;
    std::int64_t owner = 0;  // session of an ephemeral
    Milliseconds ttl{0};     // of a TTL node
};
struct DeleteEffect {
    std::string path;
};
struct SetDataEffect {
    std::string path;
    std::optional<std::string> data;
};
struct SetAclEffect {
    std::string path;
    AclList acl;
};
using Effect = std::variant<CreateEffect, DeleteEffect, SetDataEffect, SetAclEffect>;

/// The values are those of WatchEvent, to which WatchTable casts them.
enum class ChangeType : std::int32_t { created = 1, deleted = 2, data_changed = 3 };

/// What an effect means for watches. Events for children of the parent are derived from it.
struct Change {
    ChangeType type;
    std::string path;
    // ACLs of the node and of its parent at the time of the change, to filter events; null if the
    // profile does not filter, and the second also if the parent has no event.
    std::shared_ptr<const AclList> acl;
    std::shared_ptr<const AclList> parent_acl;
};

/// Everything that uses up a zxid. Effects are empty for failed requests and for created sessions.
struct Transaction {
    std::int64_t zxid = 0;
    WallTime wall{};
    std::vector<Effect> effects;
    std::vector<Change> changes;      // in the order of the effects
    std::int64_t closed_session = 0;  // 0: none; its connection is closed after the events
};

}  // namespace kazoo::server
