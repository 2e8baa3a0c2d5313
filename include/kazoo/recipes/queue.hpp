// SPDX-License-Identifier: Apache-2.0
/// Queue: items that several processes put, and each of which one process takes.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/node.hpp>
#include <kazoo/path_view.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::detail::recipe {
class QueueState;
}

KAZOO_API_BEGIN
namespace kazoo {

/// The priority of items that are put without one. Lower values are served first.
inline constexpr int default_queue_priority = 100;

/// A queue in ZooKeeper (kazoo's `Queue`): each item is taken by one `get`, and deleted with it.
///
///     Queue queue(zk, "/jobs");
///     queue.put("resize 4711");
///     const auto job = queue.get(CallOptions().timeout(10s));    // waits for an item
///     const auto next = queue.try_get();                         // std::nullopt if there is none
///
/// Order: lower priorities first; items of the same priority in the order in which they were put.
/// Items that are put by several clients at the same time have the order in which the servers
/// receive them.
///
/// Guarantees: an item is given out once, and only after its deletion has been confirmed. If the
/// consumer ends afterwards, the item is lost: use LockingQueue where it must not be. If the
/// connection is lost before the reply to the deletion arrives, and the entry is gone after the
/// reconnect, it cannot be known who has taken it. `get` then fails with the error of that loss and
/// Outcome::unknown; the path of the error is that of the entry, and its item may be lost.
///
/// Layout, shared with Python's kazoo: each item is a persistent sequence node
/// `<path>/entry-<priority, three digits>-<number>` with the data of the item. Children with other
/// names are ignored. Missing parents are created.
///
/// Cost: each `get` lists all entries, which takes a reply of about 25 bytes for each. A queue is
/// for some thousand items, of some kilobytes each: ZooKeeper keeps all of them in memory.
///
/// Errors of every call: those of all operations of KazooClient. Errors that pass by themselves,
/// such as ConnectionLoss, are retried where the request was not applied. Waiting calls continue in
/// the next session if theirs is lost, and fail with ConnectionClosedError when the client is
/// stopped or is not running.
///
/// Time limits and cancellation end a call as a whole, with one exception: once the deletion of an
/// entry has been sent, `get` waits for the reply, usually for one round trip, at the longest until
/// the connection counts as lost; it then returns the item although its limit has passed.
///
/// Each call has two forms: `x_async` never throws but std::bad_alloc; `x` is `x_async(...).get()`,
/// and throws WouldDeadlockError, without doing anything, where the wait could never end.
///
/// Threads: thread-safe, except for moving and destruction. The object may be destroyed at any
/// time: `get`s that wait fail with CancelledError, and other calls are completed. The client may
/// be moved, stopped and destroyed. A moved-from object may only be assigned to and destroyed.
class Queue {
public:
    /// Sends nothing. Throws BadArgumentsError if the path is malformed or "/", and std::bad_alloc.
    Queue(KazooClient& client, PathView path);
    Queue(Queue&&) noexcept = default;
    Queue& operator=(Queue&& other) noexcept;
    ~Queue();

    /// Adds an item, which is copied before the call returns. `priority` is from 0 to 999. Returns
    /// the name of its entry.
    ///
    /// Fails with BadArgumentsError for another priority, and with SequenceExhaustedError after
    /// 2^31 items. After an error with Outcome::unknown, such as ConnectionLoss, the item may have
    /// been added: adding it again may add it twice.
    AsyncResult<std::string> put_async(
        const DataView& data, int priority = default_queue_priority, const CallOptions& options = {}
    );
    std::string put(
        const DataView& data, int priority = default_queue_priority, const CallOptions& options = {}
    );

    /// Adds several items together or not at all, in one transaction, which limits their size
    /// (ClientLimits::request_bytes). Returns the names of the entries, in the order of the items;
    /// nothing for no items. Fails as `put` does.
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

    /// Takes the first item; waits until there is one. Items that several `get`s of one object wait
    /// for are given out in the order of the calls, and all of them together have one watch.
    ///
    /// Fails with OperationTimeoutError if there is none within the limit of `options`, by default
    /// none: ClientOptions::call_timeout does not apply. Fails with QueueFullError if 10,000 calls
    /// of this object wait.
    AsyncResult<std::string> get_async(const CallOptions& options = {});
    std::string get(const CallOptions& options = {});

    /// Takes the first item; returns std::nullopt if there is none, or if all of them are being
    /// taken by other calls of this object. Corresponds to kazoo's `get`.
    AsyncResult<std::optional<std::string>> try_get_async(const CallOptions& options = {});
    std::optional<std::string> try_get(const CallOptions& options = {});

    /// Returns the number of children of the queue, which includes those that are no entries; 0 if
    /// it does not exist. Corresponds to kazoo's `len(queue)`.
    AsyncResult<std::int32_t> size_async(const CallOptions& options = {});
    std::int32_t size(const CallOptions& options = {});

private:
    std::shared_ptr<detail::recipe::QueueState> state_;
};

}  // namespace kazoo
KAZOO_API_END
