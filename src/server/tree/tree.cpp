// SPDX-License-Identifier: Apache-2.0
// The life of a tree, and what can be asked of it.

#include "server/tree/tree.hpp"

namespace kazoo::server {

Tree::Tree(bool counters_wrap) : counters_wrap_(counters_wrap) {
    add_system_node("/", open_acl_unsafe(), 0);
    add_system_node("/zookeeper", open_acl_unsafe(), 0);
    add_system_node("/zookeeper/quota", open_acl_unsafe(), 0);
    add_system_node("/zookeeper/config", read_acl_unsafe(), -1);
}

bool Tree::set_next_number(std::string_view path, std::int32_t number) noexcept {
    Node* const node = index_.find(path);
    if (node == nullptr) return false;
    node->created_children = number;
    return true;
}

Tree::~Tree() {
    commit();
}

const Node* Tree::find(std::string_view path) const noexcept {
    return index_.find(path);
}

const AclList& Tree::acl(const Node& node) const {
    return *acls_.list(node.acl);
}

std::shared_ptr<const AclList> Tree::shared_acl(const Node& node) const {
    return acls_.list(node.acl);
}

ZnodeStat Tree::stat(const Node& node) const {
    return node.stat();
}

std::vector<std::string_view> Tree::children(const Node& node) const {
    std::vector<std::string_view> names;
    names.reserve(node.children.size());
    for (const Node* child : node.children) {
        names.push_back(child->name());
    }
    return names;
}

std::int32_t Tree::count_descendants(const Node& node) const {
    std::int32_t count = 0;
    for (const Node* at = next_below(node, &node); at != nullptr; at = next_below(node, at)) {
        ++count;
    }
    return count;
}

std::vector<std::string> Tree::ephemerals(std::int64_t session) const {
    return index_.ephemerals(session);
}

std::size_t Tree::ephemeral_count() const noexcept {
    return index_.ephemeral_count();
}

std::vector<std::int64_t> Tree::ephemeral_owners() const {
    return index_.ephemeral_owners();
}

std::vector<std::string> Tree::expired_nodes(WallTime wall) const {
    return index_.due_for_removal(wall);
}

std::size_t Tree::node_count() const noexcept {
    // Apache's server has the root twice, as "" and as "/", and counts both.
    return index_.size() + 1;
}

std::int64_t Tree::approximate_data_size() const noexcept {
    return data_size_;
}

std::size_t Tree::footprint() const noexcept {
    constexpr std::size_t bytes_beside_data = sizeof(Node) + 64;
    return static_cast<std::size_t>(data_size_) + index_.size() * bytes_beside_data;
}

bool Tree::within_quota(std::string_view path, std::int64_t nodes, std::int64_t data_bytes) const {
    const auto subtree = quotas_.subtree_of(path);
    if (!subtree) {
        return true;
    }
    const Node* const limits = find(Quotas::limits_path(*subtree));
    const Node* const used = find(Quotas::usage_path(*subtree));
    if (limits == nullptr || used == nullptr) {
        return true;
    }
    Usage more;
    more.add(nodes, data_bytes);
    return HardLimits::parse(limits->data.value_or(""))
        .allow(Usage::parse(used->data.value_or("")), more);
}

}  // namespace kazoo::server
