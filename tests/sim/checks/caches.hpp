// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/recipe_check.hpp"
#include "history/verdict.hpp"

#include <kazoo/node.hpp>
#include <kazoo/recipes/tree_cache_event.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace kazoo::sim {

/// What the listener, a stream or the reader of a TreeCache has seen. Paths are those of the
/// client.
class CacheView {
public:
    /// czxid and mzxid, which rise.
    using Version = std::pair<std::int64_t, std::int64_t>;

    CacheView() {}

    std::string who;         ///< for messages
    std::string root = "/";  ///< of the cache
    bool names_only = false;
    bool closed = false;  ///< nothing may be reported any more
    bool initialized = false;
    std::map<std::string, Version> nodes;   ///< those that exist
    std::map<std::string, Version> newest;  ///< also those that are gone
};

/// Compares the events and the contents of TreeCaches with the nodes that the servers have: each
/// event shows a node as it was at some moment, a node never goes back, additions and removals
/// alternate, a node is added behind its parent and removed before it, and after a while without
/// changes the copy is right.
class CacheCheck final : public RecipeCheck {
public:
    /// `chroot`: of all clients; empty if they have none.
    CacheCheck(Verdict& verdict, const Chronicle& chronicle, std::string chroot)
        : verdict_(verdict), chronicle_(chronicle), chroot_(std::move(chroot)) {}

    /// Caches change nothing.
    [[nodiscard]] bool covers(std::string_view) const override { return false; }
    void at_end() override {}

    void on_event(CacheView& view, const TreeEvent& event);
    /// The session has ended, and that server may lag to which the next one is connected: nodes may
    /// appear again that were removed, which are those that are not among `nodes`.
    static void forget_gone(
        CacheView& view, const std::map<std::string, CacheView::Version>& nodes
    );
    /// The cache returned a node, or that there is none.
    void on_read(CacheView& view, const std::string& path, const std::optional<NodeData>& node);
    /// Long after the last change: `nodes` are what the cache or the view contains.
    void check_contents(
        const CacheView& view, const std::map<std::string, CacheView::Version>& nodes
    );

private:
    void on_added(CacheView& view, const TreeEvent& event);
    void on_updated(CacheView& view, const TreeEvent& event);
    void on_removed(CacheView& view, const TreeEvent& event);
    void check_node(const CacheView& view, const std::string& path, const NodeData& node);
    void collect(const std::string& path, std::map<std::string, CacheView::Version>& nodes) const;
    [[nodiscard]] std::string on_server(const std::string& path) const;
    void fail(const CacheView& view, const std::string& path, const std::string& what);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    const std::string chroot_;
};

}  // namespace kazoo::sim
