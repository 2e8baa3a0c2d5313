// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <deque>
#include <functional>
#include <string_view>

namespace kazoo::history {

/// Once no calls are open, compares the calls with what the servers wrote. A successful write was
/// applied once, between call and reply; one that was not sent or not applied, never; one with an
/// unknown outcome, at most once. Every write belongs to a call. Writes of one session are in the
/// order of its calls. `others`: returns whether a path is changed by something else alone, so that
/// its writes need no call.
void check_effects(
    const std::deque<Call>& calls,
    const Chronicle& chronicle,
    Verdict& verdict,
    const std::function<bool(std::string_view)>& others = {}
);

}  // namespace kazoo::history
