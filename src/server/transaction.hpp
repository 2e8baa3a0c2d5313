#pragma once

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

/// What a transaction does to a tree. It has been checked: it can be carried out on every tree that
/// has seen the same transactions before, and does the same there.
struct CreateEffect {
    std::string path;
    std::optional<std::string> data;  // null and empty are told apart
    AclList acl;
    NodeKind kind = NodeKind::persistent;
    std::int64_t owner = 0;   // the session, of an ephemeral
    std::int64_t ttl_ms = 0;  // of a TTL node
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

enum class ChangeType : std::int32_t { created = 1, deleted = 2, data_changed = 3 };

/// What watches are told of an effect. The events of a change of children follow from it.
struct Change {
    ChangeType type;
    std::string path;
    // Who may read the node, and its parent: null where events are not filtered.
    std::shared_ptr<const AclList> acl;
    std::shared_ptr<const AclList> parent_acl;
};

/// One step of the whole: also of what failed or changed sessions only, for it has a zxid too.
struct Transaction {
    std::int64_t zxid = 0;
    std::int64_t wall_ms = 0;
    std::vector<Effect> effects;
    std::vector<Change> changes;      // of the effects, in their order
    std::int64_t closed_session = 0;  // its connection is to be closed, after the changes
};

}  // namespace kazoo::server
