// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/tree/node.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kazoo::server {

/// Owns the nodes of a tree. Finds them by path, by owning session, and, for containers and TTL
/// nodes, by expiry. Does not maintain the links between parents and children.
///
/// A node that may be restored is hidden, not removed, because adding it again could allocate.
/// Functions that return nodes or their number ignore hidden nodes.
class NodeIndex {
public:
    NodeIndex() {}
    NodeIndex(const NodeIndex&) = delete;
    NodeIndex& operator=(const NodeIndex&) = delete;
    ~NodeIndex();

    /// Returns nullptr if there is none. "" denotes the root, like "/".
    [[nodiscard]] Node* find(std::string_view path) const noexcept {
        const auto found = by_path_.find(path.empty() ? std::string_view("/") : path);
        return found == by_path_.end() || (*found)->hidden ? nullptr : *found;
    }
    /// Returns the hidden node at this path that `add` would replace, or nullptr.
    [[nodiscard]] Node* find_hidden(std::string_view path) const noexcept {
        const auto found = by_path_.find(path);
        return found == by_path_.end() || !(*found)->hidden ? nullptr : *found;
    }

    /// Takes ownership, and replaces the hidden node at the same path, if any. If it throws,
    /// nothing changes and the caller keeps the node. `find` must not find a node at this path.
    Node* add(std::unique_ptr<Node>& node);
    /// Reverses `add` and returns ownership. `replaced` is the result of find_hidden before `add`.
    [[nodiscard]] std::unique_ptr<Node> remove(Node* node, Node* replaced) noexcept;

    /// Hides a node and returns ownership. Keep the node alive until `unhide` or `forget_hidden`.
    [[nodiscard]] std::unique_ptr<Node> hide(Node* node) noexcept;
    /// Reverses `hide`. Nodes that have replaced this one must have been removed before.
    Node* unhide(std::unique_ptr<Node> node) noexcept;
    /// Removes a hidden node for good.
    void forget_hidden(const Node* node) noexcept;

    // Sorted, so that results do not depend on addresses and hashes.

    [[nodiscard]] std::vector<std::string> ephemerals(std::int64_t session) const;
    [[nodiscard]] std::vector<std::int64_t> ephemeral_owners() const;
    [[nodiscard]] std::vector<std::string> due_for_removal(WallTime wall) const;
    [[nodiscard]] std::size_t size() const noexcept { return by_path_.size() - hidden_count_; }
    [[nodiscard]] std::size_t ephemeral_count() const noexcept { return ephemeral_count_; }

private:
    struct Hash {
        using is_transparent = void;
        using is_avalanching = void;  // NOLINT(readability-identifier-naming)
        std::size_t operator()(std::string_view path) const noexcept {
            return std::hash<std::string_view>()(path);
        }
        std::size_t operator()(const Node* node) const noexcept { return (*this)(node->path); }
    };
    struct Equal {
        using is_transparent = void;
        bool operator()(const Node* one, const Node* other) const noexcept { return one == other; }
        bool operator()(std::string_view path, const Node* node) const noexcept {
            return path == node->path;
        }
        bool operator()(const Node* node, std::string_view path) const noexcept {
            return path == node->path;
        }
    };
    using Nodes = boost::unordered_flat_set<const Node*>;

    void add_by_kind(const Node* node);
    void remove_by_kind(const Node* node) noexcept;

    boost::unordered_flat_set<Node*, Hash, Equal> by_path_;    // owns those that are not hidden
    boost::unordered_flat_map<std::int64_t, Nodes> by_owner_;  // ephemerals by session, none empty
    Nodes removable_;                                          // containers and TTL nodes
    std::size_t hidden_count_ = 0;                             // in by_path_
    std::size_t ephemeral_count_ = 0;                          // without hidden ones
};

}  // namespace kazoo::server
