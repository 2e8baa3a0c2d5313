// SPDX-License-Identifier: Apache-2.0
#include "session/keepalive.hpp"

#include <algorithm>

namespace kazoo::session {

using namespace std::chrono_literals;

void Keepalive::established(milliseconds timeout, TimePoint now) {
    timeout_ = timeout;
    heard_ = now;
    next_ping_ = now + ping_interval();
    patient_until_ = now;
}

void Keepalive::clock_has_turn(TimePoint now) {
    if (now > next_ping_ + std::max<milliseconds>(timeout_ / 50, 1ms)) {
        patient_until_ = now + ping_interval();
    }
}

bool Keepalive::take_ping(TimePoint now) {
    if (now < next_ping_) {
        return false;
    }
    // The schedule stays at multiples of T/3, but after a pause of the process one ping is sent,
    // not all that were missed.
    next_ping_ = std::max(next_ping_ + ping_interval(), now + (ping_interval() + 1ms) / 2);
    return true;
}

/// At least a millisecond: servers may negotiate any timeout, and the timer must not spin.
milliseconds Keepalive::ping_interval() const {
    return std::max<milliseconds>(timeout_ / 3, 1ms);
}

TimePoint Keepalive::next_deadline() const {
    return std::min(next_ping_, dead_at());
}

}  // namespace kazoo::session
