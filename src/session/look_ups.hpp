#pragma once

#include "session/host_list.hpp"
#include "session/time.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace kazoo::session {

/// The names that a session has asked for. A look-up has a clock of its own: it goes on while other
/// hosts are tried and during pauses, and its answer is used whenever it comes. Passive, like the
/// session: says what to do next.
class LookUps {
public:
    /// After so long a name counts as failed for this turn, and is asked for again in the next: the
    /// answer may have been lost. The look-up itself goes on.
    static constexpr milliseconds longest{30'000};
    /// After so long a name is not waited for while there are other hosts to try.
    static constexpr milliseconds patience{1'000};
    /// An answer that nobody has used by then is not used any more: addresses change hands.
    static constexpr milliseconds fresh{30'000};

    struct Answer {
        HostPort host;
        std::vector<Endpoint> endpoints;
    };
    /// What an attempt number was the question for.
    struct Question {
        HostPort host;
        bool in_turn = false;      ///< the turn of the host waits for it
        std::uint64_t search = 0;  ///< the attempt of the search that waits for it, if any
    };

    /// It is the host's turn. Says whether to ask for its name, with this attempt number; else the
    /// answer to an earlier question is still to come.
    [[nodiscard]] bool ask(const HostPort& host, std::uint64_t attempt, TimePoint now);
    /// The same for the search for a writable server.
    [[nodiscard]] bool ask_for_search(const HostPort& host, std::uint64_t attempt, TimePoint now);
    /// An answer to this attempt has come: forgets the question.
    [[nodiscard]] std::optional<Question> answered(std::uint64_t attempt);
    /// Keeps an answer for the host's next turn, or for the present one, which has been passed
    /// over.
    void keep(Answer answer, bool in_turn, TimePoint now);

    /// The kept answer for a host, if it is fresh.
    [[nodiscard]] std::optional<Answer> take(const HostPort& host, TimePoint now);
    /// A kept answer of a host whose turn was passed over because it had not come.
    [[nodiscard]] std::optional<Answer> take_in_turn(TimePoint now);

    /// Whether the turn of a host waits for an answer.
    [[nodiscard]] bool any_in_turn() const;
    /// Until when to wait for this host's answer, if there are others to try.
    [[nodiscard]] TimePoint patience_ends(const HostPort& host, milliseconds limit) const;
    /// The turns of hosts do not wait any longer; the look-ups go on.
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

    std::vector<Pending> pending_;  // each host once
    std::vector<Kept> kept_;        // each host once
};

}  // namespace kazoo::session
