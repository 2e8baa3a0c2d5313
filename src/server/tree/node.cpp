// SPDX-License-Identifier: Apache-2.0
#include "server/tree/node.hpp"

#include <limits>

namespace kazoo::server {

ZnodeStat Node::stat() const noexcept {
    ZnodeStat stat;
    stat.czxid = czxid;
    stat.mzxid = mzxid;
    stat.ctime = ctime.time_since_epoch().count();
    stat.mtime = mtime.time_since_epoch().count();
    stat.version = version;
    // cversion = creations + deletions, where deletions = creations - children. Wraps at 32 bits.
    stat.cversion = static_cast<std::int32_t>(
        2U * static_cast<std::uint32_t>(created_children) -
        static_cast<std::uint32_t>(children.size())
    );
    stat.aversion = aversion;
    stat.ephemeral_owner = ephemeral_owner();
    stat.data_length = static_cast<std::int32_t>(data_size());
    stat.num_children = static_cast<std::int32_t>(children.size());
    stat.pzxid = pzxid;
    return stat;
}

bool Node::due_for_removal(WallTime wall) const noexcept {
    if (!children.empty()) return false;
    if (kind == NodeKind::container) return created_children != 0;
    return kind == NodeKind::ttl && wall > mtime && wall - mtime > Milliseconds(owner_or_ttl);
}

void Node::count_created_child(std::int64_t zxid, bool wraps) noexcept {
    if (wraps || created_children < std::numeric_limits<std::int32_t>::max()) {
        created_children =
            static_cast<std::int32_t>(static_cast<std::uint32_t>(created_children) + 1U);
        pzxid = zxid;
    }
}

void Node::reserve_child() {
    if (children.size() == children.capacity()) {
        children.reserve(2 * children.size() + 1);
    }
}

void Node::attach_to(Node& new_parent) noexcept {
    new_parent.children.push_back(this);
    parent = &new_parent;
    place = static_cast<std::uint32_t>(new_parent.children.size() - 1);
}

void Node::detach() noexcept {
    std::vector<Node*>& siblings = parent->children;
    siblings[place] = siblings.back();
    siblings[place]->place = place;
    siblings.pop_back();
}

void Node::trim_children() noexcept {
    // A node that had many children once must not keep their memory. shrink_to_fit() has no effect
    // if there is no memory for the smaller copy.
    constexpr std::size_t worth_while = 64;
    if (children.capacity() > worth_while && children.size() < children.capacity() / 4) {
        children.shrink_to_fit();
    }
}

void Node::reattach() noexcept {
    std::vector<Node*>& siblings = parent->children;
    siblings.push_back(this);
    if (place + 1 < siblings.size()) {
        Node* last = siblings[place];
        siblings[place] = this;
        siblings.back() = last;
        last->place = static_cast<std::uint32_t>(siblings.size() - 1);
    }
}

const Node* next_below(const Node& top, const Node* node) noexcept {
    if (!node->children.empty()) return node->children.front();
    while (node != &top) {
        const std::vector<Node*>& siblings = node->parent->children;
        if (node->place + 1 < siblings.size()) return siblings[node->place + 1];
        node = node->parent;
    }
    return nullptr;
}

}  // namespace kazoo::server
