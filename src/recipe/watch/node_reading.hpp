// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/node.hpp>
#include <kazoo/stat.hpp>
#include <kazoo/state.hpp>

#include <optional>
#include <string>
#include <vector>

namespace kazoo::detail::recipe {

/// What a read of a node has found: data or children, depending on the kind of watch.
class Reading {
public:
    Reading() {}
    explicit Reading(NodeData node)
        : stat(node.stat), data(std::move(node.data)), null_data(node.null_data) {}
    /// Sorts the children.
    explicit Reading(ChildrenAndStat node);

    std::optional<ZnodeStat> stat;  ///< nothing: the node does not exist
    std::string data;
    bool null_data = false;
    std::vector<std::string> children;  ///< sorted
};

/// What a watch reports.
class Change {
public:
    Change() {}
    Reading now;
    std::vector<std::string> added;
    std::vector<std::string> removed;
    std::optional<WatchedEvent> event;
};

/// What a watch remembers of its last report, to compare it with the next reading.
class LastReport {
public:
    /// Returns whether there is no last report, or data was set, or the node was created or
    /// deleted since.
    [[nodiscard]] bool data_differs(const Reading& now) const noexcept;
    /// The same for children: whether one was created or deleted, also if the names are the same.
    [[nodiscard]] bool children_differ(const Reading& now) const noexcept;
    /// The same for a node that is found among others, and whose name is the only child: whether it
    /// is another one, its data was set, or there is none any more.
    [[nodiscard]] bool found_differs(const Reading& now) const noexcept;

    /// Returns the report of `now`, with the difference to the last one. Throws std::bad_alloc.
    [[nodiscard]] Change change_to(Reading now) const;
    /// Remembers a report. Throws std::bad_alloc, and has then changed nothing.
    void remember(const Reading& reported);

private:
    [[nodiscard]] bool same_node(const Reading& now) const noexcept;

    bool any_ = false;
    std::optional<ZnodeStat> stat_;
    std::vector<std::string> children_;
};

}  // namespace kazoo::detail::recipe
