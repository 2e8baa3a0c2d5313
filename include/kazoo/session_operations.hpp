// SPDX-License-Identifier: Apache-2.0
/// Operations of KazooClient on its session: handing it over to another client, and the zxid that
/// servers must have reached.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/session_handover.hpp>

#include <cstdint>

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
