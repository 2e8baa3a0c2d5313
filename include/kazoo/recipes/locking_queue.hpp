// SPDX-License-Identifier: Apache-2.0
/// LockingQueue: a queue whose items stay until the process that works on them says that it is
/// done.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/node.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/queue.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::detail::recipe {
class LockingQueueState;
}

KAZOO_API_BEGIN
namespace kazoo {

/// A queue in ZooKeeper whose items are locked while a consumer works on them (kazoo's
/// `LockingQueue`): an item is deleted by `consume`, and free for others again after `release` or
/// when the session of the consumer ends.
///
///     LockingQueue queue(zk, "/jobs");
///     for (;;) {
///         const auto job = queue.get();
///         work_on(job);
///         if (!queue.consume()) undo();    // the session was lost: another may have the item
///     }
///
/// An object is one consumer, with one item at a time: as long as it holds an item, `get` returns
/// that one again. Use an object for each consumer of a process; they may share a client.
///
/// Guarantees: no item is lost, and none is locked by two consumers at a time. If the session of a
/// consumer ends, the item is given to another one although the first may still be working on it:
/// items can be worked on twice (at least once). `token` lets what the work changes refuse the
/// consumer that was too slow. Order: as with Queue, among the items that are not locked.
///
/// Layout, shared with Python's kazoo: entries are persistent sequence nodes
/// `<path>/entries/entry-<priority, three digits>-<number>`, a locked one also has an ephemeral
/// node `<path>/taken/<name of the entry>` with 32 hexadecimal digits that identify the object.
/// Needs ZooKeeper 3.5 or later.
///
/// Session: the lock ends with the session that took it. It survives reconnects. When the client is
/// stopped its locks end, and waiting calls fail with ConnectionClosedError; after another start
/// the object can be used again.
///
/// Limits and cancellation: as with Queue. A call that ends without an item leaves no lock; if
/// necessary one is removed in the background.
///
/// Errors, forms and threads: as with Queue. The object may be destroyed at any time; its item is
/// then released in the background, unless the client is stopped first. A moved-from object may
/// only be assigned to and destroyed.
class LockingQueue {
public:
    /// Sends nothing. Throws BadArgumentsError if the path is malformed or "/", and std::bad_alloc.
    LockingQueue(KazooClient& client, PathView path);
    LockingQueue(LockingQueue&&) noexcept = default;
    LockingQueue& operator=(LockingQueue&& other) noexcept;
    ~LockingQueue();

    /// As Queue::put.
    AsyncResult<std::string> put_async(
        const DataView& data, int priority = default_queue_priority, const CallOptions& options = {}
    );
    std::string put(
        const DataView& data, int priority = default_queue_priority, const CallOptions& options = {}
    );
    /// As Queue::put_all.
    AsyncResult<std::vector<std::string>> put_all_async(
        const std::vector<std::string>& items,
        int priority = default_queue_priority,
        const CallOptions& options = {}
    );
    std::vector<std::string> put_all(
        const std::vector<std::string>& items,
        int priority = default_queue_priority,
        const CallOptions& options = {}
    );

    /// Locks the first free item, and returns its data; waits until there is one. Returns the item
    /// that this object holds, if any, without asking a server. All calls that wait have one pair
    /// of watches together.
    ///
    /// Fails as Queue::get does: OperationTimeoutError if no item is free within the limit.
    AsyncResult<std::string> get_async(const CallOptions& options = {});
    std::string get(const CallOptions& options = {});
    /// As `get`, but returns std::nullopt if no item is free, or if another `get` of this object is
    /// in progress.
    AsyncResult<std::optional<std::string>> try_get_async(const CallOptions& options = {});
    std::optional<std::string> try_get(const CallOptions& options = {});

    /// Returns whether this object holds the lock of an item, after asking a server that is up to
    /// date. The lock may be lost at any time afterwards.
    AsyncResult<bool> holds_lock_async(const CallOptions& options = {});
    bool holds_lock(const CallOptions& options = {});

    /// Deletes the item that this object holds, together with its lock. Returns false, and deletes
    /// nothing, if it holds none or the lock is lost.
    ///
    /// After an error the item is still held, or was deleted if the outcome is unknown. Call it
    /// again to find out: it then returns true if the item was deleted by this object. If its
    /// session has ended meanwhile and the item is gone, another consumer may have deleted it: it
    /// then fails with SessionExpiredError and Outcome::unknown.
    AsyncResult<bool> consume_async(const CallOptions& options = {});
    bool consume(const CallOptions& options = {});

    /// Gives the item back, for any consumer. Returns false if this object held none or the lock
    /// was lost. Once begun it is completed in the background, also if the call is cancelled or its
    /// limit passes (OperationTimeoutError): this object does not hold the item any more.
    AsyncResult<bool> release_async(const CallOptions& options = {});
    bool release(const CallOptions& options = {});

    /// Returns the token of the held item: the czxid of its lock, which is larger than those of
    /// all earlier locks. What the work changes can store the largest token that it has seen, and
    /// refuse smaller ones. std::nullopt if no item is held or the session of the lock has ended.
    [[nodiscard]] std::optional<std::int64_t> token() const;

    /// Returns the number of items, locked ones included; 0 if the queue does not exist.
    AsyncResult<std::int32_t> size_async(const CallOptions& options = {});
    std::int32_t size(const CallOptions& options = {});

private:
    std::shared_ptr<detail::recipe::LockingQueueState> state_;
};

}  // namespace kazoo
KAZOO_API_END
