#pragma once

#include "call.hpp"
#include "verdict.hpp"

namespace kazoo::sim {

/// When nothing is under way any more: every call completed once, and its callback ran once.
void check_once(const Call& call, Verdict& verdict);

}  // namespace kazoo::sim
