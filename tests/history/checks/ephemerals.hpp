#pragma once

#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <cstdint>
#include <set>

namespace kazoo::history {

/// No node belongs to a session that is over.
void check_ephemerals(
    const Chronicle& chronicle, const std::set<std::int64_t>& living_sessions, Verdict& verdict
);

}  // namespace kazoo::history
