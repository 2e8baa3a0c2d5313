// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <cstdint>
#include <set>

namespace kazoo::history {

/// Checks that no node is owned by an ended session.
void check_ephemerals(
    const Chronicle& chronicle, const std::set<std::int64_t>& living_sessions, Verdict& verdict
);

}  // namespace kazoo::history
