// SPDX-License-Identifier: Apache-2.0
/// Watches that last: persistent and recursive ones; and the removal of watches.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/ref_counted.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/watch_stream.hpp>
#include <kazoo/watcher.hpp>

#include <string>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// Which one-shot watches of a path WatchOperations::remove_watches removes.
enum class WatchType {
    any,      ///< All of them.
    data,     ///< Those of `get` and `exists`.
    children  ///< Those of `get_children`.
};

/// A persistent or recursive watch (WatchMode): the watch function is called for each event until
/// this object is destroyed or `remove` is called, or until the watch ends. Move-only.
///
///     const auto handle = zk.add_watch("/app", WatchMode::persistent_recursive, on_change);
///
/// Any number of handles for one path and mode share one watch on the server, which is removed with
/// the last of them; each calls its own watch function. A handle needs 64 bytes beside its watch
/// function, and no request if the watch is set already.
///
/// Events: see WatchMode. Persistent watches do not report what happens while the client is not
/// connected. After each reconnect, before any later event, the watch function is therefore called
/// with EventType::GAP: what it covers has to be read again. Requests that are issued because of it
/// are executed after the watch is set again, so that nothing is missed. The same event replaces
/// events that could not be delivered because callbacks were too slow (ClientLimits::requests and
/// backlog_bytes), and is reported if a handle joins while a server sets the watch again.
///
/// The watch ends, and its function is called for the last time, when the session ends
/// (EventType::NONE, no path) and when servers do not accept the watch again after a reconnect
/// (EventType::WATCH_LOST).
///
/// Threads: watch functions run as described with Watcher. Distinct handles may be used from
/// different threads. A handle may be destroyed anywhere, also in its own watch function, and after
/// the client has been stopped, moved or destroyed; this does not block, and removes the watch in
/// the background. A call of the watch function that has begun continues; no further one begins.
/// The captures of the watch function are destroyed in the thread that destroys the handle, or at
/// the end of such a call.
class [[nodiscard]] WatchHandle {
public:
    /// No watch.
    WatchHandle() noexcept = default;
    /// For the library.
    explicit WatchHandle(detail::RefPtr<detail::RefCounted> state) noexcept
        : state_(std::move(state)) {}
    WatchHandle(WatchHandle&&) noexcept = default;
    /// The watch that is replaced is removed.
    WatchHandle& operator=(WatchHandle&& other) noexcept;
    ~WatchHandle();

    /// Returns whether the watch function may still be called: the watch has not been removed
    /// through this handle and has not ended.
    [[nodiscard]] bool active() const noexcept;

    /// Removes the watch from this handle, as the destructor does, and completes when the server no
    /// longer has it: at once if other handles share it, if it has ended, or if there is no
    /// session. If the connection is lost, the watch is gone with it. A time limit or cancellation
    /// ends the wait, not the removal. Fails with the server's error, and with QueueFullError or
    /// OutOfMemoryError if the request cannot be sent; it is then repeated after a later event.
    AsyncResult<void> remove_async(const CallOptions& options = {});
    /// Throws WouldDeadlockError, without removing anything, where the wait could never end.
    void remove(const CallOptions& options = {});

private:
    friend struct detail::Access;

    detail::RefPtr<detail::RefCounted> state_;  // a detail::client::HeldWatch
};

/// The operations on watches that KazooClient inherits. Their errors are those of every operation
/// of KazooClient, and those listed here.
class WatchOperations {
public:
    /// Watches a node (WatchMode::persistent) or a whole subtree (WatchMode::persistent_recursive)
    /// until the handle is destroyed. The node need not exist. Completes when the server has set
    /// the watch; changes made after that are reported.
    ///
    /// Needs ZooKeeper 3.6 or later: fails with UnimplementedError with older servers, which also
    /// close the connection. Servers before 3.9 have only one kind of watch per path: do not
    /// combine persistent, recursive and one-shot watches on one path there. Fails with
    /// BadArgumentsError if `watch` is "no watch".
    AsyncResult<WatchHandle> add_watch_async(
        PathView path, WatchMode mode, const Watcher& watch, const CallOptions& options = {}
    );
    WatchHandle add_watch(
        PathView path, WatchMode mode, const Watcher& watch, const CallOptions& options = {}
    );

    /// Watches as add_watch does, and returns the events as a stream. WatchStream describes it.
    AsyncResult<WatchStream> watch_stream_async(
        PathView path,
        WatchMode mode,
        const WatchStreamOptions& stream = {},
        const CallOptions& options = {}
    );
    WatchStream watch_stream(
        PathView path,
        WatchMode mode,
        const WatchStreamOptions& stream = {},
        const CallOptions& options = {}
    );

    /// Removes the one-shot watches of a path: the watch functions that were passed to `get`,
    /// `exists` and `get_children` by operations issued before this one are not called any more,
    /// except with events that wait on Lane::callback already. Their captures are destroyed there.
    /// Persistent and recursive watches stay. Other watch functions of the path cannot be kept:
    /// a server has one watch for all of them. Corresponds to `removeAllWatches` of the Java
    /// client.
    ///
    /// Succeeds, too, if the connection is lost meanwhile, because the watches are then gone and
    /// are not set again; there is therefore no option to remove watches locally only. With
    /// Resend::nothing it fails with ConnectionLoss in that case if it was not sent. Fails with
    /// NoWatcherError if there is no such watch, for example because it has fired. Needs ZooKeeper
    /// 3.5 or later (UnimplementedError). If it fails for any other reason the watches stay, except
    /// after a time limit or cancellation with Outcome::unknown, when they may have been removed.
    AsyncResult<void> remove_watches_async(
        PathView path, WatchType type = WatchType::any, const CallOptions& options = {}
    );
    void remove_watches(
        PathView path, WatchType type = WatchType::any, const CallOptions& options = {}
    );

protected:
    WatchOperations() noexcept = default;
    WatchOperations(const WatchOperations&) noexcept = default;
    WatchOperations& operator=(const WatchOperations&) noexcept = default;
    ~WatchOperations() = default;
};

}  // namespace kazoo
KAZOO_API_END
