// SPDX-License-Identifier: Apache-2.0
/// MultiLock: several locks at once.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/recipes/lock_handle.hpp>
#include <kazoo/recipes/lock_options.hpp>
#include <kazoo/time.hpp>

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace kazoo::detail::recipe {
class MultiLocking;
class HeldLocks;
struct MultiLockHandles;
}  // namespace kazoo::detail::recipe

KAZOO_API_BEGIN
namespace kazoo {

/// The locks that a MultiLock has acquired. Move-only; the members are those of LockHandle for all
/// locks together. Thread-safe, except for moving and destruction.
class [[nodiscard]] MultiLockHandle {
public:
    /// An empty handle, which is not held.
    MultiLockHandle() noexcept = default;
    MultiLockHandle(MultiLockHandle&&) noexcept = default;
    /// Releases the locks that are replaced, in the background.
    MultiLockHandle& operator=(MultiLockHandle&& other) noexcept;
    /// Releases the locks in the background.
    ~MultiLockHandle();

    /// Returns whether all locks are held, as far as the client knows.
    [[nodiscard]] bool is_held() const noexcept;
    /// Returns the shortest of the times of the locks; see LockHandle::remaining. Zero for an empty
    /// handle.
    [[nodiscard]] Duration remaining() const noexcept;
    /// Returns a token on which a stop is requested when one of the locks is lost.
    [[nodiscard]] std::stop_token lost() const noexcept;
    /// Returns the handles of the locks, in the order of the paths; empty for an empty handle. The
    /// reference is valid until the object is destroyed, moved or assigned to.
    [[nodiscard]] const std::vector<LockHandle>& locks() const noexcept;

    /// Releases the locks, the last one first, and waits for all of them. Returns true if all were
    /// held until then. Fails with the error of the first release that fails, after all have been
    /// tried; see LockHandle::release_async.
    AsyncResult<bool> release_async(const CallOptions& options = {});
    bool release(const CallOptions& options = {});

private:
    friend struct detail::recipe::MultiLockHandles;
    explicit MultiLockHandle(std::shared_ptr<detail::recipe::HeldLocks> held) noexcept
        : held_(std::move(held)) {}

    std::shared_ptr<detail::recipe::HeldLocks> held_;  // null: an empty handle
};

/// Several locks that are held together or not at all (Curator's InterProcessMultiLock).
///
///     MultiLock accounts(zk, {"/accounts/1", "/accounts/2"});
///     auto held = accounts.acquire(CallOptions().timeout(5s));
///
/// The locks are acquired one after the other in the order of the paths, and if one cannot be, the
/// others are released. Processes that lock the same paths must use the same order, otherwise they
/// may wait for each other; a time limit ends that. The locks are ordinary ones: see Lock.
/// Thread-safe, except for moving and destruction. May be destroyed while `acquire` is in progress.
class [[nodiscard]] MultiLock {
public:
    /// Throws BadArgumentsError if there is no path, or one occurs twice, and as the constructor of
    /// Lock does.
    MultiLock(
        KazooClient& client,
        const std::vector<std::string>& paths,
        const LockOptions& options = LockOptions()
    );

    /// Acquires all locks, within the limits of `options` together. Fails as Lock::acquire does;
    /// none is held then, and their nodes are deleted in the background.
    AsyncResult<MultiLockHandle> acquire_async(const CallOptions& options = {});
    MultiLockHandle acquire(const CallOptions& options = {});
    /// Acquires all locks if all are free; otherwise returns std::nullopt. See Lock::try_acquire.
    AsyncResult<std::optional<MultiLockHandle>> try_acquire_async(const CallOptions& options = {});
    std::optional<MultiLockHandle> try_acquire(const CallOptions& options = {});
    /// Ends the acquisitions that are in progress, with CancelledError; see Lock::cancel.
    void cancel() noexcept;

private:
    std::shared_ptr<detail::recipe::MultiLocking> locking_;  // null: moved from
};

}  // namespace kazoo
KAZOO_API_END
