#pragma once

#include "disturbance.hpp"
#include "judge.hpp"
#include "tape.hpp"
#include "wires.hpp"

#include <array>
#include <vector>

namespace kazoo::chaos {

/// Prints what has happened in a run, a line for each figure.
void print_figures(
    const std::vector<Tape*>& tapes,
    const std::array<int, disturbance_kinds>& disturbances,
    const FrameCount& frames
);

}  // namespace kazoo::chaos
