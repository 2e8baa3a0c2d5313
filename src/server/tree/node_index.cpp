#include "server/tree/node_index.hpp"

#include <algorithm>

namespace kazoo::server {

NodeIndex::~NodeIndex() {
    for (const Node* node : by_path_) {
        delete node;
    }
}

Node* NodeIndex::add(std::unique_ptr<Node> node) {
    switch (node->kind) {
        case NodeKind::persistent:
            break;
        case NodeKind::ephemeral:
            by_owner_[node->owner_or_ttl].insert(node.get());
            ++ephemeral_count_;
            break;
        case NodeKind::container:
        case NodeKind::ttl:
            removable_.insert(node.get());
            break;
    }
    by_path_.insert(node.get());
    return node.release();
}

std::unique_ptr<Node> NodeIndex::remove(Node* node) {
    by_path_.erase(by_path_.find(node));
    if (node->kind == NodeKind::ephemeral) {
        const auto owned = by_owner_.find(node->owner_or_ttl);
        owned->second.erase(node);
        if (owned->second.empty()) {
            by_owner_.erase(owned);
        }
        --ephemeral_count_;
    } else if (node->kind != NodeKind::persistent) {
        removable_.erase(node);
    }
    return std::unique_ptr<Node>(node);
}

std::vector<std::string> NodeIndex::ephemerals(std::int64_t session) const {
    std::vector<std::string> paths;
    const auto owned = by_owner_.find(session);
    if (owned != by_owner_.end()) {
        paths.reserve(owned->second.size());
        for (const Node* node : owned->second) {
            paths.push_back(node->path);
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

std::vector<std::int64_t> NodeIndex::ephemeral_owners() const {
    std::vector<std::int64_t> sessions;
    sessions.reserve(by_owner_.size());
    for (const auto& [session, nodes] : by_owner_) {
        sessions.push_back(session);
    }
    std::sort(sessions.begin(), sessions.end());
    return sessions;
}

std::vector<std::string> NodeIndex::due_for_removal(std::int64_t wall_ms) const {
    std::vector<std::string> paths;
    for (const Node* node : removable_) {
        if (node->due_for_removal(wall_ms)) {
            paths.push_back(node->path);
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

}  // namespace kazoo::server
