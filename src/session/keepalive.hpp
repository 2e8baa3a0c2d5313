#pragma once

#include "session/time.hpp"

#include <algorithm>

namespace kazoo::session {

/// When to ping, when to give a connection up, when to give the session up; T is the negotiated
/// session timeout.
///
/// Pings go out every T/3, whatever else is sent: ClickHouse Keeper's followers do not count reads.
/// A connection on which nothing at all arrives for 2T/3 is dead, unless nobody has asked
/// meanwhile: after a pause of the process or of its loop a ping has the usual time to be answered.
/// A session without contact for 4T/3 is over, whether or not a server has said so (as the Java
/// client since 3.9.3).
class Keepalive {
public:
    void established(milliseconds timeout, TimePoint now);
    void received(TimePoint now) { heard_ = now; }
    /// The clock's turn, before any question below. Much later than a ping was due, it says that
    /// the process stood still: what the server has sent meanwhile, or would have, is not here yet.
    void clock_has_turn(TimePoint now);

    /// Whether a ping is due; if so, sets the time of the next.
    [[nodiscard]] bool take_ping(TimePoint now);
    [[nodiscard]] bool connection_dead(TimePoint now) const { return now >= dead_at(); }
    [[nodiscard]] bool session_over(TimePoint now) const { return now >= session_ends(); }

    /// Of a connection: the next ping or the end, whichever is first.
    [[nodiscard]] TimePoint next_deadline() const;
    [[nodiscard]] TimePoint session_ends() const { return heard_ + timeout_ * 4 / 3; }
    /// Until then the servers keep the session: they count from the last ping that reached them.
    [[nodiscard]] TimePoint servers_keep_until() const { return heard_ + timeout_; }
    [[nodiscard]] milliseconds timeout() const { return timeout_; }

private:
    [[nodiscard]] milliseconds ping_interval() const;
    [[nodiscard]] TimePoint dead_at() const {
        return std::max(heard_ + timeout_ * 2 / 3, patient_until_);
    }

    milliseconds timeout_{0};
    TimePoint heard_;
    TimePoint next_ping_;
    TimePoint patient_until_;
};

}  // namespace kazoo::session
