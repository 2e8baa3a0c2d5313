#pragma once

#include "mischief.hpp"
#include "tally.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace kazoo::sim {

struct ScenarioResult {
    std::vector<std::string> faults;  ///< what the checks found wrong
    std::uint64_t hash = 0;           ///< of the trace
    Tally tally;
};

/// One simulation, of which everything follows from the seed: clients at work while things go
/// wrong, then a time in which all is well and everybody recovers, then the end of all.
[[nodiscard]] ScenarioResult run_scenario(std::uint64_t seed, bool trace, Defect defect);

}  // namespace kazoo::sim
