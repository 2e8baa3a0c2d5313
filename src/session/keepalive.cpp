#include "session/keepalive.hpp"

#include <algorithm>

namespace kazoo::session {

void Keepalive::established(milliseconds timeout, TimePoint now) {
    timeout_ = timeout;
    heard_ = now;
    next_ping_ = now + timeout / 3;
}

bool Keepalive::take_ping(TimePoint now) {
    if (now < next_ping_) {
        return false;
    }
    // After a pause of the process one ping goes out, not all that were missed.
    next_ping_ = std::max(next_ping_ + timeout_ / 3, now + timeout_ / 6);
    return true;
}

TimePoint Keepalive::next_deadline() const { return std::min(next_ping_, dead_at()); }

}  // namespace kazoo::session
