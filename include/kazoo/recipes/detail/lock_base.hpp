// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/lock_contender.hpp>
#include <kazoo/recipes/lock_handle.hpp>
#include <kazoo/recipes/lock_options.hpp>
#include <kazoo/time.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::detail::recipe {
class Locking;
}

KAZOO_API_BEGIN
namespace kazoo::detail {

/// Which nodes a lock creates, and which it waits for.
enum class LockKind { lock, read, write };

/// The members of Lock, ReadLock and WriteLock. Thread-safe, except for moving and destruction.
class LockBase {
public:
    LockBase(LockBase&&) noexcept = default;
    LockBase& operator=(LockBase&& other) noexcept;
    /// Releases what `lock` has acquired, in the background. Handles and acquisitions in progress
    /// are not affected.
    ~LockBase();

    /// Acquires the lock, and waits for it as long as `options` allows; by default, for an
    /// unlimited time: ClientOptions::call_timeout does not apply.
    ///
    /// Lost connections are waited for, and after the loss of the session the acquisition begins
    /// again in the next one. A request that does not fit in the queue of the client
    /// (ClientLimits::requests) is tried again after a pause, whatever CallOptions::when_full says.
    /// Contenders are served in the order of their nodes. Each call has a
    /// node of its own: several calls of one object, from different threads for example, are served
    /// one after the other (see LockOptions::queue_behind_self).
    ///
    /// Fails, and deletes its node in the background, with
    /// - LockTimeoutError when the time limit passes, which covers everything together;
    /// - CancelledError if the result is cancelled, a stop is requested through `options`, or
    ///   cancel() is called;
    /// - WouldDeadlockError (LockOptions::queue_behind_self);
    /// - SequenceExhaustedError (LockOptions::when_exhausted);
    /// - ConnectionClosedError if the client is not running or is stopped meanwhile,
    ///   AuthFailedError; NoAuthError, InvalidACLError, QuotaExceededError,
    ///   TooManyWatchesError, OutOfMemoryError.
    ///
    /// Costs three round trips if the lock is free. An acquisition that is given up while it waits
    /// leaves a watch on the node before its own, until that node changes or the session ends; an
    /// object has at most one for each node.
    AsyncResult<LockHandle> acquire_async(const CallOptions& options = {});
    LockHandle acquire(const CallOptions& options = {});

    /// Acquires the lock if it is free; otherwise returns std::nullopt. Does not wait for other
    /// contenders, but for the servers: fails with LockTimeoutError if they do not answer in time,
    /// and as `acquire` does.
    AsyncResult<std::optional<LockHandle>> try_acquire_async(const CallOptions& options = {});
    std::optional<LockHandle> try_acquire(const CallOptions& options = {});

    /// Continues to hold, or to wait for, a lock whose node `name` was created before, by this or
    /// another process (LockHandle::detach, LockOptions::on_enqueued): a persistent one, or one of
    /// the present session of this client, which may be that of another process
    /// (ClientOptions::resume). The token is the same as before. Two processes must not resume the
    /// same node, and one must not resume a node that it holds. Fails with LockLostError if the
    /// node does not exist or belongs to another session, with BadArgumentsError if `name` is not
    /// one of the lock's names, and as `acquire` does. If the acquisition is given up, the node is
    /// deleted.
    AsyncResult<LockHandle> resume_async(std::string_view name, const CallOptions& options = {});
    LockHandle resume(std::string_view name, const CallOptions& options = {});

    /// Ends the acquisitions of this object that are in progress: they fail with CancelledError.
    /// Does not affect later ones, and does nothing if there is none. Does not release the lock.
    void cancel() noexcept;
    /// Returns whether this object holds the lock, through a handle or `lock`.
    [[nodiscard]] bool is_acquired() const noexcept;
    /// Returns the path of the lock, the parent of its nodes.
    [[nodiscard]] const std::string& path() const noexcept;

    /// Lists the nodes that hold or wait for the lock, in the order of their creation; for an
    /// exclusive lock the first one is the holder. Nodes that are deleted meanwhile are left out.
    /// The list is empty if the path does not exist. Fails with NoAuthError and the errors of every
    /// operation of KazooClient.
    AsyncResult<std::vector<LockContender>> contenders_async(const CallOptions& options = {});
    std::vector<LockContender> contenders(const CallOptions& options = {});

    /// For administrators: deletes the node of the first contender, so that its process loses
    /// the lock and the next one gets it. Returns the contender; std::nullopt if there was none.
    /// Its holder is notified (LockHandle::lost), but may need time to stop its work. Fails with
    /// NoAuthError, and as NodeOperations::delete_guaranteed does.
    AsyncResult<std::optional<LockContender>> break_lock_async(const CallOptions& options = {});
    std::optional<LockContender> break_lock(const CallOptions& options = {});

    /// Asks the holder of a node to release the lock: sets the data of the node to "__REVOKE__", as
    /// Curator's Revoker does (LockOptions::on_revoke). `node`: the path of a contender. Fails with
    /// NoNodeError if it has gone, NoAuthError, and the errors of every operation of KazooClient.
    AsyncResult<void> revoke_async(PathView node, const CallOptions& options = {});
    void revoke(PathView node, const CallOptions& options = {});

    // A mutex of the standard library's kind (TimedLockable): std::unique_lock, std::scoped_lock.
    // A lock that is lost is not reported here: use `acquire`, or check is_acquired().

    /// acquire() without a limit; the object keeps the handle until `unlock`.
    void lock();
    /// Returns whether the lock was acquired at once.
    bool try_lock();
    /// Returns whether the lock was acquired within `timeout`.
    bool try_lock_for(AnyDuration timeout);
    template <class TimeClock, class TimeDuration>
    bool try_lock_until(const std::chrono::time_point<TimeClock, TimeDuration>& time) {
        return try_lock_for(AnyDuration(time - TimeClock::now()));
    }
    /// Releases what the calling thread has acquired with `lock` or one of its variants; if that is
    /// nothing, because fibers have changed their threads, what was acquired first. In the
    /// background, as the destructor of LockHandle. Does nothing if nothing is held.
    void unlock() noexcept;

protected:
    LockBase(KazooClient& client, PathView path, const LockOptions& options, LockKind kind);

private:
    std::shared_ptr<recipe::Locking> locking_;  // null: moved from
};

}  // namespace kazoo::detail
KAZOO_API_END
