// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache_check.hpp"
#include "client_log.hpp"
#include "contender_report.hpp"
#include "disturbance.hpp"
#include "run_check.hpp"
#include "wires.hpp"

#include <array>
#include <vector>

namespace kazoo::chaos {

/// Prints the statistics of a run, one per line.
void print_figures(
    const std::vector<ClientLog*>& client_logs,
    const std::array<int, disturbance_kinds>& disturbances,
    const FrameCount& frames
);

/// Prints the statistics of contenders and caches, one per line.
void print_recipe_figures(
    const std::vector<ContenderReport>& contenders, const std::vector<CacheRecord>& caches
);

}  // namespace kazoo::chaos
