#pragma once

#include "server/tree/acl_table.hpp"
#include "server/tree/node.hpp"
#include "server/tree/transaction.hpp"

#include <kazoo/stat.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// The tree of nodes of one server. Maintains paths, Stats, ACLs and the usage of quotas. Does not
/// validate: effects have been checked before. Not thread-safe.
class Tree {
public:
    /// A new tree holds "/", "/zookeeper", "/zookeeper/quota" and "/zookeeper/config".
    Tree();
    ~Tree();
    Tree(Tree&&) noexcept;
    Tree& operator=(Tree&&) noexcept;

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
    [[nodiscard]] std::vector<std::string> expired_nodes(std::int64_t wall_ms) const;
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
    bool apply(const Effect& effect, std::int64_t zxid, std::int64_t wall_ms);

    // For a transaction: `rollback` restores the tree as it was at `begin`, including Stats, ACLs
    // and quota usage. Not nested.

    /// Starts to record changes; commits those recorded before.
    void begin() noexcept;
    void commit() noexcept;
    void rollback() noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kazoo::server
