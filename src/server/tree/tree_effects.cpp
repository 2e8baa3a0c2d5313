// SPDX-License-Identifier: Apache-2.0
// The changes of a tree.

#include "server/tree/tree.hpp"

#include <kazoo/paths.hpp>

#include <utility>

namespace kazoo::server {

namespace {

std::int32_t wrapping_next(std::int32_t version) noexcept {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(version) + 1U);
}

/// Checks only what the structure of the tree needs; see path_rules.hpp for valid paths.
bool can_be_child(std::string_view path) noexcept {
    return path.size() > 1 && path.front() == '/' && path.back() != '/';
}

}  // namespace

bool Tree::apply(const Effect& effect, std::int64_t zxid, WallTime wall) {
    const std::size_t before = log_.size();
    try {
        const bool applied =
            std::visit([&](const auto& one) { return perform(one, zxid, wall); }, effect);
        if (!recording_) {
            commit();
        }
        return applied;
    } catch (...) {
        roll_back_to(before);
        throw;
    }
}

void Tree::add_system_node(std::string_view path, const AclList& acl, std::int32_t aversion) {
    auto node = std::make_unique<Node>();
    node->path = path;
    node->data.emplace();
    node->aversion = aversion;
    add(std::move(node), acl, path.size() > 1 ? index_.find(parent_path(path)) : nullptr);
}

Node* Tree::add(std::unique_ptr<Node> node, const AclList& acl, Node* parent) {
    if (parent != nullptr) {
        parent->reserve_child();
    }
    node->acl = acls_.acquire(acl);
    Node* const added = node.get();
    try {
        quotas_.on_node_added(added->path);
        index_.add(node);
    } catch (...) {
        quotas_.on_node_removed(added->path);
        acls_.release(added->acl);
        throw;
    }
    data_size_ += added->approximate_size();
    if (parent != nullptr) {
        added->attach_to(*parent);
    }
    return added;
}

void Tree::set_data(Node& node, std::optional<std::string> data) {
    reserve_undo();
    data_size_ -= node.approximate_size();
    log_.emplace_back(UndoSetData{&node, std::move(node.data), node.mzxid, node.mtime, node.version}
    );
    node.data = std::move(data);
    data_size_ += node.approximate_size();
}

void Tree::charge(std::string_view path, std::int64_t nodes, std::int64_t bytes) {
    const auto subtree = quotas_.subtree_of(path);
    if (!subtree) return;
    Node* const counted = index_.find(Quotas::usage_path(*subtree));
    if (counted == nullptr) return;
    Usage usage = Usage::parse(counted->data.value_or(""));
    usage.add(nodes, bytes);
    set_data(*counted, usage.print());
}

bool Tree::perform(const CreateEffect& effect, std::int64_t zxid, WallTime wall) {
    if (!can_be_child(effect.path) || index_.find(effect.path) != nullptr) return false;
    Node* const parent = index_.find(parent_path(effect.path));
    if (parent == nullptr) return false;

    auto created = std::make_unique<Node>();
    created->path = effect.path;
    created->data = effect.data;
    created->czxid = created->mzxid = created->pzxid = zxid;
    created->ctime = created->mtime = wall;
    created->kind = effect.kind;
    if (effect.kind == NodeKind::ephemeral) created->owner_or_ttl = effect.owner;
    if (effect.kind == NodeKind::ttl) created->owner_or_ttl = effect.ttl.count();
    reserve_undo();
    Node* const replaced = index_.find_hidden(effect.path);
    Node* const node = add(std::move(created), effect.acl, parent);
    log_.emplace_back(UndoCreate{node, replaced, parent->pzxid, parent->created_children});
    parent->count_created_child(zxid, counters_wrap_);

    // A new stats node starts with the current usage of its subtree, whatever data was requested.
    if (const auto counted = Quotas::counted_by(node->path)) {
        const Node* const top = index_.find(*counted);
        set_data(*node, (top == nullptr ? Usage() : Usage::of(*top)).print());
    }
    charge(effect.path, 1, static_cast<std::int64_t>(node->data_size()));
    return true;
}

bool Tree::perform(const DeleteEffect& effect, std::int64_t zxid, WallTime) {
    Node* const node = index_.find(effect.path);
    if (node == nullptr || node->parent == nullptr || !node->children.empty()) return false;

    Node* const parent = node->parent;
    const auto bytes = static_cast<std::int64_t>(node->data_size());
    reserve_undo();
    node->detach();
    data_size_ -= node->approximate_size();
    log_.emplace_back(UndoDelete{
        index_.hide(node), quotas_.on_node_removed(node->path), parent->pzxid});
    if (zxid > parent->pzxid) parent->pzxid = zxid;
    charge(effect.path, -1, -bytes);
    return true;
}

bool Tree::perform(const SetDataEffect& effect, std::int64_t zxid, WallTime wall) {
    Node* const node = index_.find(effect.path);
    if (node == nullptr) return false;

    const auto bytes_before = static_cast<std::int64_t>(node->data_size());
    set_data(*node, effect.data);
    node->version = wrapping_next(node->version);
    node->mzxid = zxid;
    node->mtime = wall;
    charge(node->path, 0, static_cast<std::int64_t>(node->data_size()) - bytes_before);
    return true;
}

bool Tree::perform(const SetAclEffect& effect, std::int64_t, WallTime) {
    Node* const node = index_.find(effect.path);
    if (node == nullptr) return false;

    reserve_undo();
    const AclTable::Number number = acls_.acquire(effect.acl);
    log_.emplace_back(UndoSetAcl{node, node->acl, node->aversion});
    node->acl = number;
    node->aversion = wrapping_next(node->aversion);
    return true;
}

}  // namespace kazoo::server
