// SPDX-License-Identifier: Apache-2.0
// The undo log of a tree.

#include "server/tree/tree.hpp"

#include <utility>

namespace kazoo::server {

void Tree::reserve_undo() {
    if (log_.size() == log_.capacity()) {
        log_.reserve(2 * log_.size() + 4);
    }
}

void Tree::begin() noexcept {
    commit();
    recording_ = true;
}

void Tree::commit() noexcept {
    for (Undo& undo : log_) {
        release_undo(undo);
    }
    log_.clear();
    recording_ = false;
}

void Tree::rollback() noexcept {
    roll_back_to(0);
    recording_ = false;
}

void Tree::roll_back_to(std::size_t size) noexcept {
    while (log_.size() > size) {
        std::visit([&](auto& one) { restore(one); }, log_.back());
        log_.pop_back();
    }
}

void Tree::release_undo(Undo& undo) noexcept {
    if (const auto* const deleted = std::get_if<UndoDelete>(&undo)) {
        deleted->node->parent->trim_children();
        index_.forget_hidden(deleted->node.get());
        acls_.release(deleted->node->acl);
    } else if (const auto* const set_acl = std::get_if<UndoSetAcl>(&undo)) {
        acls_.release(set_acl->acl);
    }
}

void Tree::restore(UndoCreate& undo) noexcept {
    Node* const parent = undo.node->parent;
    undo.node->detach();
    data_size_ -= undo.node->approximate_size();
    quotas_.on_node_removed(undo.node->path);
    const std::unique_ptr<Node> gone = index_.remove(undo.node, undo.replaced);
    acls_.release(gone->acl);
    parent->pzxid = undo.parent_pzxid;
    parent->created_children = undo.parent_created_children;
}

void Tree::restore(UndoDelete& undo) noexcept {
    Node* const node = index_.unhide(std::move(undo.node));
    data_size_ += node->approximate_size();
    quotas_.restore(std::move(undo.quota));
    node->reattach();
    node->parent->pzxid = undo.parent_pzxid;
}

void Tree::restore(UndoSetData& undo) noexcept {
    data_size_ -= undo.node->approximate_size();
    undo.node->data = std::move(undo.data);
    data_size_ += undo.node->approximate_size();
    undo.node->mzxid = undo.mzxid;
    undo.node->mtime = undo.mtime;
    undo.node->version = undo.version;
}

void Tree::restore(UndoSetAcl& undo) noexcept {
    acls_.release(undo.node->acl);
    undo.node->acl = undo.acl;
    undo.node->aversion = undo.aversion;
}

}  // namespace kazoo::server
