#pragma once

#include "history/call.hpp"
#include "history/verdict.hpp"

namespace kazoo::history {

/// When nothing is under way any more: every call completed once, and its callback ran once.
void check_once(const Call& call, Verdict& verdict);

}  // namespace kazoo::history
