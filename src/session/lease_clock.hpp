// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace kazoo::session {

/// Knows a time before which the servers do not expire the session, and asks for the syncs that
/// keep it fresh while something depends on the session. T is the session timeout.
///
/// The leader expires a session T after it has last counted it as alive, or a little later: it
/// rounds up. A follower answers pings by itself and reports the sessions that it has heard from
/// when the leader asks it to, every tickTime/2. So no reply of a follower proves that the leader
/// has counted anything. Replies that need the leader do (to a write or a sync, called confirmed
/// here), because the packets between leader and follower keep their order in both directions:
///
///     client       P              C1            C2
///                 / \            /  \          /  \      .
///     follower --+---+--o-------+----+--------+----+--   o: reports that it has heard from P
///                      / \     /    /        /    /
///     leader   -------+---+---+----+--------+----+---    + behind o: counts it
///
///   - The request P has been answered: the follower has noted the session.
///   - C1 is sent at least `settle` later. The leader has asked for a report in between. Its
///     question precedes the confirmation of C1, so when C1 is answered, the follower has reported.
///   - C2 is sent after that. The report precedes it on the way to the leader: when C2 is answered,
///     the leader has counted P, and keeps the session for T from then, which is later than T after
///     P was sent.
///
/// If by then the time known before is over, the session might have ended before the leader got the
/// report, and C2 have slipped in before that took effect. Another confirmed request is then
/// waited for.
///
/// A handshake with a server that is in contact with the leader is a proof by itself: the leader
/// creates the session, or counts it as alive, before the server answers.
///
/// All times are those of this client: of requests no later than they were sent, of replies no
/// earlier than they arrived. A request that is applied late therefore proves no more than one that
/// is applied at once. Not thread-safe. The marks are allocated when there is a first one; without
/// memory nothing is proven.
class LeaseClock {
public:
    // What happens to the session.

    /// A ConnectRequest is about to be sent.
    void asked(TimePoint now) noexcept { asked_ = now; }
    /// A server that is not read-only has accepted it. Of all timeouts of one session the shortest
    /// one counts.
    void connected(milliseconds timeout) noexcept;
    /// What other servers confirm proves nothing about what this one has reported.
    void disconnected() noexcept;
    /// The session is over for this client.
    void ended() noexcept;
    /// A request that was sent at `sent` or later has been answered as only the leader can.
    void confirmed(TimePoint sent, TimePoint now) noexcept;

    /// Returns a time before which the servers do not expire the session, in the past if none later
    /// is proven; nothing without a session.
    [[nodiscard]] std::optional<TimePoint> valid_until() const noexcept { return until_; }

    // Syncs. A round of two, or three, every T/3 while the lease is in use: the first one proves
    // that reports were made, the next that they have arrived. None while the requests of the user
    // prove enough.

    void use(TimePoint now) noexcept;
    void end_use() noexcept;
    [[nodiscard]] std::size_t uses() const noexcept { return uses_; }
    /// Takes over the uses of the session before.
    void set_uses(std::size_t uses) noexcept { uses_ = uses; }
    /// Returns whether to send a sync. If so, sync_sent() has to follow.
    [[nodiscard]] bool wants_sync(TimePoint now) noexcept;
    /// The sync is on its way as the request `id`; 0: there was no room for it.
    void sync_sent(std::uint64_t id, TimePoint now) noexcept;
    /// A request has been answered; it may have been the sync.
    void answered(std::uint64_t id) noexcept;
    /// Returns when wants_sync() has to be called again.
    [[nodiscard]] TimePoint next_sync() const noexcept;

private:
    /// A request in the place of P above.
    struct Mark {
        enum class Stage : std::uint8_t { answered, reported, counted };
        TimePoint sent;
        TimePoint next;  // a confirmed request that was sent then or later leads to the next stage
        Stage stage = Stage::answered;
    };
    static constexpr std::size_t most_marks = 32;

    void mark(TimePoint sent, TimePoint now) noexcept;
    [[nodiscard]] bool waits_for_next() const noexcept;
    [[nodiscard]] bool is_fresh(TimePoint now) const noexcept;
    [[nodiscard]] bool advance(Mark& mark, TimePoint sent, TimePoint now, bool lapsed) noexcept;
    void prove(TimePoint sent) noexcept;

    milliseconds timeout_{0};  // 0: there is no session
    TimePoint asked_;
    bool connected_ = false;
    std::optional<TimePoint> until_;
    using Marks = std::array<Mark, most_marks>;
    std::unique_ptr<Marks>
        marks_;  // the first mark_count_ are in use, the oldest first; null: none
    std::size_t mark_count_ = 0;

    std::size_t uses_ = 0;
    TimePoint next_round_;
    int left_in_round_ = 0;
    std::uint64_t sync_ = 0;  // without a reply; 0: none
};

}  // namespace kazoo::session
