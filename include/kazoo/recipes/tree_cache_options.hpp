// SPDX-License-Identifier: Apache-2.0
/// Options of a TreeCache.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/retry.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// Options of a TreeCache. A value; setters chain.
///
///     TreeCacheOptions().max_depth(2).selector([](const std::string& path) {
///         return !path.ends_with("/locks");
///     })
class TreeCacheOptions {
public:
    /// `selector(path)` returns whether a node is taken into the cache. What is below a node that
    /// is not taken is not taken either. The root is taken without asking.
    using Selector = std::function<bool(const std::string& path)>;

    TreeCacheOptions() {}

    /// Which nodes are taken. Default: none; all nodes are taken. The selector is called once or
    /// more for each node, in a thread of the library, possibly that of the connection, never by
    /// two threads at the same time for the same node. It must return the same answer each time,
    /// must not block, and must not use the cache. An exception that it throws is reported as a
    /// fault, and the node is not taken.
    TreeCacheOptions& selector(Selector value) & {
        selector_ = std::move(value);
        return *this;
    }
    TreeCacheOptions selector(Selector value) && { return std::move(selector(std::move(value))); }
    [[nodiscard]] const Selector& selector() const noexcept { return selector_; }

    /// How far below the root nodes are taken: 0 takes the root alone, 1 also its children.
    /// Default: no limit.
    TreeCacheOptions& max_depth(std::size_t value) & noexcept {
        max_depth_ = value;
        return *this;
    }
    TreeCacheOptions max_depth(std::size_t value) && noexcept {
        return std::move(max_depth(value));
    }
    [[nodiscard]] std::size_t max_depth() const noexcept { return max_depth_; }

    /// Whether only names and stats are kept. Data are not read then. Default: false.
    TreeCacheOptions& names_only(bool value = true) & noexcept {
        names_only_ = value;
        return *this;
    }
    TreeCacheOptions names_only(bool value = true) && noexcept {
        return std::move(names_only(value));
    }
    [[nodiscard]] bool is_names_only() const noexcept { return names_only_; }

    /// Whether the root and its ancestors are created when the cache starts, as kazoo does. Needs
    /// the permission to create them. Default: false; a root that does not exist is waited for.
    TreeCacheOptions& create_root(bool value = true) & noexcept {
        create_root_ = value;
        return *this;
    }
    TreeCacheOptions create_root(bool value = true) && noexcept {
        return std::move(create_root(value));
    }
    [[nodiscard]] bool creates_root() const noexcept { return create_root_; }

    /// The number of nodes that the cache may keep: those of the tree, and removed ones whose
    /// events wait to be delivered. If there are more the cache ends with a ConfigurationError that
    /// names this option (TreeCache::failure). At least 1, at most 2^31. Default: 1,000,000.
    TreeCacheOptions& max_nodes(std::size_t value) & noexcept {
        max_nodes_ = std::clamp(value, std::size_t{1}, std::size_t{1} << 31);
        return *this;
    }
    TreeCacheOptions max_nodes(std::size_t value) && noexcept {
        return std::move(max_nodes(value));
    }
    [[nodiscard]] std::size_t max_nodes() const noexcept { return max_nodes_; }

    /// The memory that the cache may need, as TreeCache::bytes counts it, in bytes. If it needs
    /// more it ends as with max_nodes. Default: 512 MiB.
    TreeCacheOptions& max_bytes(std::size_t value) & noexcept {
        max_bytes_ = value;
        return *this;
    }
    TreeCacheOptions max_bytes(std::size_t value) && noexcept {
        return std::move(max_bytes(value));
    }
    [[nodiscard]] std::size_t max_bytes() const noexcept { return max_bytes_; }

    /// The number of batches that may be under way. A batch is one request for at most 100 nodes
    /// and 256 KiB of expected data, or, for stats and with servers before 3.6, at most 100
    /// requests. At least 1. Default: 4.
    TreeCacheOptions& batches_in_flight(std::size_t value) & noexcept {
        batches_in_flight_ = std::max(value, std::size_t{1});
        return *this;
    }
    TreeCacheOptions batches_in_flight(std::size_t value) && noexcept {
        return std::move(batches_in_flight(value));
    }
    [[nodiscard]] std::size_t batches_in_flight() const noexcept { return batches_in_flight_; }

    /// Pauses between tries after failed requests, and their limits. When they are exhausted the
    /// cache ends with RetryFailedError. Default: no limit, pauses of 0.1 s doubling to 5 s.
    TreeCacheOptions& retry(const RetryPolicy& value) & noexcept {
        retry_ = value;
        return *this;
    }
    TreeCacheOptions retry(const RetryPolicy& value) && noexcept { return std::move(retry(value)); }
    [[nodiscard]] const RetryPolicy& retry() const noexcept { return retry_; }

private:
    Selector selector_;
    std::size_t max_depth_ = std::numeric_limits<std::size_t>::max();
    std::size_t max_nodes_ = 1'000'000;
    std::size_t max_bytes_ = std::size_t{512} << 20;
    std::size_t batches_in_flight_ = 4;
    bool names_only_ = false;
    bool create_root_ = false;
    RetryPolicy retry_;
};

}  // namespace kazoo
KAZOO_API_END
