// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/time.hpp"

#include <algorithm>

namespace kazoo::session {

/// Decides when to ping, when a connection is dead and when the session is over. T is the
/// negotiated session timeout:
///
///     last bytes received
///       |------ T/3 ------|------ T/3 ------|------ T/3 ------|------ T/3 ------|
///                                    connection dead   servers may expire   session over
///
/// Pings are sent every T/3, whatever else is sent: followers of ClickHouse Keeper do not count
/// reads. A connection on which nothing arrives for 2T/3 is dead, except after a pause of the
/// process or its event loop: no ping was sent in time, so that one gets the usual time to be
/// answered. A session without contact for 4T/3 is over, even if no server has said so (as in the
/// Java client since 3.9.3).
class Keepalive {
public:
    void established(milliseconds timeout, TimePoint now);
    /// Called when bytes have arrived, whatever they are.
    void received(TimePoint now) { heard_ = now; }
    /// Called by the timer before the functions below. If a ping is long overdue, the process was
    /// paused: what the server has sent meanwhile may not have been read yet.
    void clock_has_turn(TimePoint now);

    /// Returns whether a ping is due; if so, sets the time of the next one.
    [[nodiscard]] bool take_ping(TimePoint now);
    [[nodiscard]] bool connection_dead(TimePoint now) const { return now >= dead_at(); }
    [[nodiscard]] bool session_over(TimePoint now) const { return now >= session_ends(); }

    /// Returns the time of the next ping or of the end of the connection, whichever is earlier.
    [[nodiscard]] TimePoint next_deadline() const;
    [[nodiscard]] TimePoint session_ends() const { return heard_ + timeout_ * 4 / 3; }
    /// Returns until when the servers are expected to keep the session: they count from the last
    /// ping that has reached them.
    [[nodiscard]] TimePoint servers_keep_until() const { return heard_ + timeout_; }
    [[nodiscard]] milliseconds timeout() const { return timeout_; }

private:
    [[nodiscard]] milliseconds ping_interval() const;
    [[nodiscard]] TimePoint dead_at() const {
        return std::max(heard_ + timeout_ * 2 / 3, patient_until_);
    }

    milliseconds timeout_{0};  // T
    TimePoint heard_;          // when bytes last arrived
    TimePoint next_ping_;
    TimePoint patient_until_;  // the connection does not count as dead before this
};

}  // namespace kazoo::session
