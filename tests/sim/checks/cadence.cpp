// SPDX-License-Identifier: Apache-2.0
#include "checks/cadence.hpp"

#include <algorithm>
#include <chrono>

namespace kazoo::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration tolerance = 60ms;
/// Shortest pause between two rounds of servers: the first pause of RetryPolicy's defaults.
constexpr Duration shortest_pause = 60ms;
/// The longest time without an attempt is the longest pause plus the longest attempt at its grown
/// limit, with a margin for name lookups.
constexpr Duration longest_attempt = 30s;
constexpr Duration longest_silence = 5s + longest_attempt + 1s;

std::string in_ms(Duration time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) +
           " ms";
}

}  // namespace

void Cadence::on_excuse(Duration time) {
    excused_time_ += time;
    attempt_excuse_ += time;
    heard_excuse_ += time;
    extra_silence_ += timeout_ / 3;
}

Duration Cadence::excused(TimePoint now) const {
    return excused_time_ + (sending_since_ ? now - *sending_since_ : Duration(0));
}

void Cadence::on_attempt(TimePoint now) {
    last_attempt_ = now;
    attempt_excuse_ = Duration(0);
    attempts_without_reply_.push_back(now);
    // One attempt more than a round has: the search for a writable server belongs to no round.
    if (attempts_without_reply_.size() > hosts_ + 2) {
        const auto round = now - attempts_without_reply_.front();
        attempts_without_reply_.pop_front();
        if (round < shortest_pause) {
            verdict_.fail(who_ + ": retries without a pause, a round in " + in_ms(round));
        }
    }
}

void Cadence::on_handshake(Duration session_timeout, TimePoint now) {
    timeout_ = session_timeout;
    handshake_done_ = true;
    last_ping_ = now;
    last_received_ = now;
    heard_excuse_ = Duration(0);
    extra_silence_ = Duration(0);
    excused_time_ = Duration(0);
    excused_before_ = true;  // a late handshake reply makes the first ping early
}

void Cadence::check_gap(TimePoint now, const char* what) {
    const auto most = timeout_ / 3 + tolerance + excused(now);
    if (now - last_ping_ > most) {
        verdict_.fail(
            who_ + ": no ping for " + in_ms(now - last_ping_) + " " + what + ", the limit is " +
            in_ms(most)
        );
    }
}

void Cadence::on_ping(TimePoint now) {
    if (!handshake_done_) {
        return verdict_.fail(who_ + ": a ping before the welcome");
    }
    if (now == last_ping_) {
        return;  // queued while nothing could be sent, then sent together
    }
    check_gap(now, "before this one");
    const bool excusable = excused(now) > 0ms;
    if (!excusable && !excused_before_ && now - last_ping_ < timeout_ / 6 - tolerance) {
        verdict_.fail(who_ + ": two pings within " + in_ms(now - last_ping_));
    }
    excused_before_ = excusable;
    excused_time_ = Duration(0);
    last_ping_ = now;
}

void Cadence::on_auth() {
    excused_time_ += longest_attempt;
    attempt_excuse_ += longest_attempt;  // authentication has a time limit of its own
}

void Cadence::on_end(TimePoint now) {
    if (handshake_done_) {
        check_gap(now, "at the end of a connection");
    }
    handshake_done_ = false;
    sending_since_.reset();
}

void Cadence::on_sent(TimePoint now) {
    if (sending_since_ && now - *sending_since_ > 1ms) {
        excused_time_ += now - *sending_since_;
    }
    sending_since_.reset();
}

void Cadence::set_wanted(bool connected, TimePoint now) {
    if (connected != wanted_) {
        last_attempt_ = now;
        attempt_excuse_ = Duration(0);
        attempts_without_reply_.clear();  // an explicit start connects without a pause
    }
    wanted_ = connected;
}

void Cadence::look(bool connected, bool suspended, TimePoint now) {
    if (connected) {
        last_attempt_ = now;
        attempt_excuse_ = Duration(0);
    } else if (wanted_ && now - last_attempt_ > longest_silence + attempt_excuse_) {
        verdict_.fail(who_ + ": does not try to connect for " + in_ms(now - last_attempt_));
    }
    const auto silence = now - last_received_ - heard_excuse_;
    if (connected && silence > timeout_ * 2 / 3 + extra_silence_ + tolerance) {
        verdict_.fail(who_ + ": connected, but nothing was heard for " + in_ms(silence));
    }
    if (suspended && timeout_ > 0ms && silence > timeout_ * 4 / 3 + tolerance) {
        verdict_.fail(who_ + ": SUSPENDED, but nothing was heard for " + in_ms(silence));
    }
}

}  // namespace kazoo::sim
