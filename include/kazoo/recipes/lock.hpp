// SPDX-License-Identifier: Apache-2.0
/// Lock: mutual exclusion between processes.
#pragma once

#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/detail/lock_base.hpp>
#include <kazoo/recipes/lock_contender.hpp>
#include <kazoo/recipes/lock_format.hpp>
#include <kazoo/recipes/lock_handle.hpp>
#include <kazoo/recipes/lock_options.hpp>

KAZOO_API_BEGIN
namespace kazoo {

/// A lock that at most one of all processes holds (kazoo's `Lock`, Curator's InterProcessMutex).
///
///     Lock lock(zk, "/locks/printer", LockOptions().identifier("host-7"));
///     {
///         auto held = lock.acquire(CallOptions().timeout(5s));       // LockTimeoutError
///         held.transaction().set_data("/printer/job", "7").commit(); // only while it is held
///     }                                                              // released here
///     if (auto held = lock.try_acquire()) { ... }
///     auto held = co_await lock.acquire_async();
///     std::scoped_lock both(lock_a, lock_b);                         // as a mutex
///
/// The members are those of detail::LockBase. `path` is a node whose children are the contenders:
/// ephemeral sequence nodes, of which the first one holds the lock, and each of the others watches
/// the one before it. It is created if it does not exist. Use it for one lock only; for a Lock, or
/// for a ReadLock and WriteLock, not for both.
///
/// What the lock guarantees, and what not: while LockHandle::is_held() returns true, no other
/// contender is first among the nodes, unless the servers have ended the session and the client,
/// which is cut off from them, does not know it yet. Work that is protected by the lock alone can
/// therefore overlap with that of the next holder by the time that the client needs to learn of it.
/// LockHandle says what to do about that.
///
/// Not re-entrant: a second `acquire` waits for the first, as with std::mutex
/// (LockOptions::queue_behind_self). Whether a contender holds the lock is decided by its node's
/// name, its owner and the present session, never by its name alone.
///
/// The object may be destroyed at any time: acquisitions in progress continue, and handles stay
/// valid; the client may be moved, stopped and destroyed.
class [[nodiscard]] Lock : public detail::LockBase {
public:
    /// Asks no server. Throws BadArgumentsError if the path is malformed or "/", or the options
    /// contradict each other, and std::bad_alloc.
    explicit Lock(KazooClient& client, PathView path, const LockOptions& options = LockOptions())
        : LockBase(client, path, options, detail::LockKind::lock) {}
};

}  // namespace kazoo
KAZOO_API_END
