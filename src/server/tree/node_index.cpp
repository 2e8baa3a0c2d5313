// SPDX-License-Identifier: Apache-2.0
#include "server/tree/node_index.hpp"

#include <algorithm>

namespace kazoo::server {

NodeIndex::~NodeIndex() {
    for (const Node* node : by_path_) {
        if (!node->hidden) {
            delete node;
        }
    }
}

void NodeIndex::add_by_kind(const Node* node) {
    if (node->kind == NodeKind::container || node->kind == NodeKind::ttl) {
        removable_.insert(node);
    } else if (node->kind == NodeKind::ephemeral) {
        const auto owned = by_owner_.try_emplace(node->owner_or_ttl).first;
        try {
            owned->second.insert(node);
        } catch (...) {
            if (owned->second.empty()) {
                by_owner_.erase(owned);
            }
            throw;
        }
    }
}

void NodeIndex::remove_by_kind(const Node* node) noexcept {
    if (node->kind == NodeKind::ephemeral) {
        const auto owned = by_owner_.find(node->owner_or_ttl);
        owned->second.erase(node);
        if (owned->second.empty()) {
            by_owner_.erase(owned);
        }
    } else if (node->kind != NodeKind::persistent) {
        removable_.erase(node);
    }
}

Node* NodeIndex::add(std::unique_ptr<Node>& node) {
    add_by_kind(node.get());
    const auto place = by_path_.find(std::string_view(node->path));
    if (place != by_path_.end()) {
        // Both have the same path, and so the same hash.
        const_cast<Node*&>(*place) = node.get();
        --hidden_count_;
    } else {
        try {
            by_path_.insert(node.get());
        } catch (...) {
            remove_by_kind(node.get());
            throw;
        }
    }
    ephemeral_count_ += node->kind == NodeKind::ephemeral ? 1 : 0;
    return node.release();
}

std::unique_ptr<Node> NodeIndex::remove(Node* node, Node* replaced) noexcept {
    const auto place = by_path_.find(node);
    if (replaced != nullptr) {
        const_cast<Node*&>(*place) = replaced;
        ++hidden_count_;
    } else {
        by_path_.erase(place);
    }
    remove_by_kind(node);
    ephemeral_count_ -= node->kind == NodeKind::ephemeral ? 1 : 0;
    return std::unique_ptr<Node>(node);
}

std::unique_ptr<Node> NodeIndex::hide(Node* node) noexcept {
    node->hidden = true;
    ++hidden_count_;
    ephemeral_count_ -= node->kind == NodeKind::ephemeral ? 1 : 0;
    return std::unique_ptr<Node>(node);
}

Node* NodeIndex::unhide(std::unique_ptr<Node> node) noexcept {
    node->hidden = false;
    --hidden_count_;
    ephemeral_count_ += node->kind == NodeKind::ephemeral ? 1 : 0;
    return node.release();
}

void NodeIndex::forget_hidden(const Node* node) noexcept {
    const auto place = by_path_.find(std::string_view(node->path));
    if (place != by_path_.end() && *place == node) {  // it may have been replaced
        by_path_.erase(place);
        --hidden_count_;
    }
    remove_by_kind(node);
}

std::vector<std::string> NodeIndex::ephemerals(std::int64_t session) const {
    std::vector<std::string> paths;
    const auto owned = by_owner_.find(session);
    if (owned != by_owner_.end()) {
        paths.reserve(owned->second.size());
        for (const Node* node : owned->second) {
            if (!node->hidden) {
                paths.push_back(node->path);
            }
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

std::vector<std::int64_t> NodeIndex::ephemeral_owners() const {
    std::vector<std::int64_t> sessions;
    sessions.reserve(by_owner_.size());
    for (const auto& [session, nodes] : by_owner_) {
        const bool any =
            std::any_of(nodes.begin(), nodes.end(), [](const Node* node) { return !node->hidden; });
        if (any) {
            sessions.push_back(session);
        }
    }
    std::sort(sessions.begin(), sessions.end());
    return sessions;
}

std::vector<std::string> NodeIndex::due_for_removal(WallTime wall) const {
    std::vector<std::string> paths;
    for (const Node* node : removable_) {
        if (!node->hidden && node->due_for_removal(wall)) {
            paths.push_back(node->path);
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

}  // namespace kazoo::server
