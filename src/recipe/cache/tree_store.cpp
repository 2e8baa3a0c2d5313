// SPDX-License-Identifier: Apache-2.0
#include "recipe/cache/tree_store.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace kazoo::detail::recipe {

TreeStore::TreeStore(std::string root_path) : root_path_(std::move(root_path)) {
    root_ = make(no_slot, {});
}

SlotId TreeStore::make(SlotId parent, std::string_view name) {
    auto text = std::make_unique<char[]>(name.size());
    std::copy(name.begin(), name.end(), text.get());
    SlotId slot = no_slot;
    if (free_.empty()) {
        if (free_.capacity() <= nodes_.size()) {
            free_.reserve(std::max<std::size_t>(16, 2 * nodes_.size()));
        }
        slot = static_cast<SlotId>(nodes_.size());
        nodes_.emplace_back();
    } else {
        slot = free_.back();
        free_.pop_back();
    }
    auto& node = nodes_[slot];
    node = TreeNode();
    node.text = std::move(text);
    node.name_size = static_cast<std::uint32_t>(name.size());
    node.parent = parent;
    node.serial = ++last_serial_;
    text_bytes_ += name.size();
    return slot;
}

void TreeStore::add_to_parent(SlotId slot) {
    auto& parent = nodes_[nodes_[slot].parent];
    if (!parent.children) {
        auto alone = std::make_unique<std::vector<SlotId>>(1, slot);
        parent.children = std::move(alone);
        return;
    }
    auto& children = *parent.children;
    const auto name = nodes_[slot].name();
    // Names often come in order.
    const bool last = nodes_[children.back()].name() < name;
    children.insert(last ? children.end() : lower_bound(children, name), slot);
}

void TreeStore::remove_from_parent(SlotId slot) noexcept {
    auto& parent = nodes_[nodes_[slot].parent];
    auto& children = *parent.children;
    if (children.back() == slot) {
        children.pop_back();
    } else {
        const auto place = lower_bound(children, nodes_[slot].name());
        assert(*place == slot);
        children.erase(place);
    }
    if (children.empty()) {
        parent.children = nullptr;
    }
}

void TreeStore::replace(SlotId old, SlotId slot) noexcept {
    if (old == root_) {
        root_ = slot;
        return;
    }
    auto& children = *nodes_[nodes_[old].parent].children;
    const auto place = lower_bound(children, nodes_[old].name());
    assert(*place == old);
    *place = slot;
}

void TreeStore::free(SlotId slot) noexcept {
    auto& node = nodes_[slot];
    assert(!node.children);
    text_bytes_ -= std::size_t{node.name_size} + node.data_size;
    node = TreeNode();
    free_.push_back(slot);  // does not allocate: see make()
}

void TreeStore::set_data(SlotId slot, std::string_view data) {
    auto& node = nodes_[slot];
    auto text = std::make_unique<char[]>(node.name_size + data.size());
    std::copy_n(node.text.get(), node.name_size, text.get());
    std::copy(data.begin(), data.end(), text.get() + node.name_size);
    text_bytes_ += data.size() - node.data_size;
    node.text = std::move(text);
    node.data_size = static_cast<std::uint32_t>(data.size());
}

std::vector<SlotId>::iterator TreeStore::lower_bound(
    std::vector<SlotId>& children, std::string_view name
) const noexcept {
    return std::lower_bound(
        children.begin(),
        children.end(),
        name,
        [this](SlotId child, std::string_view wanted) { return nodes_[child].name() < wanted; }
    );
}

SlotId TreeStore::child(SlotId parent, std::string_view name) const noexcept {
    auto* const children = nodes_[parent].children.get();
    if (children == nullptr) {
        return no_slot;
    }
    const auto place = lower_bound(*children, name);
    const bool found = place != children->end() && nodes_[*place].name() == name;
    return found ? *place : no_slot;
}

SlotId TreeStore::last_child(SlotId slot) const noexcept {
    const auto& children = nodes_[slot].children;
    return children ? children->back() : no_slot;
}

SlotId TreeStore::following(SlotId slot) const noexcept {
    if (nodes_[slot].children) {
        return nodes_[slot].children->front();
    }
    for (; nodes_[slot].parent != no_slot; slot = nodes_[slot].parent) {
        auto& siblings = *nodes_[nodes_[slot].parent].children;
        const auto next = lower_bound(siblings, nodes_[slot].name()) + 1;
        if (next != siblings.end()) {
            return *next;
        }
    }
    return no_slot;
}

std::string TreeStore::path(SlotId slot) const {
    std::size_t size = 0;
    for (auto at = slot; nodes_[at].parent != no_slot; at = nodes_[at].parent) {
        size += nodes_[at].name_size + 1;
    }
    if (size == 0) {
        return root_path_;
    }
    const auto base = root_path_ == "/" ? std::size_t{0} : root_path_.size();
    std::string path(base + size, '/');
    std::copy_n(root_path_.begin(), base, path.begin());
    auto end = path.size();
    for (auto at = slot; nodes_[at].parent != no_slot; at = nodes_[at].parent) {
        const auto name = nodes_[at].name();
        end -= name.size();
        std::copy(name.begin(), name.end(), path.begin() + static_cast<std::ptrdiff_t>(end));
        --end;  // the slash
    }
    return path;
}

std::size_t TreeStore::depth(SlotId slot) const noexcept {
    std::size_t depth = 0;
    for (auto at = slot; nodes_[at].parent != no_slot; at = nodes_[at].parent) {
        ++depth;
    }
    return depth;
}

bool TreeStore::covers(std::string_view path) const noexcept {
    if (root_path_ == "/") {
        return path.starts_with('/');
    }
    return path.starts_with(root_path_) &&
           (path.size() == root_path_.size() || path[root_path_.size()] == '/');
}

TreeStore::Place TreeStore::find(std::string_view path) const noexcept {
    Place place;
    if (!covers(path)) {
        return place;
    }
    path.remove_prefix(root_path_ == "/" ? 0 : root_path_.size());
    place.node = root_;
    while (path.size() > 1) {
        if (place.node == no_slot) {
            return {};  // an ancestor is missing
        }
        path.remove_prefix(1);
        const auto end = std::min(path.find('/'), path.size());
        place.parent = place.node;
        place.name = path.substr(0, end);
        place.node = child(place.parent, place.name);
        path.remove_prefix(end);
    }
    return place;
}

}  // namespace kazoo::detail::recipe
