// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "defect.hpp"
#include "recipe_kind.hpp"
#include "tally.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::sim {

struct ScenarioResult {
    std::vector<std::string> faults;  ///< what the checks have found
    std::uint64_t hash = 0;           ///< of the trace
    Tally tally;
};

/// What is simulated, besides the seed.
struct ScenarioOptions {
    Defect defect = Defect::none;
    std::optional<RecipeKind> recipe;  ///< nothing: that of the defect, or one chosen at random
    bool trace = false;
};

/// Runs one simulation, which depends on the seed and the options alone: clients work while faults
/// occur, then all faults end and every client has to recover, then all clients end.
[[nodiscard]] ScenarioResult run_scenario(std::uint64_t seed, const ScenarioOptions& options);

}  // namespace kazoo::sim
