// SPDX-License-Identifier: Apache-2.0
/// Barrier: a node that holds processes back as long as it exists.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/path_view.hpp>

#include <memory>

namespace kazoo::detail::recipe {
class BarrierState;
}

KAZOO_API_BEGIN
namespace kazoo {

/// A barrier (kazoo's `Barrier`): while the node exists, `wait` waits; when it is deleted, all
/// waits end.
///
///     Barrier barrier(zk, "/jobs/gate");
///     barrier.create();                                    // one process closes it
///     barrier.wait(CallOptions().timeout(30s));            // others wait
///     barrier.remove();                                    // opens it
///
/// Layout: the persistent node `path`, without data. kazoo's `Barrier` and Curator's
/// `DistributedBarrier` with the same path are the same barrier.
///
/// Guarantees: `wait` returns only after a server has reported that the node does not exist. That
/// state may be past when the caller continues: nothing keeps another process from creating the
/// barrier again. A barrier that is removed and created again in quick succession may not be
/// noticed by a process that waits.
///
/// Connections and sessions: the barrier is persistent and does not depend on any session. While
/// SUSPENDED a wait continues; it reads the node again after a new session, so that no removal is
/// missed. If the client is stopped or destroyed, calls fail with ConnectionClosedError.
///
/// Calls: each has a blocking and an asynchronous form. A time limit covers the whole call
/// (OperationTimeoutError). ClientOptions::call_timeout does not limit `wait`. Calls may be
/// cancelled, and continue when the object is destroyed or the client is moved. Errors that pass
/// with a reconnect or a new session are not reported but retried; others, such as NoAuthError,
/// fail the call. Callbacks of results run on Lane::completion.
///
/// Thread-safe, except for moving and destruction. A moved-from object may only be assigned to and
/// destroyed.
class Barrier {
public:
    /// Sends nothing. Throws BadArgumentsError if the path is malformed or "/", and std::bad_alloc.
    Barrier(const KazooClient& client, PathView path);
    Barrier(Barrier&&) noexcept;
    Barrier& operator=(Barrier&&) noexcept;
    ~Barrier();

    /// Closes the barrier: creates the node and its missing parents. It is not an error if it
    /// exists. Repeated after a lost reply, so that the node may be created again if another
    /// process has removed it in between.
    AsyncResult<void> create_async(const CallOptions& options = {}) const;
    void create(const CallOptions& options = {}) const;

    /// Opens the barrier. Returns false if it was open; true if it was closed and has been removed,
    /// by this call or by another at the same time. Deletes only the node that it has found, not
    /// one that is created meanwhile (NodeOperations::delete_guaranteed): a time limit or a
    /// cancellation ends the wait, and the deletion continues in the background. Fails with
    /// NotEmptyError if the node has children.
    AsyncResult<bool> remove_async(const CallOptions& options = {}) const;
    bool remove(const CallOptions& options = {}) const;

    /// Waits until the barrier is open. Returns at once if it is. Fails with OperationTimeoutError
    /// (Outcome::not_applied) at its time limit, and with CancelledError.
    ///
    /// One watch on the server serves all waits of this object; it may remain there after a wait
    /// that was given up, until the node is deleted or the session ends. The blocking form throws
    /// WouldDeadlockError within a watch function, which would hold back the event.
    AsyncResult<void> wait_async(const CallOptions& options = {}) const;
    void wait(const CallOptions& options = {}) const;

private:
    std::shared_ptr<detail::recipe::BarrierState> state_;  // null: moved from
};

}  // namespace kazoo
KAZOO_API_END
