// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "defect_injector.hpp"
#include "tally.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace kazoo::sim {

struct ScenarioResult {
    std::vector<std::string> faults;  ///< what the checks have found
    std::uint64_t hash = 0;           ///< of the trace
    Tally tally;
};

/// Runs one simulation, which depends on the seed alone: clients work while faults occur, then all
/// faults end and every client has to recover, then all clients end.
[[nodiscard]] ScenarioResult run_scenario(std::uint64_t seed, bool trace, Defect defect);

}  // namespace kazoo::sim
