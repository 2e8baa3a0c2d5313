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

/// A set of modes.
using WatchModes = std::uint8_t;
inline constexpr WatchModes all_watch_modes = 7;

/// One table of watches: in which modes which connections watch which paths. Adding and removing
/// one watch takes constant time, however many there are on its path and its connection.
class PathWatches {
public:
    /// If modes do not coexist, the last one added on a path replaces the others.
    explicit PathWatches(bool modes_coexist) : modes_coexist_(modes_coexist) {}

    void add(ConnectionId connection, std::string_view path, WatchMode mode);
    [[nodiscard]] WatchModes modes(ConnectionId connection, std::string_view path) const;
    /// Whether there was one in any of these modes.
    bool remove(ConnectionId connection, std::string_view path, WatchModes modes);
    void remove_all(ConnectionId connection);

    /// Who watches the path, or as a recursive watcher one above it; in order, each once. Their
    /// standard watches of the path are used up.
    void take(std::string_view path, std::vector<ConnectionId>& watchers);
    /// The same without recursive watchers.
    void take_exact(std::string_view path, std::vector<ConnectionId>& watchers);

    /// A watch is a pair of connection and path here, whatever its modes.
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] std::size_t path_count() const noexcept { return paths_.size(); }
    /// As ZooKeeper counts: also those all of whose watches are used up.
    [[nodiscard]] std::size_t connection_count() const noexcept { return connections_.size(); }

    // In order. The views last until the next change.
    using ByPath = std::vector<std::pair<std::string_view, std::vector<ConnectionId>>>;
    using ByConnection = std::vector<std::pair<ConnectionId, std::vector<std::string_view>>>;
    [[nodiscard]] ByPath by_path() const;
    [[nodiscard]] ByConnection by_connection() const;

private:
    struct Connection;
    // Recursive watchers apart: a change below need not look at the others.
    enum List : std::size_t { exact, recursive, lists };

    struct Path {
        std::string name;
        std::array<std::vector<Connection*>, lists> watchers;
    };
    struct Watch {
        WatchModes modes = 0;
        std::array<std::uint32_t, lists> places{};  // in the lists of the path
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
    void join(Connection& connection, Path& path, Watch& watch, List list);
    void leave(Connection& connection, Path& path, Watch& watch, List list);
    void set_modes(Connection& connection, Path& path, Watch& watch, WatchModes modes);
    void use_up(Path& path);
    void forget_if_unwatched(Path& path);
    void add_recursive_above(std::string_view path, std::vector<ConnectionId>& watchers) const;

    bool modes_coexist_;
    std::size_t count_ = 0;
    std::size_t recursive_count_ = 0;
    std::size_t longest_recursive_ = 0;  // no recursive watch has a longer path
    boost::unordered_flat_set<std::unique_ptr<Path>, PathHash, PathEqual> paths_;
    boost::unordered_flat_map<ConnectionId, std::unique_ptr<Connection>> connections_;
};

/// "/a" for "/a/b", "/" for "/a", nothing for "/" and what is no path.
[[nodiscard]] std::string_view parent_path(std::string_view path) noexcept;

}  // namespace kazoo::server
