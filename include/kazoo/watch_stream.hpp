// SPDX-License-Identifier: Apache-2.0
/// The events of a persistent or recursive watch as a stream, for coroutines.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/ref_counted.hpp>
#include <kazoo/state.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// What a watch that lasts covers, and which events it reports (ZooKeeper's AddWatchMode).
enum class WatchMode {
    /// The node and its list of children: CREATED, DELETED, CHANGED, and CHILD when a child is
    /// created or deleted.
    persistent,
    /// The node and all its descendants: CREATED, DELETED and CHANGED, with the path of the node
    /// concerned. There is no CHILD event: the child's own CREATED or DELETED takes its place.
    persistent_recursive
};

/// One change of a WatchStream.
class WatchChange {
public:
    WatchChange() {}
    /// For the library.
    explicit WatchChange(WatchedEvent event) : event_(std::move(event)) {}

    /// Returns true if changes may be missing before this one: read again what the stream covers.
    [[nodiscard]] bool gap() const noexcept { return event_.type == EventType::GAP; }
    /// Returns CREATED, DELETED, CHANGED, CHILD or GAP: of several events that have been combined,
    /// the last.
    [[nodiscard]] EventType type() const noexcept { return event_.type; }
    /// Returns the path of the node, of a gap that of the watch, without the chroot.
    [[nodiscard]] const std::string& path() const noexcept { return *event_.path; }
    /// Returns WatchedEvent::zxid of the last event.
    [[nodiscard]] const std::optional<std::int64_t>& zxid() const noexcept { return event_.zxid; }
    /// Returns how many events have been combined: 1 unless the reader was slower than the changes.
    [[nodiscard]] std::size_t events() const noexcept { return events_; }

    /// Adds a later event of the same node. For the library.
    void combine(const WatchedEvent& later) noexcept {
        event_.type = later.type;
        event_.zxid = later.zxid;
        ++events_;
    }

private:
    WatchedEvent event_{EventType::GAP, KeeperState::CLOSED, std::string()};
    std::size_t events_ = 1;
};

/// Options of a WatchStream. A value; setters chain.
class WatchStreamOptions {
public:
    WatchStreamOptions() {}
    /// The number of changes that may wait to be read. If more arrive, all are replaced by one gap.
    /// At least 1. Default: 1024.
    WatchStreamOptions& limit(std::size_t value) & noexcept {
        limit_ = value;
        return *this;
    }
    WatchStreamOptions limit(std::size_t value) && noexcept { return std::move(limit(value)); }
    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

private:
    std::size_t limit_ = 1024;
};

/// The events of a persistent or recursive watch, to be read one by one:
///
///     auto stream = co_await zk.watch_stream_async("/app", WatchMode::persistent_recursive);
///     while (auto change = co_await stream.next()) {
///         if (change->gap()) { ... read everything again ... }
///         else { ... read change->path() again ... }
///     }
///
/// Bounded: changes of a node that wait to be read are combined into one, at the place of the first
/// (CHILD events separately from the others). If more than WatchStreamOptions::limit wait, or if
/// there is no memory, all are replaced by one gap. So is what waits when a gap is reported after a
/// reconnect. No change is lost without a gap behind it.
///
/// Events pass through Lane::callback, one after the other with watch functions; `next` does not
/// need that lane to be free if a change waits already. Move-only; thread-safe but for moving,
/// assignment and destruction. Survives its client; the destructor does not block.
///
/// The stream does not begin with a gap: read what it covers once watch_stream_async has completed.
/// It ends with its session, also when the client is stopped; request another one then.
class [[nodiscard]] WatchStream {
public:
    /// A stream that has ended.
    WatchStream() noexcept = default;
    /// For the library.
    explicit WatchStream(detail::RefPtr<detail::RefCounted> state) noexcept
        : state_(std::move(state)) {}
    WatchStream(WatchStream&&) noexcept = default;
    WatchStream& operator=(WatchStream&& other) noexcept;
    /// Calls close().
    ~WatchStream();

    /// Returns the next change, waiting for it if there is none; std::nullopt when the stream has
    /// ended and all changes have been read. Only one call may be waiting: another one fails with
    /// BadArgumentsError. Cancelling the result loses no change. Blocks with get(); see AsyncResult
    /// for where that is allowed.
    AsyncResult<std::optional<WatchChange>> next();
    /// Ends the stream: changes that wait are dropped, a waiting `next` returns std::nullopt, and
    /// the watch is removed in the background.
    void close() noexcept;
    /// Returns the event that ended the stream: NONE (the session has ended, or the client was
    /// stopped) or WATCH_LOST; std::nullopt if the stream has not ended or was closed.
    [[nodiscard]] std::optional<WatchedEvent> end() const;

private:
    detail::RefPtr<detail::RefCounted> state_;  // a detail::client::StreamState
};

}  // namespace kazoo
KAZOO_API_END
