// SPDX-License-Identifier: Apache-2.0
#include "history/chronicle.hpp"

#include <kazoo/paths.hpp>

#include <algorithm>
#include <iterator>

namespace kazoo::history {

Snapshot& Chronicle::change(const std::string& path, const Write& write) {
    auto& history = nodes_[path];
    if (history.empty()) {
        history.emplace_back();
        history.back().exists = path == "/";
    }
    if (history.back().zxid != write.zxid) {
        history.push_back(Snapshot(history.back()));
    }
    auto& now = history.back();
    now.zxid = write.zxid;
    now.time = write.time;
    return now;
}

void Chronicle::add(const Write& write, std::int64_t owner) {
    zxid_ = write.zxid;
    if (!write.data.empty()) {
        by_data_.emplace(write.data, writes_.size());
    }
    writes_.push_back(write);
    auto& node = change(write.path, write);
    switch (write.kind) {
        case Write::Kind::create:
            node.exists = true;
            node.data = write.data;
            node.czxid = node.mzxid = node.pzxid = write.zxid;
            node.version = 0;
            node.owner = owner;
            node.children.clear();
            break;
        case Write::Kind::set:
            node.data = write.data;
            node.mzxid = write.zxid;
            ++node.version;
            return;
        case Write::Kind::remove:
            node.exists = false;
            break;
    }
    auto& parent = change(std::string(parent_path(write.path)), write);
    const std::string name = write.path.substr(write.path.rfind('/') + 1);
    parent.pzxid = write.zxid;
    if (write.kind == Write::Kind::create) {
        parent.children.insert(name);
    } else {
        parent.children.erase(name);
    }
}

const std::vector<Snapshot>& Chronicle::of(std::string_view path) const {
    static const std::vector<Snapshot> never(1);
    const auto found = nodes_.find(path);
    return found == nodes_.end() ? never : found->second;
}

const Snapshot& Chronicle::of(std::string_view path, std::int64_t zxid) const {
    const auto& history = of(path);
    const auto later = std::partition_point(
        history.begin(), history.end(), [zxid](const Snapshot& node) { return node.zxid <= zxid; }
    );
    return later == history.begin() ? history.front() : *std::prev(later);
}

std::span<const Write> Chronicle::by(std::int64_t zxid) const {
    const auto first = std::partition_point(
        writes_.begin(), writes_.end(), [zxid](const Write& write) { return write.zxid < zxid; }
    );
    const auto last = std::partition_point(first, writes_.end(), [zxid](const Write& write) {
        return write.zxid == zxid;
    });
    return {first, last};
}

std::vector<const Write*> Chronicle::of_data(std::string_view data) const {
    std::vector<const Write*> found;
    const auto [first, last] = by_data_.equal_range(data);
    for (auto at = first; at != last; ++at) {
        found.push_back(&writes_[at->second]);
    }
    return found;
}

}  // namespace kazoo::history
