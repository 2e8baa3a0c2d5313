// SPDX-License-Identifier: Apache-2.0
#include "session/lease_clock.hpp"

#include <algorithm>
#include <cassert>
#include <new>

namespace kazoo::session {
namespace {

/// The longest time within which a leader asks its followers for a report: tickTime/2, because
/// servers grant no session timeout of less than two ticks unless configured to.
constexpr int settle = 4;  // T/4

/// For clocks of client and leader that run at different speeds.
constexpr int margin = 50;  // T/50

/// Requests closer to one another than this are one mark.
constexpr int spacing = 32;  // T/32

constexpr int rounds = 3;  // per T
constexpr int syncs_in_round = 3;

}  // namespace

void LeaseClock::connected(milliseconds timeout) noexcept {
    // After another leader has taken over, it counts by the timeout with which the session was
    // created, and late reports of another server by the one that it has granted.
    timeout_ = timeout_.count() == 0 ? timeout : std::min(timeout, timeout_);
    connected_ = true;
    mark_count_ = 0;
    sync_ = 0;
    left_in_round_ = 0;
    next_round_ = TimePoint();
    // Not the later of this and the time known before: the timeout may be shorter now.
    until_.reset();
    prove(asked_);
}

void LeaseClock::disconnected() noexcept {
    connected_ = false;
    mark_count_ = 0;
    sync_ = 0;
    left_in_round_ = 0;
}

void LeaseClock::ended() noexcept {
    disconnected();
    timeout_ = milliseconds(0);
    until_.reset();
}

void LeaseClock::prove(TimePoint sent) noexcept {
    const auto until = sent + timeout_ - timeout_ / margin;
    until_ = std::max(until_.value_or(until), until);
}

void LeaseClock::confirmed(TimePoint sent, TimePoint now) noexcept {
    if (!connected_) {
        return;
    }
    const bool lapsed = !until_ || now >= *until_;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < mark_count_; ++i) {
        if (advance((*marks_)[i], sent, now, lapsed)) {
            prove((*marks_)[i].sent);
        } else {
            (*marks_)[kept++] = (*marks_)[i];
        }
    }
    mark_count_ = kept;
    if (kept == 0 || sent >= (*marks_)[kept - 1].sent + timeout_ / spacing) {
        mark(sent, now);
    }
}

void LeaseClock::mark(TimePoint sent, TimePoint now) noexcept {
    if (!marks_) {
        marks_.reset(new (std::nothrow) Marks);
    }
    if (marks_ && mark_count_ < most_marks) {
        (*marks_)[mark_count_++] = {sent, now + timeout_ / settle, Mark::Stage::answered};
    }
}

/// Returns whether the leader is known to have counted the mark.
bool LeaseClock::advance(Mark& mark, TimePoint sent, TimePoint now, bool lapsed) noexcept {
    if (sent < mark.next) {
        return false;
    }
    const bool reported = mark.stage == Mark::Stage::reported;
    if (mark.stage == Mark::Stage::counted || (reported && !lapsed)) {
        return true;
    }
    mark.stage = reported ? Mark::Stage::counted : Mark::Stage::reported;
    mark.next = now;
    return false;
}

void LeaseClock::use(TimePoint now) noexcept {
    if (uses_++ == 0) {
        next_round_ = now;
    }
}

void LeaseClock::end_use() noexcept {
    assert(uses_ > 0);
    --uses_;
}

/// Returns whether the next confirmed request leads a mark to its next stage.
bool LeaseClock::waits_for_next() const noexcept {
    return mark_count_ > 0 && (*marks_)[0].stage != Mark::Stage::answered;
}

/// Returns whether the requests of the user keep the bound fresh.
bool LeaseClock::is_fresh(TimePoint now) const noexcept {
    return until_ && *until_ - now > timeout_ / 2 && mark_count_ > 0 &&
           now - (*marks_)[mark_count_ - 1].sent < timeout_ / rounds;
}

bool LeaseClock::wants_sync(TimePoint now) noexcept {
    if (uses_ == 0 || !connected_ || sync_ != 0) {
        return false;
    }
    if (left_in_round_ > 0 && waits_for_next()) {
        return true;
    }
    left_in_round_ = 0;
    if (now < next_round_) {
        return false;
    }
    next_round_ = now + std::max<milliseconds>(timeout_ / rounds, milliseconds(1));
    left_in_round_ = is_fresh(now) ? 0 : syncs_in_round;
    return left_in_round_ > 0;
}

void LeaseClock::sync_sent(std::uint64_t id, TimePoint now) noexcept {
    sync_ = id;
    --left_in_round_;
    if (id == 0) {
        left_in_round_ = 0;
        next_round_ = now + std::max<milliseconds>(timeout_ / (4 * rounds), milliseconds(1));
    }
}

void LeaseClock::answered(std::uint64_t id) noexcept {
    sync_ = id == sync_ ? 0 : sync_;
}

TimePoint LeaseClock::next_sync() const noexcept {
    return uses_ > 0 && connected_ && sync_ == 0 ? next_round_ : TimePoint::max();
}

}  // namespace kazoo::session
