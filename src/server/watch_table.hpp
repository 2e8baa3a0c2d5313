#pragma once

#include "server/path_watches.hpp"
#include "server/profile.hpp"
#include "server/transaction.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// The numbers of checkWatches and removeWatches.
enum class WatcherType : std::int32_t {
    children = 1,
    data = 2,
    any = 3,
    persistent = 4,
    recursive = 5
};
/// The numbers of a WatcherEvent.
enum class WatchEvent : std::int32_t {
    created = 1,
    deleted = 2,
    data_changed = 3,
    children_changed = 4
};

/// The watches of the connections of one server, in its two tables, data and child. A path is any
/// text: whether it makes sense is not asked.
class WatchTable {
public:
    explicit WatchTable(const Profile& profile);

    void add_data(ConnectionId connection, std::string_view path);             // exists, get_data
    void add_child(ConnectionId connection, std::string_view path);            // get_children
    void add(ConnectionId connection, std::string_view path, WatchMode mode);  // add_watch
    /// Whether there was one of that type; types 4 and 5 of servers that do not know them never.
    [[nodiscard]] bool contains(ConnectionId connection, std::string_view path, WatcherType type)
        const;
    bool remove(ConnectionId connection, std::string_view path, WatcherType type);
    void remove_all(ConnectionId connection);

    /// Calls `tell(connection, event, path)` for every event of the change, in ZooKeeper's order,
    /// at most once per event and connection, and in the order of their numbers among connections.
    /// `may_read(connection, acl)` filters where the profile does so: a filtered event uses the
    /// watch up all the same.
    ///
    /// Both may change the table; a connection that is removed by then may still be told of the
    /// event that is being told, but of no later one.
    template <typename Tell, typename MayRead>
    void trigger(const Change& change, Tell&& tell, MayRead&& may_read);

    // A watch is a pair of connection and path in one table, whatever its modes.
    [[nodiscard]] std::size_t count() const noexcept { return data_.count() + child_.count(); }
    /// For wchs, wchc, wchp.
    [[nodiscard]] const PathWatches& data() const noexcept { return data_; }

private:
    using Connections = std::vector<ConnectionId>;

    /// The child table's watchers of a node that is deleted, but those.
    void take_child_except(std::string_view path, const Connections& but, Connections& watchers);

    struct Modes {
        WatchModes data = 0;
        WatchModes child = 0;
    };
    [[nodiscard]] Modes modes_of(WatcherType type) const noexcept;

    bool modes_coexist_;
    bool filters_;
    PathWatches data_;
    PathWatches child_;
};

template <typename Tell, typename MayRead>
void WatchTable::trigger(const Change& change, Tell&& tell, MayRead&& may_read) {
    if (count() == 0) return;
    const auto tell_all = [&](const Connections& watchers,
                              WatchEvent event,
                              std::string_view path,
                              const std::shared_ptr<const AclList>& acl) {
        for (const auto connection : watchers) {
            if (!filters_ || !acl || may_read(connection, *acl)) tell(connection, event, path);
        }
    };
    const auto event = static_cast<WatchEvent>(change.type);
    Connections watchers;
    data_.take(change.path, watchers);
    tell_all(watchers, event, change.path, change.acl);
    if (change.type == ChangeType::data_changed) return;
    if (change.type == ChangeType::deleted) {
        Connections others;
        take_child_except(change.path, watchers, others);
        tell_all(others, event, change.path, change.acl);
    }
    const auto parent = parent_path(change.path);
    child_.take_exact(parent, watchers);
    tell_all(watchers, WatchEvent::children_changed, parent, change.parent_acl);
}

}  // namespace kazoo::server
