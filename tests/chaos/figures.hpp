// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client_log.hpp"
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

}  // namespace kazoo::chaos
