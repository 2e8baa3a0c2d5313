// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call.hpp"
#include "history/verdict.hpp"

namespace kazoo::history {

/// Once no calls are open: every call has completed once, and its callback has run once.
void check_once(const Call& call, Verdict& verdict);

}  // namespace kazoo::history
