#pragma once

#include "server/node.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace kazoo::server {

/// What a subtree uses, as /zookeeper/quota<path>/zookeeper_stats says it.
struct Usage {
    std::int64_t count = 0;  // nodes
    std::int64_t bytes = 0;  // of data

    /// Adds; wraps where users have written nonsense into the node.
    void add(std::int64_t nodes, std::int64_t data_bytes) noexcept;
    [[nodiscard]] std::string print() const;

    /// What is missing or no number is -1.
    [[nodiscard]] static Usage parse(std::string_view text);
    /// Of a node and all below it.
    [[nodiscard]] static Usage of(const Node& top);
};

/// The hard limits of a subtree, as /zookeeper/quota<path>/zookeeper_limits says them. -1: none.
struct HardLimits {
    std::int64_t count = -1;  // nodes
    std::int64_t bytes = -1;  // of data

    /// What is missing or no number is -1.
    [[nodiscard]] static HardLimits parse(std::string_view text);
    /// Whether a subtree that uses so much may have so much more of each.
    [[nodiscard]] bool allow(const Usage& used, const Usage& more) const noexcept;
};

/// Which subtrees have a quota: those with a zookeeper_limits node. The nodes that say how much is
/// used are kept up to date; the limits are for those to enforce who make the changes.
class Quotas {
public:
    /// "/a" of "/zookeeper/quota/a/zookeeper_limits", "" of "/zookeeper/quota/zookeeper_limits".
    [[nodiscard]] static std::optional<std::string_view> limited_by(std::string_view path) noexcept;
    /// The same for "/zookeeper/quota/a/zookeeper_stats".
    [[nodiscard]] static std::optional<std::string_view> counted_by(std::string_view path) noexcept;
    /// Where the usage of a subtree is written, and its limits.
    [[nodiscard]] static std::string usage_path(std::string_view subtree);
    [[nodiscard]] static std::string limits_path(std::string_view subtree);

    void on_node_added(std::string_view path);
    void on_node_removed(std::string_view path) noexcept;
    /// The closest subtree with a quota that this path is in, or nothing. The whole tree has none.
    [[nodiscard]] std::optional<std::string_view> subtree_of(std::string_view path) const noexcept;

private:
    std::set<std::string, std::less<>> subtrees_;
};

}  // namespace kazoo::server
