// SPDX-License-Identifier: Apache-2.0
/// DoubleBarrier: processes begin a computation together and end it together.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/path_view.hpp>

#include <memory>
#include <string_view>

namespace kazoo::detail::recipe {
class DoubleBarrierState;
}

KAZOO_API_BEGIN
namespace kazoo {

/// A double barrier (kazoo's `DoubleBarrier`): `enter` waits until a number of members have
/// entered, `leave` until all members have left.
///
///     DoubleBarrier barrier(zk, "/jobs/step-3", 5, "host-7");
///     barrier.enter(CallOptions().timeout(30s));
///     compute();
///     barrier.leave(CallOptions().timeout(30s));
///
/// Layout: an ephemeral node `<path>/<32 hexadecimal digits>` for each member, with the identifier
/// as its data, and the persistent node `<path>/ready`, without data, once enough members are
/// there. Members may use this class, kazoo's `DoubleBarrier` and Curator's
/// `DistributedDoubleBarrier` at the same time.
///
/// Guarantees: `enter` returns only after `num_clients` nodes of members, that of this member
/// included, or the node `ready` have been seen. `leave` returns only after the nodes of all
/// members that it has found when it began are gone.
///
/// What it does not guarantee:
/// - A member that gives up or dies after it has been counted may have let others in. They find out
///   when it does not do its part; a barrier cannot tell them.
/// - The node `ready` does not belong to a session. If all members that entered die before `leave`,
///   it stays, and lets the next member in alone: delete it, or use a path for each round.
/// - Members that use kazoo return from `leave` early if they have to look more than once.
///
/// Sessions: the node of a member ends with the session. An `enter` that is waiting then begins
/// again in the next session, and deletes the node of the old one if that is still there. A member
/// whose session ends after it has entered counts as having left; its `leave` waits for the others.
/// While SUSPENDED, calls continue. If the client is stopped or destroyed, calls fail with
/// ConnectionClosedError.
///
/// Giving up: if `enter` fails, at its time limit, by cancellation or for another reason, the node
/// of the member is deleted, in the background if need be. If `leave` fails, it is as well, so that
/// the others do not wait for it. The destructor cancels an `enter` in progress and deletes the
/// node of a member that has not left; a `leave` in progress continues. Errors of these deletions
/// are logged.
///
/// Calls: each has a blocking and an asynchronous form. A time limit covers the whole call;
/// ClientOptions::call_timeout does not limit them. Errors that pass with a reconnect or a new
/// session are retried, others, such as NoAuthError, fail the call. Callbacks of results run on
/// Lane::completion. The blocking forms throw WouldDeadlockError within a watch function, which
/// would hold back the events that they wait for.
///
/// An object is one member: at most one call may be in progress. It may be used for several rounds.
/// Needs ZooKeeper 3.5 or later. Thread-safe, except for moving and destruction. A moved-from
/// object may only be assigned to and destroyed.
class DoubleBarrier {
public:
    /// Sends nothing. `num_clients`: how many members `enter` waits for, at least 1. `identifier`:
    /// the data of the node, for people (kazoo's default is the name of the host and the process
    /// id). Throws BadArgumentsError if the path is malformed or "/", or num_clients is less than
    /// 1, and std::bad_alloc.
    DoubleBarrier(
        const KazooClient& client, PathView path, int num_clients, std::string_view identifier = {}
    );
    DoubleBarrier(DoubleBarrier&&) noexcept;
    /// The member that is replaced ends as by the destructor.
    DoubleBarrier& operator=(DoubleBarrier&&) noexcept;
    ~DoubleBarrier();

    /// Waits until enough members have entered. Creates the path if it is missing. Fails with
    /// OperationTimeoutError (Outcome::not_applied: this member has not entered), CancelledError,
    /// and BadArgumentsError if this member has entered or a call is in progress.
    AsyncResult<void> enter_async(const CallOptions& options = {});
    void enter(const CallOptions& options = {});

    /// Waits until all members have left. Fails with OperationTimeoutError and CancelledError, this
    /// member has then left nevertheless; and with BadArgumentsError if it has not entered or a
    /// call is in progress.
    AsyncResult<void> leave_async(const CallOptions& options = {});
    void leave(const CallOptions& options = {});

    /// Returns whether this member has entered and not called `leave` since. The end of its session
    /// does not change that.
    [[nodiscard]] bool participating() const noexcept;

private:
    std::shared_ptr<detail::recipe::DoubleBarrierState> state_;  // null: moved from
};

}  // namespace kazoo
KAZOO_API_END
