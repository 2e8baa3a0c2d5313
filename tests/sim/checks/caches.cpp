// SPDX-License-Identifier: Apache-2.0
#include "checks/caches.hpp"

#include <kazoo/paths.hpp>

namespace kazoo::sim {
namespace {

CacheView::Version version_of(const ZnodeStat& stat) {
    return {stat.czxid, stat.mzxid};
}

std::string text_of(const CacheView::Version& version) {
    return "czxid " + std::to_string(version.first) + ", mzxid " + std::to_string(version.second);
}

}  // namespace

std::string CacheCheck::on_server(const std::string& path) const {
    return path == "/" && !chroot_.empty() ? chroot_ : chroot_ + path;
}

void CacheCheck::fail(const CacheView& view, const std::string& path, const std::string& what) {
    verdict_.fail(view.who + ": " + path + " " + what);
}

void CacheCheck::on_event(CacheView& view, const TreeEvent& event) {
    if (view.closed) {
        fail(view, event.path, "is reported after the cache was closed");
    }
    switch (event.type) {
        case TreeEventType::NODE_ADDED:
            return on_added(view, event);
        case TreeEventType::NODE_UPDATED:
            return on_updated(view, event);
        case TreeEventType::NODE_REMOVED:
            return on_removed(view, event);
        case TreeEventType::CONNECTION_LOST:
            return forget_gone(view, view.nodes);
        case TreeEventType::INITIALIZED:
            if (view.initialized) {
                fail(view, view.root, "is initialized twice");
            }
            view.initialized = true;
            return;
        default:
            return;
    }
}

void CacheCheck::forget_gone(
    CacheView& view, const std::map<std::string, CacheView::Version>& nodes
) {
    std::erase_if(view.newest, [&](const auto& known) { return !nodes.contains(known.first); });
}

void CacheCheck::on_added(CacheView& view, const TreeEvent& event) {
    const auto version = version_of(event.node.stat);
    if (!view.nodes.emplace(event.path, version).second) {
        return fail(view, event.path, "was added twice");
    }
    if (event.path != view.root && !view.nodes.contains(std::string(parent_path(event.path)))) {
        return fail(view, event.path, "was added before its parent");
    }
    const auto [before, is_new] = view.newest.emplace(event.path, version);
    // A node is added again if its parent has been replaced.
    if (!is_new && before->second > version) {
        return fail(
            view,
            event.path,
            "was added with " + text_of(version) + " after " + text_of(before->second)
        );
    }
    before->second = version;
    check_node(view, event.path, event.node);
}

void CacheCheck::on_updated(CacheView& view, const TreeEvent& event) {
    const auto known = view.nodes.find(event.path);
    if (known == view.nodes.end()) {
        return fail(view, event.path, "was updated and is not there");
    }
    const auto version = version_of(event.node.stat);
    if (version.first != known->second.first || version.second <= known->second.second) {
        return fail(
            view,
            event.path,
            "was updated to " + text_of(version) + " after " + text_of(known->second)
        );
    }
    known->second = version;
    view.newest[event.path] = version;
    check_node(view, event.path, event.node);
}

void CacheCheck::on_removed(CacheView& view, const TreeEvent& event) {
    const auto known = view.nodes.find(event.path);
    if (known == view.nodes.end()) {
        return fail(view, event.path, "was removed and is not there");
    }
    const auto version = version_of(event.node.stat);
    if (version.first != known->second.first || version.second < known->second.second) {
        fail(
            view,
            event.path,
            "was removed with " + text_of(version) + " after " + text_of(known->second)
        );
    }
    view.nodes.erase(known);
    view.newest[event.path] = version;
    const auto prefix = event.path == "/" ? event.path : event.path + "/";
    const auto below = view.nodes.lower_bound(prefix);
    if (below != view.nodes.end() && below->first.starts_with(prefix)) {
        return fail(view, event.path, "was removed before " + below->first);
    }
    check_node(view, event.path, event.node);
}

void CacheCheck::on_read(
    CacheView& view, const std::string& path, const std::optional<NodeData>& node
) {
    if (!node) {
        return;
    }
    const auto version = version_of(node->stat);
    const auto [before, is_new] = view.newest.emplace(path, version);
    if (!is_new && before->second > version) {
        return fail(
            view, path, "was read with " + text_of(version) + " after " + text_of(before->second)
        );
    }
    before->second = version;
    check_node(view, path, *node);
}

void CacheCheck::check_node(const CacheView& view, const std::string& path, const NodeData& node) {
    const auto& stat = node.stat;
    const auto& state = chronicle_.of(on_server(path), stat.mzxid);
    const bool right = state.exists && state.czxid == stat.czxid && state.mzxid == stat.mzxid &&
                       state.version == stat.version && state.owner == stat.ephemeral_owner &&
                       (view.names_only ? node.data.empty() : node.data == state.data);
    if (!right) {
        fail(view, path, "never was as the cache says: " + text_of(version_of(stat)));
    }
}

void CacheCheck::collect(const std::string& path, std::map<std::string, CacheView::Version>& nodes)
    const {
    const auto& state = chronicle_.of(on_server(path)).back();
    if (!state.exists) {
        return;
    }
    nodes.emplace(path, CacheView::Version(state.czxid, state.mzxid));
    for (const auto& child : state.children) {
        collect(join_path(path, child), nodes);
    }
}

void CacheCheck::check_contents(
    const CacheView& view, const std::map<std::string, CacheView::Version>& nodes
) {
    std::map<std::string, CacheView::Version> wanted;
    collect(view.root, wanted);
    for (const auto& [path, version] : wanted) {
        const auto found = nodes.find(path);
        if (found == nodes.end()) {
            return fail(view, path, "exists, and the cache does not contain it");
        }
        if (found->second != version) {
            return fail(
                view,
                path,
                "has " + text_of(version) + ", and in the cache " + text_of(found->second)
            );
        }
    }
    for (const auto& [path, version] : nodes) {
        if (!wanted.contains(path)) {
            return fail(view, path, "does not exist, and the cache contains it");
        }
    }
}

}  // namespace kazoo::sim
