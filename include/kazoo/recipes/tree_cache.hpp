// SPDX-License-Identifier: Apache-2.0
/// TreeCache: a copy of a subtree that is kept up to date.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/node.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/tree_cache_event.hpp>
#include <kazoo/recipes/tree_cache_options.hpp>
#include <kazoo/recipes/watch_options.hpp>
#include <kazoo/state.hpp>
#include <kazoo/unique_function.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {
class Caching;
class TreeReader;
}  // namespace kazoo::detail::recipe

KAZOO_API_BEGIN
namespace kazoo {

/// Where a TreeStream begins.
enum class StreamFrom {
    /// With a NODE_ADDED for each node that is in the cache, parents first, and INITIALIZED if the
    /// cache is initialized: as if it had been opened before the cache was started.
    beginning,
    /// With the next change.
    now,
};

/// The events of a TreeCache, for coroutines.
///
///     auto stream = cache.stream();
///     while (auto event = co_await stream.next()) { ... event->type ... event->path ... }
///
/// Bounded and without gaps: events of a node that wait to be read are combined, so that at most
/// one event for each node waits, for each removed one that the reader has seen, and for each other
/// type of event. An addition and a removal that both wait cancel each other out.
///
/// Move-only; thread-safe, except for moving and destruction. It outlives its cache, and has then
/// ended.
class [[nodiscard]] TreeStream {
public:
    /// A stream that has ended.
    TreeStream() noexcept = default;
    /// For the library.
    explicit TreeStream(std::shared_ptr<detail::recipe::TreeReader> reader) noexcept
        : reader_(std::move(reader)) {}

    /// Returns the next event, waiting for it if there is none; std::nullopt when the cache or the
    /// stream has been closed, or the client has been destroyed.
    ///
    /// Fails with BadArgumentsError if a `next` is pending, with the error that has ended the cache
    /// (TreeCache::failure), and with OutOfMemoryError; after the latter the stream continues. The
    /// result may be cancelled; a later `next` then returns what this one would have.
    AsyncResult<std::optional<TreeEvent>> next();
    /// Ends the stream: a pending `next` returns std::nullopt. Idempotent.
    void close() noexcept;

private:
    std::shared_ptr<detail::recipe::TreeReader> reader_;
};

/// The contents of a TreeCache at one moment, and the changes since.
class TreeSnapshot {
public:
    TreeSnapshot() {}
    std::map<std::string, NodeData> nodes;  ///< by path
    bool initialized = false;               ///< false: not everything has been read yet
    TreeStream changes;                     ///< what happens after that moment, without a gap
};

/// Keeps a copy of a node and everything below it (kazoo's `TreeCache`).
///
///     TreeCache cache(zk, "/app");
///     cache.listen([](const TreeEvent& event) {
///         if (event.type == TreeEventType::NODE_UPDATED) reload(event.path, event.node.data);
///     });
///     cache.start();
///     cache.initialized().get(10s);        // only if you want to wait for it
///     const auto node = cache.get_data("/app/config");
///
/// Consistency: the copy follows the server. No change is lost, changes that follow each other
/// quickly are conflated, and a node never goes back to an earlier version, with one exception: in
/// a new session, a read-only server that lags behind may show nodes again that have been removed.
/// Distinct nodes may be seen at different moments: a copy is not a snapshot of the server. If the
/// root does not exist the cache is empty, and it fills when the root is created, also again.
///
/// Reads: the tree is read level by level, in batches, of which a limited number is under way
/// (TreeCacheOptions). One recursive watch reports what changes; with servers before 3.6, which do
/// not have it, each node has one-shot watches. After a reconnect (with the recursive watch) and in
/// a new session, the cache compares the stats of all nodes with the server, and reads only data
/// and lists of children that have changed. RESYNCED follows the differences.
///
/// Stats: cversion, pzxid and num_children of a node are those of the last time that its children
/// were listed or compared. All other fields are those of the last read.
///
/// Session: the cache continues in the next session, and when the client is stopped and started
/// again. It ends when the client is destroyed. The client need not be started, and may be moved.
///
/// Threads: listeners run on Lane::callback of the client's handler, one call at a time. They may
/// block if the handler has threads or fibers, and thereby delay watch functions, but not the copy
/// itself. The object is thread-safe, except for moving and destruction.
///
/// Memory: about 140 bytes for each node beside its name and data, and 12 more for the listeners
/// together and for each stream.
///
/// Errors: nodes that may not be read (NoAuthError) are reported to the fault listeners, are left
/// out, or keep their last data, and are read again after their next event and the next comparison.
/// Other errors of requests are retried.
class [[nodiscard]] TreeCache {
public:
    /// Does nothing yet. Throws BadArgumentsError if the path is malformed, std::bad_alloc, and
    /// what copying the selector throws. The root may be "/".
    TreeCache(
        const KazooClient& client,
        PathView path,
        const TreeCacheOptions& options = TreeCacheOptions()
    );
    TreeCache(TreeCache&&) noexcept = default;
    /// Closes the cache that is replaced.
    TreeCache& operator=(TreeCache&& other) noexcept;
    /// Calls close().
    ~TreeCache();

    /// Begins to read and to watch. Returns at once. Throws BadArgumentsError if the cache has been
    /// started or closed before, ConnectionClosedError if the client has been destroyed, and
    /// std::bad_alloc; the cache is then closed.
    void start();
    /// Ends the cache, releases the copy and removes the watch in the background. No call of a
    /// listener begins after this has returned. A call in progress on another thread or fiber is
    /// waited for; within any callback of the handler, and where the thread must not block (on a
    /// loop that several threads run), it is not. Streams end. Idempotent.
    void close() noexcept;

    /// Returns a result that becomes ready when everything has been read for the first time
    /// (INITIALIZED). Fails with CancelledError if the cache is closed before, with
    /// ConnectionClosedError if the client is destroyed before, and with the error that has ended
    /// the cache.
    [[nodiscard]] AsyncResult<void> initialized() const;
    /// Returns why the cache has ended: WatchEnd::stopped (closed), client_stopped (the client was
    /// destroyed) or failed; std::nullopt while it continues or is not started.
    [[nodiscard]] std::optional<WatchEnd> ended() const noexcept;
    /// Returns the error that has ended the cache, with WatchEnd::failed: ConfigurationError if
    /// TreeCacheOptions::max_nodes or max_bytes was exceeded, RetryFailedError if the policy of
    /// retries allows no more tries, ForkedError. The fault listeners receive it as well.
    [[nodiscard]] std::optional<Error> failure() const;

    /// Registers `listener(const TreeEvent&)`, which is called for each event from now on: register
    /// it before `start` to receive all. Events that wait to be delivered are combined as in a
    /// TreeStream. An exception that it throws is passed to the fault listeners. Returns an
    /// identifier for `unlisten`. Throws std::bad_alloc and what copying `listener` throws.
    ListenerId listen(UniqueFunction<void(const TreeEvent&)> listener);
    /// Registers `listener(const Error&)`, which is called with errors that may need attention:
    /// nodes that may not be read, exceptions of listeners (ClientErrc::foreign_exception if they
    /// are not of this library), and the error that ends the cache. Without such a listener they
    /// are logged. At most 100 wait to be delivered; further ones are logged.
    ListenerId listen_fault(UniqueFunction<void(const Error&)> listener);
    /// Removes a listener of either kind, and destroys it, at the end of its call if it is being
    /// called. Does not wait. Returns whether it was registered.
    bool unlisten(ListenerId listener);

    /// Returns a node of the copy; std::nullopt if it is not there. Does not ask the server. Throws
    /// BadArgumentsError if the path is malformed or not below the root, the error that has ended
    /// the cache (`failure`), and std::bad_alloc.
    [[nodiscard]] std::optional<NodeData> get_data(PathView path) const;
    /// Returns the names of a node's children that are in the copy, sorted; std::nullopt if the
    /// node is not there. Throws as get_data does.
    [[nodiscard]] std::optional<std::vector<std::string>> get_children(PathView path) const;
    /// Returns the number of nodes in the copy.
    [[nodiscard]] std::size_t size() const noexcept;
    /// Returns the memory of the copy and of the queues of events in bytes, without overheads of
    /// the allocator.
    [[nodiscard]] std::size_t bytes() const noexcept;

    /// Returns the events as a stream. It has ended if the cache has. Throws std::bad_alloc.
    [[nodiscard]] TreeStream stream(StreamFrom from = StreamFrom::beginning);
    /// Returns all nodes of the copy, together with a stream of what happens after that. Takes time
    /// in proportion to the number of nodes, in which the copy is not updated. Throws what get_data
    /// throws.
    [[nodiscard]] TreeSnapshot snapshot();

private:
    std::shared_ptr<detail::recipe::Caching> caching_;  // null: moved from
};

}  // namespace kazoo
KAZOO_API_END
