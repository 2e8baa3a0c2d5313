// SPDX-License-Identifier: Apache-2.0
/// Operations of KazooClient on its session: handing it over to another client, and the zxid that
/// servers must have reached.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/session_handover.hpp>
#include <kazoo/time.hpp>

#include <cstdint>
#include <optional>

KAZOO_API_BEGIN
namespace kazoo {

/// Operations that KazooClient inherits.
class SessionOperations {
public:
    /// Stops the client without closing its session, and returns what another client needs to
    /// continue it (ClientOptions::resume), in this process or another. Ephemeral nodes stay if
    /// that client connects within the session timeout. ClickHouse Keeper resumes no sessions.
    ///
    /// As with stop(), requests made before are served first, for at most
    /// ClientOptions::close_timeout; those without a reply then, and those that wait for a
    /// connection, fail with ConnectionLoss. While SUSPENDED the session is handed over at once.
    /// Its watches are those of requests that have succeeded.
    ///
    /// Afterwards this client is stopped and has no session any more: listeners receive LOST with
    /// StateReason::detached, watch functions EventType::NONE. Its ephemeral nodes belong to the
    /// other client now. The destructor and stop() leave the session alone. A later start begins a
    /// new session.
    ///
    /// Fails with ConnectionClosedError if the client is not started or is being stopped, with
    /// ConnectionLoss if it has never been connected since its start, with SessionExpiredError
    /// while there is no session because it has expired, and with ForkedError; the client then
    /// goes on as before. Fails with SessionExpiredError or AuthFailedError, and stops the client,
    /// if the session ends meanwhile. Cancelling the result does not start the client again: the
    /// session then expires.
    ///
    /// The result completes when the session is over for this client; the blocking form also waits
    /// for callbacks, as stop() does. It throws WouldDeadlockError, and leaves the client as it is,
    /// where that wait could never end, and KazooTimeoutError if the executor does not run.
    AsyncResult<SessionHandover> detach_async();
    SessionHandover detach();

    /// Returns a time on the clock of the handler (Handler::now()) before which the servers do not
    /// expire the session, so that its ephemeral nodes exist until then unless someone deletes
    /// them. It is in the past if no later one is known, also while the session lives on; nothing
    /// is returned while there is no session, once the client is being stopped or detached, and in
    /// a forked child. docs/sessions.md ("How long the session is certain") has the argument.
    ///
    /// It begins with each connection, and is postponed by writes and syncs that succeed: each
    /// third one or so, by the time at which the first of them was sent. Pings and reads do not
    /// count, because servers answer them without their leader. While nothing is written it lapses;
    /// only locks and the like send requests to prevent that.
    ///
    /// It rests on assumptions. Where they do not hold, the session may expire earlier:
    /// - The clocks of this machine and of the leader run at the same speed, within 2 %. The clock
    ///   of the handler does not count the time for which the machine is suspended. Servers before
    ///   ZooKeeper 3.5 may use a clock that is set.
    /// - The servers' tickTime is at most half of the session timeout, as without
    ///   minSessionTimeout, and the leader sends its pings to the other servers on time.
    /// - All servers have the same limits of the session timeout, and all clients that have had
    ///   the session request the same one. No observer is connected to a follower instead of the
    ///   leader (observerMasterPort), and sessions are not local (localSessionsEnabled), or have
    ///   created an ephemeral node.
    /// - No leader answers that has lost its quorum. It may do so until it notices: for up to
    ///   syncLimit and one or two ticks. The bound may be late by as much.
    ///
    /// The session can end before it expires: a client with its id and password can close it, and
    /// so can an administrator. And a process can be paused between looking at this time and the
    /// next statement. So this may end work early, but does not make it safe: what must not happen
    /// twice needs a fencing token or a transaction that checks the version of a node.
    ///
    /// Takes the mutex of the connection for a moment. Thread-safe.
    [[nodiscard]] std::optional<TimePoint> session_valid_until() const noexcept;

    /// Drops the persistent and recursive watches that this client has taken over
    /// (ClientOptions::resume): its function is not called for them any more. Those that add_watch
    /// has not joined are removed from the servers in the background.
    void drop_resumed_watches() noexcept;

    /// Returns the last zxid that this client has seen in a reply. Servers that are behind it
    /// refuse the client, so that it never reads an older state than before. 0 in a forked child.
    [[nodiscard]] std::int64_t last_zxid() const noexcept;

    /// Makes the client use servers that are behind its last zxid, after they have been restored
    /// from a backup (WhenBehind): ends its session (LOST with StateReason::ensemble_behind; its
    /// watch functions are called with NONE, operations that wait fail with SessionExpiredError)
    /// and begins a new one. What it reads then may be older than what it has read before.
    ///
    /// Returns false, and does nothing, while the client is connected, because the server is then
    /// not behind, and while it is not started. Throws std::bad_alloc and has then done nothing.
    bool reset_zxid();

protected:
    SessionOperations() noexcept = default;
    SessionOperations(const SessionOperations&) noexcept = default;
    SessionOperations& operator=(const SessionOperations&) noexcept = default;
    ~SessionOperations() = default;
};

}  // namespace kazoo
KAZOO_API_END
