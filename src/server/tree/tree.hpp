// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/tree/acl_table.hpp"
#include "server/tree/node.hpp"
#include "server/tree/node_index.hpp"
#include "server/tree/quota.hpp"
#include "server/tree/transaction.hpp"
#include "server/tree/undo.hpp"

#include <kazoo/stat.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// The tree of nodes of one server. Maintains paths, Stats, ACLs and the usage of quotas. Does not
/// validate: effects have been checked before. Not thread-safe.
class Tree {
public:
    /// A new tree holds "/", "/zookeeper", "/zookeeper/quota" and "/zookeeper/config".
    /// `counters_wrap`: the sequence number after 2147483647 is -2147483648, not the same again.
    explicit Tree(bool counters_wrap = false);
    ~Tree();
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;

    /// Returns nullptr if there is none. "" denotes the root, like "/". The pointer is valid until
    /// the node is deleted.
    [[nodiscard]] const Node* find(std::string_view path) const noexcept;
    /// The reference is valid until the ACL of the node changes or the node is deleted.
    [[nodiscard]] const AclList& acl(const Node& node) const;
    [[nodiscard]] std::shared_ptr<const AclList> shared_acl(const Node& node) const;
    [[nodiscard]] ZnodeStat stat(const Node& node) const;
    /// The names of the children, in an order that depends only on the history of the tree.
    [[nodiscard]] std::vector<std::string_view> children(const Node& node) const;
    /// Number of all nodes below this one. Linear time.
    [[nodiscard]] std::int32_t count_descendants(const Node& node) const;

    /// Paths of the ephemeral nodes of a session, sorted.
    [[nodiscard]] std::vector<std::string> ephemerals(std::int64_t session) const;
    [[nodiscard]] std::size_t ephemeral_count() const noexcept;
    /// Sessions that own ephemeral nodes, sorted.
    [[nodiscard]] std::vector<std::int64_t> ephemeral_owners() const;
    /// Paths of containers and TTL nodes that are due for removal at this wall time, sorted.
    [[nodiscard]] std::vector<std::string> expired_nodes(WallTime wall) const;
    /// As Apache's server counts: one more than there are, because it has the root twice.
    [[nodiscard]] std::size_t node_count() const noexcept;
    /// Bytes of paths and data, for `mntr`.
    [[nodiscard]] std::int64_t approximate_data_size() const noexcept;

    /// Approximate memory, in bytes.
    [[nodiscard]] std::size_t footprint() const noexcept;

    /// Returns whether the hard limits of the closest quota allow this growth at `path`. Counts
    /// operations that are executed but not committed: unlike in Apache's server, those of one
    /// multi cannot exceed a limit together.
    [[nodiscard]] bool within_quota(
        std::string_view path, std::int64_t nodes, std::int64_t data_bytes
    ) const;

    /// Applies an effect. Returns false, and changes nothing, if it is not possible, such as a
    /// create without a parent: an error of the caller. If it throws, nothing has changed.
    bool apply(const Effect& effect, std::int64_t zxid, WallTime wall);
    /// Sets the next sequence number under a node. Returns false if there is no such node.
    bool set_next_number(std::string_view path, std::int32_t number) noexcept;

    // For a transaction: `rollback` restores the tree as it was at `begin`, including Stats, ACLs
    // and quota usage. Not nested.

    /// Starts to record changes; commits those recorded before.
    void begin() noexcept;
    void commit() noexcept;
    void rollback() noexcept;

private:
    /// Adds a node that exists from the start: its creation does not count in the parent's Stat.
    void add_system_node(std::string_view path, const AclList& acl, std::int32_t aversion);
    /// Adds a node below its parent. If this throws, nothing has changed.
    Node* add(std::unique_ptr<Node> node, const AclList& acl, Node* parent);
    /// Changes only the data; the caller updates the Stat. The undo entry has both.
    void set_data(Node& node, std::optional<std::string> data);
    /// Adds to the usage in the zookeeper_stats node of the closest quota, if any. As in Apache's
    /// server, neither its version nor its mzxid change, and no watch fires.
    void charge(std::string_view path, std::int64_t nodes, std::int64_t bytes);

    // Each change makes room in the log before it changes anything, and is in the log afterwards.
    // So an exception between changes can be answered with roll_back_to().

    bool perform(const CreateEffect& effect, std::int64_t zxid, WallTime wall);
    bool perform(const DeleteEffect& effect, std::int64_t zxid, WallTime wall);
    bool perform(const SetDataEffect& effect, std::int64_t zxid, WallTime wall);
    bool perform(const SetAclEffect& effect, std::int64_t zxid, WallTime wall);

    void reserve_undo();
    void roll_back_to(std::size_t size) noexcept;
    /// Releases what an undo entry holds, when the change becomes final.
    void release_undo(Undo& undo) noexcept;
    void restore(UndoCreate& undo) noexcept;
    void restore(UndoDelete& undo) noexcept;
    void restore(UndoSetData& undo) noexcept;
    void restore(UndoSetAcl& undo) noexcept;

    const bool counters_wrap_;
    NodeIndex index_;
    AclTable acls_;
    Quotas quotas_;
    std::vector<Undo> log_;       // changes since begin() or of the current effect, oldest first
    bool recording_ = false;      // between begin() and commit() or rollback()
    std::int64_t data_size_ = 0;  // sum of Node::approximate_size()
};

}  // namespace kazoo::server
