#pragma once

#include "history/call.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <deque>

namespace kazoo::history {

/// When nothing is under way any more, the calls against what the servers wrote: what succeeded was
/// written once, between call and reply; what was not sent or not applied was not; what is unknown
/// once at most. What was written was asked for. Writes of one session are in the order of its
/// calls.
void check_effects(const std::deque<Call>& calls, const Chronicle& chronicle, Verdict& verdict);

}  // namespace kazoo::history
