// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/rules/time.hpp"
#include "server/tree/acl_table.hpp"
#include "server/tree/transaction.hpp"

#include <kazoo/stat.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// One znode. Modified only by Tree. There may be millions, so each member costs much memory.
struct Node {
    std::string path;                 // constant while the node is in a NodeIndex, which hashes it
    std::optional<std::string> data;  // null and empty differ on the wire
    Node* parent = nullptr;           // null only for the root
    std::vector<Node*> children;      // children[c->place] == c
    std::int64_t czxid = 0;
    std::int64_t mzxid = 0;
    std::int64_t pzxid = 0;
    WallTime ctime{};
    WallTime mtime{};
    std::int64_t owner_or_ttl = 0;  // session of an ephemeral, or TTL in milliseconds
    std::int32_t version = 0;
    std::int32_t aversion = 0;
    std::int32_t created_children = 0;  // the next sequence number
    std::uint32_t place = 0;            // index in the parent's children
    AclTable::Number acl = 0;
    NodeKind kind = NodeKind::persistent;
    bool hidden = false;  // see NodeIndex::hide

    [[nodiscard]] std::string_view name() const noexcept {
        return std::string_view(path).substr(path.rfind('/') + 1);
    }
    [[nodiscard]] std::int64_t ephemeral_owner() const noexcept {
        return kind == NodeKind::ephemeral ? owner_or_ttl : 0;
    }
    [[nodiscard]] std::size_t data_size() const noexcept { return data ? data->size() : 0; }
    /// What it adds to Tree::approximate_data_size, as in Apache's server.
    [[nodiscard]] std::int64_t approximate_size() const noexcept {
        return static_cast<std::int64_t>(path.size() + data_size());
    }
    [[nodiscard]] ZnodeStat stat() const noexcept;

    /// Whether the reaper removes it: an empty container that had children before, or a TTL node
    /// without children that was not modified for longer than its TTL.
    [[nodiscard]] bool due_for_removal(WallTime wall) const noexcept;

    /// Counts a created child and sets pzxid. At INT32_MAX neither changes any more, unless the
    /// counter wraps.
    void count_created_child(std::int64_t zxid, bool wraps) noexcept;
    /// Makes room for one more child.
    void reserve_child();
    /// Appends it to the parent's children, which must have room.
    void attach_to(Node& new_parent) noexcept;
    /// Removes it from the parent's children in constant time: the last child moves to its place.
    /// `parent` and `place` keep their values, for `reattach`. Does not release memory.
    void detach() noexcept;
    /// Reverses `detach`, including the order of the children, which must be as `detach` left them.
    /// Does not allocate if `trim_children` was not called in between.
    void reattach() noexcept;
    /// Releases the memory of children if there were many more than there are now.
    void trim_children() noexcept;
};

/// Returns the successor of `node` in a pre-order walk of the subtree of `top`, which starts with
/// `top`; nullptr at the end. Needs no stack, however deep the tree.
[[nodiscard]] const Node* next_below(const Node& top, const Node* node) noexcept;

}  // namespace kazoo::server
