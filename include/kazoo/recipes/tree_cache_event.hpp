// SPDX-License-Identifier: Apache-2.0
/// What a TreeCache reports.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/node.hpp>

#include <iosfwd>
#include <string>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// The types of events of a TreeCache, with the numbers of kazoo. RESYNCED does not exist there.
enum class TreeEventType {
    NODE_ADDED = 0,    ///< A node was added. Its parent, if it is in the cache, was added before.
    NODE_UPDATED = 1,  ///< The data of a node were set, possibly to the same value.
    NODE_REMOVED = 2,  ///< A node was removed. What was below it was removed before.
    CONNECTION_SUSPENDED = 3,    ///< The connection is lost: the cache may be out of date.
    CONNECTION_RECONNECTED = 4,  ///< Connected again, after one of the other two.
    CONNECTION_LOST = 5,         ///< The session is lost, or the client was stopped.
    INITIALIZED = 6,             ///< Everything has been read for the first time.
    /// After a lost connection or session, or callbacks that were too slow: the cache has been
    /// compared with the server, and all differences have been reported.
    RESYNCED = 7,
};

/// Returns the enumerator's name, such as "NODE_ADDED".
const char* to_string(TreeEventType type) noexcept;
/// Writes to_string().
std::ostream& operator<<(std::ostream& out, TreeEventType type);

/// An event of a TreeCache (kazoo's `TreeEvent`).
class TreeEvent {
public:
    TreeEvent() {}
    /// An event that is not about a node.
    explicit TreeEvent(TreeEventType event_type) : type(event_type) {}
    /// An event about a node.
    TreeEvent(TreeEventType event_type, std::string node_path, NodeData node_data)
        : type(event_type), path(std::move(node_path)), node(std::move(node_data)) {}

    /// What has happened.
    TreeEventType type = TreeEventType::INITIALIZED;
    /// The path of the node; empty unless the event is about a node.
    std::string path;
    /// The node as it is in the cache when the event is delivered; with NODE_REMOVED as it was
    /// before. Empty unless the event is about a node. With TreeCacheOptions::names_only the data
    /// are empty, but not the stat.
    NodeData node;
};

}  // namespace kazoo
KAZOO_API_END
