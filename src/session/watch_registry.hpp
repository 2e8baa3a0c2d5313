// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "session/watch_set.hpp"
#include "session/watchers.hpp"

#include <kazoo/state.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kazoo::session {

/// The watchers that a request has removed. Their owners may own objects of users, so they leave
/// the session with the reply.
class RemovedWatches final : public detail::RefCounted {
public:
    Watchers watchers;
};

/// A position in the order of all watched paths: by kind, then by path.
struct WatchPlace {
    std::size_t kind = 0;
    std::string path{};
    friend auto operator<=>(const WatchPlace&, const WatchPlace&) = default;
};
/// The positions from `from` on, before `to`.
struct WatchRange {
    WatchPlace from;
    WatchPlace to{watch_kinds, {}};
};

/// The watch functions by path (server paths, including the chroot). A server keeps watches per
/// connection; this is what is restored on the next one.
///
/// Each Watch is allocated when a request is issued (Order), then moved into the registry by the
/// reply and on into an event, so that replies and the end of a session allocate nothing. Not
/// thread-safe.
class WatchRegistry {
private:
    struct ByOwner {
        bool operator()(const Watch& a, const Watch& b) const noexcept {
            return std::less<>()(a.owner.get(), b.owner.get());
        }
    };
    /// By path, then by owner.
    struct ByPath {
        bool operator()(const Watch& a, const Watch& b) const noexcept {
            const auto order = a.path() <=> b.path();
            return order != 0 ? order < 0 : ByOwner()(a, b);
        }
        bool operator()(const Watch& a, std::string_view path) const noexcept {
            return a.path() < path;
        }
    };
    using Table = WatchSet<ByPath>;
    using Unique = WatchSet<ByOwner>;

public:
    /// A registration or removal whose memory has been allocated in advance, so that add() and
    /// remove() cannot fail.
    class Order {
    public:
        /// Registers a watcher. Throws std::bad_alloc.
        Order(WatchKind kind, std::string_view path, Cookie watcher);
        /// Removes the watchers of these kinds from a path. Throws std::bad_alloc.
        Order(WatchKinds kinds, std::string_view path);
        WatchKind kind{};
        /// Returns the kinds to be removed; none if this is a registration.
        [[nodiscard]] WatchKinds removes() const noexcept { return removes_; }
        [[nodiscard]] std::string_view path() const noexcept { return watch_->path(); }
        /// Returns the watcher, or null if it has been registered. Of a removal: returns what was
        /// removed, or null if there was nothing.
        [[nodiscard]] Cookie take_watcher() noexcept;
        [[nodiscard]] bool has_removed() const noexcept {
            return removed_ && !removed_->watchers.empty();
        }

    private:
        friend class WatchRegistry;
        WatchKinds removes_ = 0;
        std::unique_ptr<Watch> watch_;            // without an owner if this is a removal
        detail::RefPtr<RemovedWatches> removed_;  // of a removal
    };

    /// Registers a watcher. If it is registered for this path and kind already, nothing changes;
    /// the reference of the order is then released, and is not the last.
    void add(Order& order) noexcept;
    void add(WatchKind kind, std::string_view path, Cookie watcher) {
        Order order(kind, path, std::move(watcher));
        add(order);
    }

    /// Executes a removal; the order keeps the watchers.
    void remove(Order& order) noexcept;
    /// Returns whether there is a watcher of one of these kinds on this path.
    [[nodiscard]] bool has(WatchKinds kinds, std::string_view path) const;
    /// Returns whether there are persistent or recursive watchers.
    [[nodiscard]] bool has_lasting() const noexcept {
        return !tables_[static_cast<std::size_t>(WatchKind::persistent)].empty() ||
               !tables_[static_cast<std::size_t>(WatchKind::recursive)].empty();
    }

    /// Returns the watchers to call for an event, each once, and removes those that are one-shot.
    /// The rules are the Java client's: a deletion fires data, exist and child watches; a child
    /// event does not fire recursive ones. Each has the path of the event. It comes from the
    /// network and may be any string. Throws std::bad_alloc and has then changed nothing.
    [[nodiscard]] Watchers take(EventType type, std::string_view path);

    /// Removes and returns all watchers, each once, and the places of all registrations.
    [[nodiscard]] Watchers take_all() noexcept;

    /// Removes and returns the watchers of the first path of the range; nothing if there is none.
    /// Throws std::bad_alloc and has then changed nothing.
    [[nodiscard]] std::optional<Watchers> take_first(const WatchRange& range);

    struct Frame {
        std::size_t paths = 0;  ///< 0: the range was empty, and nothing was appended
        WatchRange range{};     ///< from the first of them to the last
    };
    /// Appends one SetWatches frame for the registrations at the beginning of the range: at most
    /// `byte_limit` bytes of paths and `path_limit` paths, but at least one path. SetWatches2 is
    /// used only if there are persistent watches, because servers before 3.6 do not support it.
    [[nodiscard]] Frame restore(
        base::Buffer& out,
        std::int64_t last_zxid,
        const WatchRange& range,
        std::size_t byte_limit,
        std::size_t path_limit
    ) const;

    /// Returns the number of registrations, over all paths and kinds.
    [[nodiscard]] std::size_t size() const { return size_; }
    /// Returns the number of watched paths, each once for every kind of watch on it.
    [[nodiscard]] std::size_t paths() const noexcept { return paths_; }
    /// Calls `show(kind, path, number of watchers)` for each of them, in the order of WatchPlace,
    /// until it returns false.
    template <class Show>
    void each(Show&& show) const {
        for (std::size_t kind = 0; kind < watch_kinds; ++kind) {
            for (auto at = tables_[kind].begin(); at != tables_[kind].end();) {
                const auto path = at->path();
                std::size_t watchers = 0;
                for (; at != tables_[kind].end() && at->path() == path; ++at) {
                    ++watchers;
                }
                if (!show(static_cast<WatchKind>(kind), path, watchers)) {
                    return;
                }
            }
        }
    }

private:
    Table& table(WatchKind kind) { return tables_[static_cast<std::size_t>(kind)]; }
    [[nodiscard]] static bool is_on(const Table& table, Table::iterator at, std::string_view path) {
        return at != table.end() && at->path() == path;
    }
    [[nodiscard]] static Table::iterator find(const Table& table, std::string_view path) noexcept;
    [[nodiscard]] std::optional<Watchers> take_only(
        WatchKinds kinds, std::string_view path
    ) noexcept;
    void take_from(WatchKind kind, std::string_view path, Unique& into) noexcept;
    void copy_from(WatchKind kind, std::string_view watched, std::string_view path, Unique& into);
    void copy_recursive(std::string_view path, Unique& into);

    std::array<Table, watch_kinds> tables_;  // by WatchKind
    std::size_t size_ = 0;                   // sum of the sizes of all tables
    std::size_t paths_ = 0;                  // distinct paths of each table, added up
    std::uint64_t last_order_ = 0;           // of the last registration
    std::size_t longest_recursive_ = 0;      // an upper bound: no recursive watch has a longer path
};

}  // namespace kazoo::session
