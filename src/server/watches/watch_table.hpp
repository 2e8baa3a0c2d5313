// SPDX-License-Identifier: Apache-2.0
// The watches of one server.

#pragma once

#include "server/rules/profile.hpp"
#include "server/tree/transaction.hpp"
#include "server/watches/path_watches.hpp"

#include <kazoo/paths.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// Watcher types of checkWatches and removeWatches, with their numbers in the protocol.
enum class WatcherType : std::int32_t {
    children = 1,
    data = 2,
    any = 3,
    persistent = 4,
    recursive = 5
};
/// Event types of a WatcherEvent, with their numbers in the protocol.
enum class WatchEvent : std::int32_t {
    created = 1,
    deleted = 2,
    data_changed = 3,
    children_changed = 4
};

/// The watches of all connections of one server. As in Apache's server there are two tables: data
/// watches (exists, getData) and child watches (getChildren); a persistent watch is in both. Paths
/// are not validated. Not thread-safe.
class WatchTable {
public:
    explicit WatchTable(const Profile& profile);

    void add_data(ConnectionId connection, std::string_view path);             // exists, get_data
    void add_child(ConnectionId connection, std::string_view path);            // get_children
    void add(ConnectionId connection, std::string_view path, WatchMode mode);  // add_watch
    // These return whether there is a watch of this type; false for the types 4 and 5 before 3.9.

    [[nodiscard]] bool contains(ConnectionId connection, std::string_view path, WatcherType type)
        const;
    bool remove(ConnectionId connection, std::string_view path, WatcherType type);
    void remove_all(ConnectionId connection);

    /// Fires the watches of a change: calls `notify(connection, event, path)` for each event, in
    /// the order of Apache's server, and for each connection once, by ascending id. Where the
    /// profile filters events, connections without READ permission (`may_read(connection, acl)`)
    /// are left out; their standard watches are removed all the same.
    ///
    /// Both callbacks may change the table. A connection that they remove may still get the current
    /// event, but no later one.
    template <typename Notify, typename MayRead>
    void trigger(const Change& change, Notify&& notify, MayRead&& may_read);

    /// Number of watches; each is a pair of connection and path in one table, whatever its modes.
    [[nodiscard]] std::size_t count() const noexcept { return data_.count() + child_.count(); }
    /// For wchs, wchc and wchp, which list data watches only.
    [[nodiscard]] const PathWatches& data() const noexcept { return data_; }

private:
    using Connections = std::vector<ConnectionId>;

    /// Takes the child watches of a deleted node and returns their connections, except those in
    /// `but`, which have received the event by a data watch.
    void take_child_except(std::string_view path, const Connections& but, Connections& watchers);

    struct Modes {
        WatchModes data = 0;
        WatchModes child = 0;
    };
    [[nodiscard]] Modes modes_of(WatcherType type) const noexcept;

    bool modes_coexist_;  // Profile::watch_modes_coexist
    bool filters_;        // Profile::checks_read_for_events
    PathWatches data_;
    PathWatches child_;
};

template <typename Notify, typename MayRead>
void WatchTable::trigger(const Change& change, Notify&& notify, MayRead&& may_read) {
    if (count() == 0) return;
    const auto notify_all = [&](const Connections& watchers,
                                WatchEvent event,
                                std::string_view path,
                                const std::shared_ptr<const AclList>& acl) {
        for (const auto connection : watchers) {
            if (!filters_ || !acl || may_read(connection, *acl)) notify(connection, event, path);
        }
    };
    const auto event = static_cast<WatchEvent>(change.type);
    Connections watchers;
    data_.take(change.path, watchers);
    notify_all(watchers, event, change.path, change.acl);
    if (change.type == ChangeType::data_changed) return;
    if (change.type == ChangeType::deleted) {
        Connections others;
        take_child_except(change.path, watchers, others);
        notify_all(others, event, change.path, change.acl);
    }
    const auto parent = parent_path(change.path);
    child_.take_exact(parent, watchers);
    notify_all(watchers, WatchEvent::children_changed, parent, change.parent_acl);
}

}  // namespace kazoo::server
