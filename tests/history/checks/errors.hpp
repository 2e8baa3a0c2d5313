#pragma once

#include "history/call.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

namespace kazoo::history {

/// A call fails only with what can happen to it, says what that means for the data, and when a
/// server refused it there was a moment, while it was under way, when that was right.
void check_error(const Call& call, const Chronicle& chronicle, Verdict& verdict);

}  // namespace kazoo::history
