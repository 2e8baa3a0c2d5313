// SPDX-License-Identifier: Apache-2.0
// Quotas: the usage and the hard limits of subtrees.

#pragma once

#include "server/tree/node.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace kazoo::server {

/// The usage of a subtree, as in the data of /zookeeper/quota<path>/zookeeper_stats.
struct Usage {
    std::int64_t count = 0;  // nodes
    std::int64_t bytes = 0;  // of data

    /// Adds to both. Wraps on overflow: clients may write any numbers into the node.
    void add(std::int64_t nodes, std::int64_t data_bytes) noexcept;
    /// Formats the data of the node: "count=1,bytes=2".
    [[nodiscard]] std::string print() const;

    /// Never fails: a field that is missing or not a number is -1.
    [[nodiscard]] static Usage parse(std::string_view text);
    /// Computes the usage of a node and all its descendants.
    [[nodiscard]] static Usage of(const Node& top);
};

/// The hard limits of a subtree, as in the data of /zookeeper/quota<path>/zookeeper_limits; -1
/// means no limit. Soft limits are ignored.
struct HardLimits {
    std::int64_t count = -1;  // nodes
    std::int64_t bytes = -1;  // of data

    /// Never fails: a field that is missing or not a number is -1.
    [[nodiscard]] static HardLimits parse(std::string_view text);
    /// Returns whether a subtree with usage `used` may grow by `more`. What does not change is not
    /// checked.
    [[nodiscard]] bool allow(const Usage& used, const Usage& more) const noexcept;
};

/// The subtrees that have a quota: those with a zookeeper_limits node. Tree keeps the
/// zookeeper_stats nodes up to date; the operations enforce the limits
/// (DatabaseOptions::enforce_quota).
class Quotas {
public:
    /// Returns the subtree to which a path of a limits node belongs: "/a" for
    /// "/zookeeper/quota/a/zookeeper_limits", "" for "/zookeeper/quota/zookeeper_limits". Returns
    /// nullopt for other paths.
    [[nodiscard]] static std::optional<std::string_view> limited_by(std::string_view path) noexcept;
    /// The same for "/zookeeper/quota/a/zookeeper_stats".
    [[nodiscard]] static std::optional<std::string_view> counted_by(std::string_view path) noexcept;
    /// The paths of the stats node and the limits node of a subtree.
    [[nodiscard]] static std::string usage_path(std::string_view subtree);
    [[nodiscard]] static std::string limits_path(std::string_view subtree);

    /// The entry of a removed limits node, or nothing.
    using Entry = std::set<std::string, std::less<>>::node_type;

    void on_node_added(std::string_view path);
    Entry on_node_removed(std::string_view path) noexcept;
    /// Reverses on_node_removed. Does not allocate.
    void restore(Entry entry) noexcept { subtrees_.insert(std::move(entry)); }
    /// Returns the closest subtree with a quota that contains the path, or nullopt. The root cannot
    /// have a quota.
    [[nodiscard]] std::optional<std::string_view> subtree_of(std::string_view path) const noexcept;

private:
    std::set<std::string, std::less<>> subtrees_;  // those with a limits node
};

}  // namespace kazoo::server
