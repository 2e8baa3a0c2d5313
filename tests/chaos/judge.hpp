#pragma once

#include "history/chronicle.hpp"
#include "history/verdict.hpp"
#include "ledger.hpp"
#include "tape.hpp"
#include "tree_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace kazoo::chaos {

/// All that is known of a run when it is over.
struct Evidence {
    std::vector<Tape*> tapes;
    Ledger ledger;
    /// When all had come to rest: the last transaction, and what had been seen.
    std::int64_t zxid_at_rest = 0;
    std::uint64_t stamp_at_rest = 0;
    /// The sessions that clients had then: all ended theirs, and nothing was in their way.
    std::map<std::int64_t, int> sessions_at_rest;
    /// What each server served then.
    std::vector<ServedTree> served_at_rest;
};

struct Judgement {
    Verdict verdict;
    std::size_t writes = 0;
    std::size_t ended_sessions = 0;
};

/// Runs the checks of histories on what clients have seen, against what servers have logged.
[[nodiscard]] Judgement judge(Evidence evidence);

/// Fills in, for each sync, what the servers are known to have done before it was called: the
/// greatest zxid that any client had been shown for a while. A leader that does not know yet that
/// it is none any more answers from its own epoch, so that later ones count only if the session has
/// seen them.
void note_known_zxids(std::deque<Call>& calls, const Chronicle& chronicle);

}  // namespace kazoo::chaos
