#pragma once

#include "server/acl_table.hpp"
#include "server/transaction.hpp"

#include <kazoo/stat.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// One node. A million of them must fit: no member without need. Only the tree changes it.
struct Node {
    std::string path;
    std::optional<std::string> data;
    Node* parent = nullptr;
    std::vector<Node*> children;
    std::int64_t czxid = 0;
    std::int64_t mzxid = 0;
    std::int64_t pzxid = 0;
    std::int64_t ctime_ms = 0;
    std::int64_t mtime_ms = 0;
    std::int64_t owner_or_ttl = 0;  // the session of an ephemeral, the milliseconds of a TTL node
    std::int32_t version = 0;
    std::int32_t aversion = 0;
    std::int32_t created_children = 0;  // ever; what sequence numbers come from
    std::uint32_t place = 0;            // among the parent's children
    AclTable::Number acl = 0;
    NodeKind kind = NodeKind::persistent;

    [[nodiscard]] std::string_view name() const noexcept {
        return std::string_view(path).substr(path.rfind('/') + 1);
    }
    [[nodiscard]] std::int64_t ephemeral_owner() const noexcept {
        return kind == NodeKind::ephemeral ? owner_or_ttl : 0;
    }
    [[nodiscard]] std::size_t data_size() const noexcept { return data ? data->size() : 0; }
    [[nodiscard]] ZnodeStat stat() const noexcept;

    /// Whether its time is over: a container that had children once, a TTL node left alone too
    /// long.
    [[nodiscard]] bool due_for_removal(std::int64_t wall_ms) const noexcept;

    /// A child more has been created. At its limit the counter stays, and with it the pzxid.
    void count_created_child(std::int64_t zxid) noexcept;
    /// Takes its place at the end of the parent's children. Allocates nothing where an earlier
    /// detach has made room.
    void attach_to(Node& new_parent);
    /// Leaves the parent's children; the last one of them takes its place.
    void detach();
    /// Undoes `detach`, if nothing has changed among the children since.
    void reattach();
};

/// The node after `node`, parents first, among those below `top`; nullptr at the end. Starts with
/// `top` itself. Needs no memory, however deep the tree.
[[nodiscard]] const Node* next_below(const Node& top, const Node* node) noexcept;

}  // namespace kazoo::server
