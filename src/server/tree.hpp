#pragma once

#include "server/acl_table.hpp"
#include "server/node.hpp"
#include "server/transaction.hpp"

#include <kazoo/stat.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// The nodes, as one server sees them. Knows paths and versions, but no rules: effects have been
/// checked by who made them.
class Tree {
public:
    /// A new tree holds "/", "/zookeeper", "/zookeeper/quota" and "/zookeeper/config".
    Tree();
    ~Tree();
    Tree(Tree&&) noexcept;
    Tree& operator=(Tree&&) noexcept;

    /// nullptr if there is none. "" is the root as well.
    [[nodiscard]] const Node* find(std::string_view path) const noexcept;
    [[nodiscard]] const AclList& acl(const Node& node) const;
    [[nodiscard]] std::shared_ptr<const AclList> shared_acl(const Node& node) const;
    [[nodiscard]] ZnodeStat stat(const Node& node) const;
    /// The names of the children, in an order that depends on what happened, not on the machine.
    [[nodiscard]] std::vector<std::string_view> children(const Node& node) const;
    /// All nodes below.
    [[nodiscard]] std::int32_t count_descendants(const Node& node) const;

    /// The paths that a session owns, sorted.
    [[nodiscard]] std::vector<std::string> ephemerals(std::int64_t session) const;
    [[nodiscard]] std::size_t ephemeral_count() const noexcept;
    /// Sessions that own nodes.
    [[nodiscard]] std::vector<std::int64_t> ephemeral_owners() const;
    /// Paths of containers and TTL nodes that are due for removal at this wall time, sorted.
    [[nodiscard]] std::vector<std::string> expired_nodes(std::int64_t wall_ms) const;
    [[nodiscard]] std::size_t node_count() const noexcept;
    [[nodiscard]] std::int64_t approximate_data_size() const noexcept;

    /// About what it takes in memory, in bytes.
    [[nodiscard]] std::size_t footprint() const noexcept;

    /// Whether the hard limits of the closest quota leave room for so many nodes and bytes more.
    [[nodiscard]] bool within_quota(
        std::string_view path, std::int64_t nodes, std::int64_t data_bytes
    ) const;

    /// Carries out one effect. False, and nothing happens, if it cannot be (a caller's mistake).
    bool apply(const Effect& effect, std::int64_t zxid, std::int64_t wall_ms);

    /// Remembers what was, from here on, so that it can be restored: for a multi.
    void begin();
    void commit() noexcept;
    void rollback() noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kazoo::server
