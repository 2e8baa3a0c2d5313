// SPDX-License-Identifier: Apache-2.0
// Until when the servers keep the session: what proves it, and the syncs that do.
#include "codec/requests.hpp"
#include "session/session.hpp"

#include <algorithm>

namespace kazoo::session {

/// A server that is read-only has no leader: it neither asks one about a session of the ensemble,
/// nor does one know the sessions that it creates.
void Session::note_accepted() noexcept {
    if (!read_only_) {
        const bool resumed =
            identity_.id == config_.session_id && config_.resumed_timeout.count() > 0;
        const auto timeout = keepalive_.timeout();
        lease_.connected(resumed ? std::min(timeout, config_.resumed_timeout) : timeout);
    } else if (identity_.local_to_read_only) {
        lease_.ended();
    }
}

void Session::use_lease(TimePoint now) noexcept {
    lease_.use(now);
    pace_lease(now);
}

/// Sends a sync if it is time for one. As a request like those of the user: it waits behind them,
/// and is left out if the queue is full.
void Session::pace_lease(TimePoint now) noexcept {
    if (phase_ != Phase::serving || drain_ends_ || !lease_.wants_sync(now)) {
        return;
    }
    RequestSpec call;
    call.op = codec::Opcode::sync;
    call.issued = now;
    call.resend = Resend::nothing;
    RequestQueue::Accepted accepted;
    try {
        accepted = requests_.push(call, codec::SyncRequest{"/"});
    } catch (const std::bad_alloc&) {
        accepted.id = 0;
    }
    lease_.sync_sent(accepted.error ? 0 : accepted.id, now);
}

}  // namespace kazoo::session
