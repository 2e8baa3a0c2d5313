// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/host_list.hpp"
#include "session/time.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace kazoo::session {

/// The host names that a session has requested the addresses of. Lookups are independent of
/// attempts: they go on while other hosts are tried and during pauses, and their answers are used
/// whenever they arrive. Passive, like the session: decides what to do, and does no I/O.
class Lookups {
public:
    /// After this time a lookup counts as failed for the host's turn, and the next turn requests
    /// it again, in case the answer was lost. The lookup itself goes on.
    static constexpr milliseconds longest{30'000};
    /// How long to wait for a name while there are other hosts to try.
    static constexpr milliseconds patience{1'000};
    /// How long an unused answer is kept: addresses change.
    static constexpr milliseconds fresh{30'000};

    struct Answer {
        HostPort host;
        std::vector<Endpoint> endpoints;
    };
    /// A lookup that was requested.
    struct Question {
        HostPort host;
        bool in_turn = false;      ///< the host's turn waits for it
        std::uint64_t search = 0;  ///< the attempt of the WritableSearch that waits for it, or 0
    };

    /// Called when it is the host's turn. Returns whether to request a lookup with this attempt
    /// number; otherwise an earlier one is still under way.
    [[nodiscard]] bool ask(const HostPort& host, std::uint64_t attempt, TimePoint now);
    /// The same for the search for a writable server.
    [[nodiscard]] bool ask_for_search(const HostPort& host, std::uint64_t attempt, TimePoint now);
    /// Removes and returns the question that had this attempt number; nothing if there is none.
    [[nodiscard]] std::optional<Question> answered(std::uint64_t attempt);
    /// Keeps an answer for the host's next turn or, if `in_turn`, for the present one, which was
    /// passed over because the answer was late.
    void keep(Answer answer, bool in_turn, TimePoint now);

    /// Removes and returns the kept answer for a host, if it is fresh.
    [[nodiscard]] std::optional<Answer> take(const HostPort& host, TimePoint now);
    /// The same for any host whose turn was passed over because the answer was late.
    [[nodiscard]] std::optional<Answer> take_in_turn(TimePoint now);

    /// Returns whether the turn of any host waits for an answer.
    [[nodiscard]] bool any_in_turn() const;
    /// Returns until when to wait for this host's answer if there are other hosts to try.
    [[nodiscard]] TimePoint patience_ends(const HostPort& host, milliseconds limit) const;
    /// No turn waits for an answer any more; the lookups go on.
    void end_turns();

private:
    struct Pending {
        Question question;
        std::uint64_t attempt = 0;
        TimePoint asked;
    };
    struct Kept {
        Answer answer;
        bool in_turn = false;
        TimePoint came;
    };

    Pending& pending(const HostPort& host, std::uint64_t attempt, TimePoint now);

    std::vector<Pending> pending_;  // at most one per host
    std::vector<Kept> kept_;        // at most one per host
};

}  // namespace kazoo::session
