// SPDX-License-Identifier: Apache-2.0
// What a TreeModel does with replies and events.
#include "recipe/cache/tree_model.hpp"

#include <kazoo/errors.hpp>

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

/// Takes over the fields that describe the children.
void take_children_stat(ZnodeStat& stat, const ZnodeStat& from) noexcept {
    stat.cversion = from.cversion;
    stat.pzxid = from.pzxid;
    stat.num_children = from.num_children;
}

[[noreturn]] void throw_limit(const char* option, std::size_t limit, const std::string& path) {
    throw_error(Error(
        ClientErrc::configuration,
        Outcome::not_applied,
        "TreeCache",
        path,
        std::string("TreeCacheOptions::") + option + " is " + std::to_string(limit) +
            ", and the tree needs more; raise it, or select fewer nodes"
    ));
}

}  // namespace

// Events.

void TreeModel::event(
    EventType type, std::string_view path, std::optional<std::int64_t> zxid, bool selected
) {
    const auto place = store_.find(path);
    if (zxid) {
        last_event_zxid_ = std::max(last_event_zxid_, *zxid);
    }
    if (place.parent != no_slot && (type == EventType::CREATED || type == EventType::DELETED)) {
        note_child_event(place.parent, zxid);
    }
    if (place.node != no_slot) {
        event_of_node(place.node, type, zxid);
        settle();
        return;
    }
    if (place.parent != no_slot && !store_.at(place.parent).known) {
        need(place.parent, read_kind::look);  // the reply under way may not contain the child
        return;
    }
    const bool exists = type == EventType::CREATED || type == EventType::CHANGED;
    if (place.parent == no_slot || !exists || !selected ||
        store_.depth(place.parent) >= rules_.max_depth) {
        return;
    }
    const auto slot = make(place.parent, place.name);
    try {
        store_.add_to_parent(slot);
    } catch (...) {
        store_.free(slot);
        throw;
    }
    need(slot, read_kind::data);
}

void TreeModel::event_of_node(
    SlotId slot, EventType type, const std::optional<std::int64_t>& zxid
) {
    const auto& node = store_.at(slot);
    const auto newer_than = [&](std::int64_t known) { return !zxid || *zxid > known; };
    switch (type) {
        case EventType::CREATED:
            if (!node.known || newer_than(node.stat.czxid)) {
                need(slot, read_kind::data);
            }
            return;
        case EventType::CHANGED:
            if (!node.known || newer_than(node.stat.mzxid)) {
                need(slot, read_kind::data);
            }
            return;
        case EventType::DELETED:
            if (!zxid || !node.known) {
                need(slot, read_kind::data);  // it may have been created again
            } else if (*zxid > node.stat.czxid) {
                remove(slot);
            }
            return;
        case EventType::CHILD:
            if (node.known) {
                need_children(slot, false);
            }
            return;
        case EventType::WATCH_LOST:
            need(slot, read_kind::data);
            if (node.known) {
                need_children(slot, false);
            }
            return;
        case EventType::NONE:
        case EventType::GAP:
            return;
    }
}

/// A child was created or deleted. Events of one watch arrive in the order of their zxids, so that
/// the list of children is complete up to this one; not if the node is still to be compared,
/// because earlier events may be missing then.
void TreeModel::note_child_event(SlotId parent, const std::optional<std::int64_t>& zxid) noexcept {
    auto& node = store_.at(parent);
    const bool complete = node.known && node.listed && !node.reading && node.needs == 0;
    if (zxid && complete && *zxid > node.stat.pzxid) {
        node.stat.pzxid = *zxid;
        node.by_events = true;
    }
}

/// Returns whether the children of a node that were known are those that it has now.
bool TreeModel::same_children(const TreeNode& node, const ZnodeStat& stat) const noexcept {
    if (!node.listed || node.stat.pzxid != stat.pzxid) {
        return false;
    }
    if (node.by_events) {
        // Other events of the last transaction may be missing.
        return node.stat.pzxid < last_event_zxid_;
    }
    return node.stat.cversion == stat.cversion;  // ClickHouse Keeper: pzxid ignores deletions
}

// Replies.

void TreeModel::apply(const TreeRead& read, TreeReply& reply) {
    if (!store_.is(read.node, read.serial)) {
        return;  // the node was removed meanwhile
    }
    auto& node = store_.at(read.node);
    const bool pending = node.pending;
    // A list that a comparison has planned behind the look belongs to it. What events have made
    // necessary meanwhile does not, otherwise a busy node would delay the load.
    const bool looked = (read.kinds & read_kind::look) != 0;
    set_pending(node, pending && looked && (node.needs & read_kind::list) != 0);
    try {
        apply_parts(read, reply, pending);
    } catch (...) {
        if (store_.is(read.node, read.serial)) {
            set_pending(node, pending);
        }
        throw;
    }
    end_read(read.node, read.serial);
    settle();
}

void TreeModel::apply_parts(const TreeRead& read, TreeReply& reply, bool pending) {
    if (reply.absent) {
        return absent(read.node, read, pending);
    }
    if (reply.node) {
        found(read.node, read, *reply.node, pending);
    }
    if (!reply.names || !store_.is(read.node, read.serial)) {
        return;
    }
    auto& node = store_.at(read.node);
    if (reply.list_stat && reply.list_stat->czxid != node.stat.czxid) {
        need(read.node, read_kind::data, pending);  // the node was created again
    } else if (reply.list_stat) {
        take_children_stat(node.stat, *reply.list_stat);
    }
    listed(read.node, *reply.names, pending);
}

void TreeModel::found(SlotId slot, const TreeRead& read, const NodeData& found, bool pending) {
    const auto& node = store_.at(slot);
    const bool looked = (read.kinds & read_kind::look) != 0;
    if (!looked) {
        ++data_read_;
        bytes_read_ += found.data.size();
    }
    if (!node.known) {
        if (looked && !rules_.names_only) {
            need(slot, read_kind::data, pending);
        } else {
            become_known(slot, found, pending);
        }
        return;
    }
    if (found.stat.czxid < node.stat.czxid) {
        return;  // older
    }
    if (found.stat.czxid > node.stat.czxid) {
        if (looked && !rules_.names_only) {
            need(slot, read_kind::data, pending);
        } else {
            create_again(slot, found, pending);
        }
        return;
    }
    compare_node(slot, read, found, pending);
}

/// Compares a known node with what was read of it.
void TreeModel::compare_node(
    SlotId slot, const TreeRead& read, const NodeData& found, bool pending
) {
    auto& node = store_.at(slot);
    const bool looked = (read.kinds & read_kind::look) != 0;
    if (found.stat.mzxid < node.stat.mzxid) {
        return;  // older
    }
    const bool changed = found.stat.mzxid > node.stat.mzxid;
    if (changed && looked && !rules_.names_only) {
        need(slot, read_kind::data, pending);
    } else {
        if (changed) {
            store_data(slot, found);
        }
        const auto before = std::exchange(node.stat, found.stat);
        if (node.listed || node.listing || (node.needs & read_kind::list) != 0) {
            take_children_stat(node.stat, before);  // what the list is known to contain
        }
        if (changed) {
            for (auto* const queue : queues_) {
                queue->updated(slot);
            }
        }
    }
    if (looked && (node.needs & read_kind::list) == 0) {
        const bool same = same_children(node, found.stat);
        take_children_stat(node.stat, found.stat);
        node.by_events = false;
        if (!same) {
            need_children(slot, pending);
        }
    }
}

void TreeModel::listed(SlotId slot, const std::vector<std::string>& names, bool pending) {
    std::vector<SlotId> added;
    std::vector<SlotId> merged;
    try {
        for (const auto& name : names) {
            if (store_.child(slot, name) == no_slot) {
                added.reserve(names.size());
                added.push_back(make(slot, name));
            }
        }
        const auto& children = store_.at(slot).children;
        merged.reserve(added.size() + (children ? children->size() : 0));
        if (!added.empty() && !children) {
            store_.at(slot).children = std::make_unique<std::vector<SlotId>>();
        }
    } catch (...) {
        for (const auto unused : added) {
            store_.free(unused);
        }
        throw;
    }
    merge(slot, added, std::move(merged));
    store_.at(slot).listed = true;
    for (const auto child : added) {
        need(child, read_kind::data, pending);
    }
    check_missing(slot, names);
}

/// Adds nodes to the children. `merged`: empty, with room for all.
void TreeModel::merge(
    SlotId slot, const std::vector<SlotId>& added, std::vector<SlotId> merged
) noexcept {
    if (added.empty()) {
        return;
    }
    auto& children = *store_.at(slot).children;
    const auto by_name = [this](SlotId a, SlotId b) {
        return store_.at(a).name() < store_.at(b).name();
    };
    std::merge(
        children.begin(),
        children.end(),
        added.begin(),
        added.end(),
        std::back_inserter(merged),
        by_name
    );
    children.swap(merged);
}

/// Removes children that are not in a list, if they were created before it; others are read.
void TreeModel::check_missing(SlotId slot, const std::vector<std::string>& names) noexcept {
    auto& parent = store_.at(slot);
    if (!parent.children) {
        return;
    }
    auto& children = *parent.children;
    auto listed = names.begin();
    std::size_t kept = 0;
    for (const auto child : children) {  // kept ones move to the front, so that each moves once
        const auto& node = store_.at(child);
        while (listed != names.end() && *listed < node.name()) {
            ++listed;
        }
        const bool missing = listed == names.end() || *listed != node.name();
        const bool busy = node.reading || node.needs != 0;  // it may have been created again
        if (missing && !busy && node.known && node.stat.czxid <= parent.stat.pzxid) {
            remove_below(child);
            retire(child);
            continue;
        }
        if (missing) {
            need(child, read_kind::data);
        }
        children[kept++] = child;
    }
    children.resize(kept);
    if (kept == 0) {
        parent.children = nullptr;
    }
}

void TreeModel::absent(SlotId slot, const TreeRead& read, bool pending) {
    const bool looked = (read.kinds & read_kind::look) != 0;
    const bool is_root = slot == store_.root();
    if (store_.at(slot).needs != 0) {
        // It may have been created again since. One read finds that out, whatever was needed.
        store_.at(slot).needs = 0;
        return need(slot, read_kind::data, pending);
    }
    if (!is_root || store_.at(slot).known) {
        remove(slot);
    }
    if (is_root && watching_ == Watching::by_node && !looked) {
        need(store_.root(), read_kind::look, pending);  // sets a watch for its creation
    }
}

// Nodes.

void TreeModel::check_limits(std::size_t more_nodes, std::size_t more_bytes) const {
    if (store_.used() + more_nodes > rules_.max_nodes) {
        throw_limit("max_nodes", rules_.max_nodes, store_.root_path());
    }
    if (store_.bytes() + more_bytes > rules_.max_bytes) {
        throw_limit("max_bytes", rules_.max_bytes, store_.root_path());
    }
}

/// Returns a node that is not part of the tree yet. `replaces`: it takes the place of another one.
SlotId TreeModel::make(SlotId parent, std::string_view name, bool replaces) {
    check_limits(replaces ? 0 : 1, replaces ? 0 : sizeof(TreeNode) + name.size());
    const auto slot = store_.make(parent, name);
    try {
        work_.reserve(store_.slots());
        for (auto* const queue : queues_) {
            queue->reserve(store_.slots());
        }
    } catch (...) {
        store_.free(slot);
        throw;
    }
    return slot;
}

/// Throws, and has then changed nothing.
void TreeModel::store_data(SlotId slot, const NodeData& found) {
    if (rules_.names_only) {
        return;
    }
    auto& node = store_.at(slot);
    if (found.data.size() != node.data_size || found.data != node.data()) {
        check_limits(0, found.data.size());
        store_.set_data(slot, found.data);
    }
    node.null_data = found.null_data;
}

void TreeModel::become_known(SlotId slot, const NodeData& found, bool pending) {
    store_data(slot, found);
    auto& node = store_.at(slot);
    node.stat = found.stat;
    node.known = true;
    node.listed = found.stat.num_children == 0 && watching_ == Watching::recursively;
    ++known_;
    for (auto* const queue : queues_) {
        queue->added(slot);
    }
    if (!node.listed) {
        need_children(slot, pending);
    }
}

/// The node was deleted and created again.
void TreeModel::create_again(SlotId slot, const NodeData& found, bool pending) {
    const auto& old = store_.at(slot);
    auto needs = old.needs;
    if (old.children) {
        needs |= read_kind::look;  // some may belong to the new node, and be newer than this read
    }
    const auto fresh = make(old.parent, old.name(), true);
    try {
        store_data(fresh, found);
    } catch (...) {
        store_.free(fresh);
        throw;
    }
    remove_below(slot);
    store_.replace(slot, fresh);
    retire(slot);
    become_known(fresh, found, pending);
    need(fresh, needs, pending);
}

/// Removes a node with everything below it. Throws only for the root, in whose place another one
/// waits to be created.
void TreeModel::remove(SlotId slot) {
    const bool is_root = slot == store_.root();
    const auto fresh = is_root ? make(no_slot, {}, true) : no_slot;
    remove_below(slot);
    if (is_root) {
        store_.replace(slot, fresh);
    } else {
        store_.remove_from_parent(slot);
    }
    retire(slot);
}

/// Removes everything below a node, children before their parents.
void TreeModel::remove_below(SlotId slot) noexcept {
    for (auto at = slot;;) {
        const auto child = store_.last_child(at);
        if (child != no_slot) {
            at = child;
            continue;
        }
        if (at == slot) {
            return;
        }
        const auto parent = store_.at(at).parent;
        store_.remove_from_parent(at);
        retire(at);
        at = parent;
    }
}

/// Ends a node that is not part of the tree any more: it is reported, and kept until then.
void TreeModel::retire(SlotId slot) noexcept {
    auto& node = store_.at(slot);
    assert(!node.children);
    work_.erase(slot);
    set_pending(node, false);
    node.serial = 0;  // replies for it are ignored
    if (node.known) {
        node.known = false;
        --known_;
        for (auto* const queue : queues_) {
            node.holders += queue->removed(slot) ? 1 : 0;
        }
    }
    if (node.holders == 0) {
        store_.free(slot);
    }
}

}  // namespace kazoo::detail::recipe
