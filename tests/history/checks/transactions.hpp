// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <cstdint>
#include <deque>
#include <set>

namespace kazoo::history {

/// Once no calls are open, compares transactions with what the servers wrote. A transaction was
/// applied as one change that contains all of its writes in their order, on a tree in which all of
/// its operations were possible; its results are those of that change. A successful one was applied
/// once, between call and reply; one that was not sent or not applied, never; one with an unknown
/// outcome, at most once. All commits of a protected transaction count as one, and what is said of
/// its marker agrees with the tree. Returns the zxids of the transactions that were applied.
///
/// Each transaction has a create or a set, which identifies it by its unique data.
std::set<std::int64_t> check_transactions(
    const std::deque<Call>& calls, const Chronicle& chronicle, Verdict& verdict
);

/// A transaction that a server refused would have failed so, at the same operation for the same
/// reason, at some moment between call and reply; its other operations were not applied.
void check_refusal(const Call& call, const Chronicle& chronicle, Verdict& verdict);

}  // namespace kazoo::history
