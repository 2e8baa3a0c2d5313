// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <deque>

namespace kazoo::history {

/// Once no calls are open: the operations of a transaction were applied with one zxid, or none was.
/// A transaction is recognised by the data of its creates and sets, which is unique.
void check_transactions(
    const std::deque<Call>& calls, const Chronicle& chronicle, Verdict& verdict
);

}  // namespace kazoo::history
