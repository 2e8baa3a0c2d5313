// SPDX-License-Identifier: Apache-2.0
/// ReadLock and WriteLock: many readers, or one writer.
#pragma once

#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/detail/lock_base.hpp>
#include <kazoo/recipes/lock_contender.hpp>
#include <kazoo/recipes/lock_format.hpp>
#include <kazoo/recipes/lock_handle.hpp>
#include <kazoo/recipes/lock_options.hpp>
#include <kazoo/time.hpp>

KAZOO_API_BEGIN
namespace kazoo {

/// A lock that any number of processes hold together, but not while a WriteLock of the same path is
/// held (kazoo's `ReadLock`, Curator's InterProcessReadWriteLock).
///
/// A reader waits for the writers whose nodes precede its own, and for no reader; a writer that
/// waits holds back the readers behind it. The members are those of Lock. Additionally it is a
/// shared mutex: `std::shared_lock shared(read_lock)`. `lock` and `lock_shared` are the same.
///
/// A process that holds the read lock must not wait for the write lock: it would wait for itself.
class [[nodiscard]] ReadLock : public detail::LockBase {
public:
    /// As the constructor of Lock. Throws BadArgumentsError also if the format has no read locks.
    explicit ReadLock(
        KazooClient& client, PathView path, const LockOptions& options = LockOptions()
    )
        : LockBase(client, path, options, detail::LockKind::read) {}

    /// The same as `lock`, `try_lock`, `try_lock_for` and `unlock`, by the names of a shared mutex.
    void lock_shared() { lock(); }
    bool try_lock_shared() { return try_lock(); }
    bool try_lock_shared_for(AnyDuration timeout) { return try_lock_for(timeout); }
    void unlock_shared() noexcept { unlock(); }
};

/// A lock that excludes every other WriteLock and every ReadLock of the same path (kazoo's
/// `WriteLock`). The members are those of Lock.
///
/// With LockFormat::curator() it also waits for the read lock that a writer of Curator takes while
/// it holds the write lock (a node with the number of its own).
class [[nodiscard]] WriteLock : public detail::LockBase {
public:
    /// As the constructor of Lock. Throws BadArgumentsError also if the format has no write locks.
    explicit WriteLock(
        KazooClient& client, PathView path, const LockOptions& options = LockOptions()
    )
        : LockBase(client, path, options, detail::LockKind::write) {}
};

}  // namespace kazoo
KAZOO_API_END
