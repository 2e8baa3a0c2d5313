#pragma once

#include "disturbance.hpp"
#include "judge.hpp"
#include "tape.hpp"
#include "wires.hpp"

#include <array>
#include <vector>

namespace kazoo::chaos {

/// Prints the statistics of a run, one per line.
void print_figures(
    const std::vector<Tape*>& tapes,
    const std::array<int, disturbance_kinds>& disturbances,
    const FrameCount& frames
);

}  // namespace kazoo::chaos
