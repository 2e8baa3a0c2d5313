#pragma once

#include "base/buffer.hpp"
#include "session/events.hpp"

#include <kazoo/state.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace kazoo::session {

enum class WatchKind : std::uint8_t {
    data,        ///< one-shot, of getData and of exists on a node that is there
    exist,       ///< one-shot, of exists on a node that is not there
    child,       ///< one-shot, of getChildren
    persistent,  ///< addWatch
    recursive    ///< addWatch, of the whole subtree
};
inline constexpr std::size_t watch_kinds = 5;

/// A place in the order of all watched paths: by kind, then by path.
struct WatchPlace {
    std::size_t kind = 0;
    std::string path{};
    friend auto operator<=>(const WatchPlace&, const WatchPlace&) = default;
};
/// From `from` on and before `to`.
struct WatchRange {
    WatchPlace from;
    WatchPlace to{watch_kinds, {}};
};

/// Who watches which path (server paths, chroot included). What the server knows belongs to one
/// connection; this is what survives it.
///
/// Trees and not hash tables: their nodes are made when a request is issued and move from there to
/// the registry and on to an event, so that replies and the end of a session need no memory.
class WatchRegistry {
private:
    struct ByOwner {
        bool operator()(const Watch& a, const Watch& b) const noexcept {
            return std::less<>()(a.owner.get(), b.owner.get());
        }
    };
    /// All that watch one path: a set, so that many cost no more than their number.
    using PathWatchers = std::set<Watch, ByOwner>;
    using Table = std::map<std::string, PathWatchers, std::less<>>;

public:
    /// A registration for which all memory has been taken.
    class Order {
    public:
        /// Throws std::bad_alloc.
        Order(WatchKind kind, std::string_view path, Owner watcher);
        WatchKind kind;
        /// Null once registered.
        [[nodiscard]] Owner take_watcher() noexcept;

    private:
        friend class WatchRegistry;
        Table::node_type path_;
        PathWatchers::node_type watcher_;
    };

    /// Registering the same watcher twice on a path and kind is one registration: of the second the
    /// order keeps the watcher.
    void add(Order& order) noexcept;
    void add(WatchKind kind, std::string_view path, Owner watcher) {
        Order order(kind, path, std::move(watcher));
        add(order);
    }

    /// Who is to be told of an event, each once; the one-shot ones are removed. The rules are those
    /// of the Java client: a deletion fires data, exist and child watches, a child event never
    /// fires recursive ones. The path comes from the network and may be anything. Throws
    /// std::bad_alloc and has then changed nothing.
    [[nodiscard]] Watchers take(EventType type, std::string_view path);

    /// Every watcher, each once; nothing is left.
    [[nodiscard]] Watchers take_all() noexcept;

    struct Lost {
        std::string path;
        Watchers watchers;
    };
    /// Removes the first path of the range; nothing if there is none.
    [[nodiscard]] std::optional<Lost> take_first(const WatchRange& range) noexcept;

    struct Frame {
        std::size_t paths = 0;  ///< 0: there was nothing, and nothing was written
        WatchRange range{};     ///< from the first of them to the last
    };
    /// Appends one SetWatches frame for what is registered in the range, from its beginning on,
    /// with at most `byte_limit` bytes of paths and `path_limit` paths, but with one path in any
    /// case. SetWatches2 only where persistent watches ask for it: servers before 3.6 do not know
    /// it.
    [[nodiscard]] Frame restore(
        base::Buffer& out,
        std::int64_t last_zxid,
        const WatchRange& range,
        std::size_t byte_limit,
        std::size_t path_limit
    ) const;

    /// Registrations, over all paths.
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    Table& table(WatchKind kind) { return tables_[static_cast<std::size_t>(kind)]; }
    void take_from(WatchKind kind, std::string_view path, PathWatchers& into) noexcept;
    void copy_from(WatchKind kind, std::string_view path, PathWatchers& into);
    void copy_recursive(std::string_view path, PathWatchers& into);

    std::array<Table, watch_kinds> tables_;
    std::size_t size_ = 0;
    std::uint64_t last_order_ = 0;
    std::size_t longest_recursive_ = 0;  // no recursive watch has a longer path
};

}  // namespace kazoo::session
