// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/cache/tree_model.hpp"

#include <kazoo/paths.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kazoo::detail::recipe {

/// The tree of a server, as a map, with the events of its changes.
class FakeTree {
public:
    struct Node {
        ZnodeStat stat;
        std::string data;
    };

    /// Each change appends its events.
    std::vector<WatchedEvent> events;
    /// Whether events have zxids, as those of servers from 3.9 on do.
    bool with_zxids = true;
    /// One-shot watches, as with servers before 3.6, instead of a recursive one.
    bool by_node = false;
    std::set<std::string> data_watches;
    std::set<std::string> child_watches;

    [[nodiscard]] const std::map<std::string, Node>& nodes() const { return nodes_; }
    [[nodiscard]] std::int64_t zxid() const { return zxid_; }
    [[nodiscard]] bool exists(const std::string& path) const { return nodes_.contains(path); }

    bool create(const std::string& path, std::string data = "") {
        const auto parent = std::string(parent_path(path));
        if (exists(path) || (parent != "/" && !exists(parent))) return false;
        auto& node = nodes_[path];
        node.stat.czxid = node.stat.mzxid = node.stat.pzxid = ++zxid_;
        node.stat.data_length = static_cast<std::int32_t>(data.size());
        node.data = std::move(data);
        child_changed(parent, 1);
        fire(EventType::CREATED, path, data_watches);
        fire_child(parent);
        return true;
    }
    bool set(const std::string& path, std::string data) {
        if (!exists(path)) return false;
        auto& node = nodes_[path];
        node.stat.mzxid = ++zxid_;
        ++node.stat.version;
        node.stat.data_length = static_cast<std::int32_t>(data.size());
        node.data = std::move(data);
        fire(EventType::CHANGED, path, data_watches);
        return true;
    }
    bool remove(const std::string& path) {
        if (!exists(path) || nodes_[path].stat.num_children != 0) return false;
        nodes_.erase(path);
        ++zxid_;
        const auto parent = std::string(parent_path(path));
        child_changed(parent, -1);
        if (by_node && child_watches.erase(path) > 0) data_watches.insert(path);
        fire(EventType::DELETED, path, data_watches);
        fire_child(parent);
        return true;
    }

    /// Executes a read.
    TreeReply read(const TreeRead& read) {
        TreeReply reply;
        const auto found = nodes_.find(read.path);
        reply.absent = found == nodes_.end();
        const bool looks = (read.kinds & read_kind::look) != 0;
        if (by_node && (looks || (!reply.absent && (read.kinds & read_kind::data) != 0))) {
            data_watches.insert(read.path);
        }
        if (reply.absent) return reply;
        const auto& node = found->second;
        if ((read.kinds & (read_kind::look | read_kind::data)) != 0) {
            reply.node.emplace();
            reply.node->stat = node.stat;
            if (!looks) reply.node->data = node.data;
        }
        if ((read.kinds & read_kind::list) != 0) {
            if (by_node) child_watches.insert(read.path);
            reply.names.emplace();
            for (const auto& [path, child] : nodes_) {
                if (path != "/" && parent_path(path) == read.path) {
                    reply.names->emplace_back(node_name(path));
                }
            }
            if (by_node) reply.list_stat = node.stat;
        }
        return reply;
    }

private:
    void child_changed(const std::string& parent, int difference) {
        const auto found = nodes_.find(parent);
        if (found == nodes_.end()) return;
        found->second.stat.num_children += difference;
        ++found->second.stat.cversion;
        found->second.stat.pzxid = zxid_;
    }
    void fire(EventType type, const std::string& path, std::set<std::string>& watches) {
        if (by_node && watches.erase(path) == 0) return;
        events.emplace_back(
            type, KeeperState::CONNECTED, path, with_zxids ? std::optional(zxid_) : std::nullopt
        );
    }
    void fire_child(const std::string& parent) {
        if (by_node) fire(EventType::CHILD, parent, child_watches);
    }

    std::map<std::string, Node> nodes_;
    std::int64_t zxid_ = 100;
};

/// Carries out everything that a model wants to read. Returns the number of reads.
inline std::size_t read_all(TreeModel& model, FakeTree& tree) {
    std::size_t reads = 0;
    for (auto batch = model.next_batch(); !batch.empty(); batch = model.next_batch()) {
        for (const auto& read : batch) {
            auto reply = tree.read(read);
            model.apply(read, reply);
            ++reads;
        }
    }
    return reads;
}

/// Passes all events to the model.
inline void pass_events(TreeModel& model, FakeTree& tree) {
    for (const auto& event : tree.events) {
        model.event(event.type, *event.path, event.zxid, true);
    }
    tree.events.clear();
}

/// Returns the events that wait in a queue, as text: "+/a +/a/b ~/a -/a/b initialized".
inline std::string drain(TreeModel& model, ChangeQueue& queue) {
    constexpr const char* notes[] = {"suspended", "reconnected", "lost", "initialized", "resynced"};
    std::string text;
    while (const auto change = queue.front()) {
        if (!text.empty()) text += ' ';
        if (change->kind == ChangeQueue::Kind::note) {
            text += notes[static_cast<std::size_t>(change->note)];
        } else {
            constexpr const char* signs[] = {"", "+", "~", "-"};
            text += signs[static_cast<std::size_t>(change->kind)];
            text += model.store().path(change->node);
        }
        model.pop(queue);
    }
    return text;
}

inline TreeRules any_size() {
    return {1'000'000, std::size_t{1} << 30, 1'000, false};
}

}  // namespace kazoo::detail::recipe
