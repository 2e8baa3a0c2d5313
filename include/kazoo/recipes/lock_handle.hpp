// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/recipes/guarded_transaction.hpp>
#include <kazoo/time.hpp>
#include <kazoo/transaction.hpp>
#include <kazoo/unique_function.hpp>

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>

namespace kazoo::detail::recipe {
class Contender;
struct LockHandles;
}  // namespace kazoo::detail::recipe

KAZOO_API_BEGIN
namespace kazoo {

/// A lock that is held: the result of Lock::acquire. Move-only.
///
///     auto held = lock.acquire(CallOptions().timeout(5s));
///     work(held.token(), held.lost());
///     held.release();                    // or the destructor, in the background
///
/// A lock of ZooKeeper can be lost while it is held: when its session ends, or when its node is
/// deleted (`break_lock`). Four things protect against that, from the weakest to the strongest:
/// - `lost()` and `on_lost` report it, as soon as the client learns of it;
/// - `remaining()` gives the time for which the session certainly lives, also while the client is
///   disconnected;
/// - `token()` rises with every holder, so that what the lock protects can refuse older tokens;
/// - `transaction()` and `guard` change nodes of the same servers only while the lock is held.
///
/// Threads: all members are thread-safe, except moving and destruction. A handle may outlive the
/// Lock object and the client; when the client is stopped the lock is lost. An empty handle, which
/// is default-constructed or moved from, is not held, and its token(), session() and remaining()
/// are 0; its `transaction` and `guard` throw BadArgumentsError.
class [[nodiscard]] LockHandle {
public:
    /// An empty handle.
    LockHandle() noexcept = default;
    LockHandle(LockHandle&& other) noexcept;
    /// Releases the lock that is replaced, as the destructor does.
    LockHandle& operator=(LockHandle&& other) noexcept;
    /// Releases the lock if it is held, in the background: the node is deleted also if the
    /// connection is interrupted now, as soon as it is restored. Does not block.
    ~LockHandle();

    /// Returns the fencing token: the zxid of the creation of the lock's node (czxid). Positive,
    /// constant, and larger than that of every earlier holder.
    [[nodiscard]] std::int64_t token() const noexcept;
    /// Returns the path of the lock's node, such as "/locks/a/0f..3c__lock__0000000007".
    [[nodiscard]] const std::string& path() const noexcept;
    /// Returns the session that owns the lock's node; 0 if it is persistent.
    [[nodiscard]] std::int64_t session() const noexcept;

    /// Returns whether the lock is held, as far as the client knows: neither released nor lost.
    /// False as soon as the client's session is another one.
    [[nodiscard]] bool is_held() const noexcept;
    /// Returns how long the servers certainly keep the session of the lock from now on, and with it
    /// the lock, unless its node is deleted: the time until session_valid_until(). Zero if the lock
    /// is not held, and while no such time is known. That does not mean that the lock is lost:
    /// after an acquisition by a client that has written nothing for a while, the first third of
    /// the session timeout passes until a time is known. Duration::max() for a persistent lock that
    /// is held.
    ///
    ///     while (held.is_held()) {
    ///         if (held.remaining() > 1s) step();  // takes less than 1 s
    ///         else pause();
    ///     }
    ///
    /// It decreases while the server does not answer, and becomes larger with each reply that
    /// proves a later time. To that end the client sends two syncs in each third of the session
    /// timeout while a lock is held, unless its writes prove as much; the result then is usually
    /// between 0.3 and 0.65 of the session timeout. All locks of a client share these syncs.
    ///
    /// It rests on the assumptions that KazooClient::session_valid_until lists: on clocks that run
    /// at the same speed, on the servers' tickTime and session limits. One is known not to hold at
    /// times: a leader that has lost its quorum may answer syncs until it notices that, for up to
    /// syncLimit and one or two ticks, while the other servers have elected another leader. The
    /// result may be too large by as much.
    ///
    /// So this ends work in time in most cases, and never replaces token() or transaction(): the
    /// process may also be suspended between this call and the next statement. Takes the mutex of
    /// the connection for a moment.
    [[nodiscard]] Duration remaining() const noexcept;
    /// Returns a token on which a stop is requested when the lock is lost, according to
    /// LockOptions::lost_when; not when it is released. Its stop callbacks run on Lane::session,
    /// Lane::callback or the thread that commits a GuardedTransaction, and must not block.
    [[nodiscard]] std::stop_token lost() const noexcept;
    /// Calls `function()` once, on Lane::callback, when the lock is lost; soon, if it is lost
    /// already. Not when it is released. Several functions may be given. Exceptions that it throws
    /// are logged. It is destroyed after the call, or when the lock is released. Throws
    /// std::bad_alloc and what copying `function` throws.
    template <class Function>
    void on_lost(Function&& function) const {
        static_assert(
            std::is_invocable_v<std::decay_t<Function>&>,
            "kazoo: the function of on_lost is called without arguments"
        );
        call_when_lost(UniqueFunction<void()>(std::forward<Function>(function)));
    }

    /// Returns an empty transaction that is applied only while the lock is held.
    [[nodiscard]] GuardedTransaction transaction() const;
    /// Adds the check of the lock to a transaction. The check is made after its operations, none of
    /// which is applied if it fails; an error of an operation therefore takes precedence over
    /// LockLostError. `transaction` must belong to the same servers.
    [[nodiscard]] GuardedTransaction guard(Transaction transaction) const;

    /// Releases the lock: deletes its node, usually with one request. The lock is not held any more
    /// when this function is called, whatever its result is. Returns true if it was held until
    /// then, and false if it was lost or had been released before.
    ///
    /// The node is deleted in any case. A time limit or a cancellation ends the wait with
    /// OperationTimeoutError or CancelledError, and the deletion continues in the background; the
    /// same holds for lost connections. Fails with NoAuthError if the client may not delete the
    /// node, and for a persistent lock with ConnectionClosedError or another error of its session
    /// if the client is stopped. The blocking form throws WouldDeadlockError, without releasing
    /// anything, where the wait could never end.
    AsyncResult<bool> release_async(const CallOptions& options = {});
    bool release(const CallOptions& options = {});

    /// Empties the handle without releasing the lock, and returns the name of its node, with which
    /// `resume` continues to hold it: a persistent lock (LockOptions::ephemeral) in any process,
    /// others in a client that has the same session. That is this client, or, after
    /// KazooClient::detach, the one to which the session is handed over; call this function first,
    /// because KazooClient::detach ends the hold. Nothing reports the loss of the lock until it is
    /// resumed, and nothing releases it but the end of its session or `break_lock`. Throws
    /// BadArgumentsError for an empty handle and for the lease of a semaphore, which cannot be
    /// resumed, and LockLostError if the lock is not held.
    [[nodiscard]] std::string detach();

private:
    friend struct detail::recipe::LockHandles;

    explicit LockHandle(std::shared_ptr<detail::recipe::Contender> contender) noexcept
        : contender_(std::move(contender)) {}
    void call_when_lost(UniqueFunction<void()> function) const;

    std::shared_ptr<detail::recipe::Contender> contender_;  // null: an empty handle
};

}  // namespace kazoo
KAZOO_API_END
