// SPDX-License-Identifier: Apache-2.0
// One table of watches, of which WatchTable has two.

#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::server {

using ConnectionId = std::uint64_t;

enum class WatchMode : std::uint8_t { standard = 1, persistent = 2, recursive = 4 };

/// A set of modes, as bits.
using WatchModes = std::uint8_t;
inline constexpr WatchModes all_watch_modes = 7;

/// One table of watches: for each pair of connection and path, the modes of the watch. Adding and
/// removing a watch takes constant time, however many there are on its path or its connection. Not
/// thread-safe. Paths are not validated.
class PathWatches {
public:
    /// If modes do not coexist (before 3.9), a mode that is added replaces those that the
    /// connection has on the path.
    explicit PathWatches(bool modes_coexist) : modes_coexist_(modes_coexist) {}

    void add(ConnectionId connection, std::string_view path, WatchMode mode);
    /// Returns the modes of a watch; none if there is no watch.
    [[nodiscard]] WatchModes modes(ConnectionId connection, std::string_view path) const;
    /// Removes these modes of a watch. Returns whether it had any of them.
    bool remove(ConnectionId connection, std::string_view path, WatchModes modes);
    void remove_all(ConnectionId connection);

    /// Sets `watchers` to the connections that watch the path or, recursively, a path above it;
    /// sorted, without duplicates. Removes the standard watches of the path, which fire once.
    void take(std::string_view path, std::vector<ConnectionId>& watchers);
    /// Like `take`, without recursive watches.
    void take_exact(std::string_view path, std::vector<ConnectionId>& watchers);

    /// Number of watches; each is a pair of connection and path, whatever its modes.
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] std::size_t path_count() const noexcept { return paths_.size(); }
    /// As in Apache's server, includes connections whose watches have all fired.
    [[nodiscard]] std::size_t connection_count() const noexcept { return connections_.size(); }

    // Sorted. The views are valid until the next change.
    using ByPath = std::vector<std::pair<std::string_view, std::vector<ConnectionId>>>;
    using ByConnection = std::vector<std::pair<ConnectionId, std::vector<std::string_view>>>;
    [[nodiscard]] ByPath by_path() const;
    [[nodiscard]] ByConnection by_connection() const;

private:
    struct Connection;
    // Recursive watchers are in a list of their own, so that a change below scans only them.
    enum List : std::size_t { exact, recursive, lists };

    struct Path {
        std::string name;  // constant: paths_ hashes it
        std::array<std::vector<Connection*>, lists> watchers;
    };
    struct Watch {
        WatchModes modes = 0;
        std::array<std::uint32_t, lists>
            places{};  // index in each list of the path that holds the connection
    };
    struct Connection {
        ConnectionId id = 0;
        boost::unordered_flat_map<Path*, Watch> watches;
    };

    struct PathHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const noexcept {
            return std::hash<std::string_view>{}(name);
        }
        std::size_t operator()(const std::unique_ptr<Path>& path) const noexcept {
            return (*this)(path->name);
        }
    };
    struct PathEqual {
        using is_transparent = void;
        static std::string_view name(std::string_view path) noexcept { return path; }
        static std::string_view name(const std::unique_ptr<Path>& path) noexcept {
            return path->name;
        }
        bool operator()(const auto& left, const auto& right) const noexcept {
            return name(left) == name(right);
        }
    };

    [[nodiscard]] Path* find(std::string_view path) const;
    /// These two add a watcher to a list of the path and remove it, in constant time.
    void join(Connection& connection, Path& path, Watch& watch, List list);
    void leave(Connection& connection, Path& path, Watch& watch, List list);
    /// Changes the modes of a watch and updates the lists. Does not erase a watch without modes.
    void set_modes(Connection& connection, Path& path, Watch& watch, WatchModes modes);
    /// Removes the standard mode from all watches of the path. May destroy `path`.
    void remove_standard_watches(Path& path);
    void remove_if_unwatched(Path& path);
    void add_recursive_above(std::string_view path, std::vector<ConnectionId>& watchers) const;

    // Invariants: a connection is in `exact` of a path if its watch has the mode standard or
    // persistent, and in `recursive` if it has the mode recursive. A Watch has at least one mode,
    // and a Path at least one watcher; the addresses of Path and Connection are stable.
    bool modes_coexist_;
    std::size_t count_ = 0;              // of all Connection::watches
    std::size_t recursive_count_ = 0;    // of all recursive lists
    std::size_t longest_recursive_ = 0;  // upper bound of the lengths of recursively watched paths
    boost::unordered_flat_set<std::unique_ptr<Path>, PathHash, PathEqual> paths_;
    boost::unordered_flat_map<ConnectionId, std::unique_ptr<Connection>> connections_;
};

}  // namespace kazoo::server
