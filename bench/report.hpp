// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run.hpp"

#include <iosfwd>

namespace bench {

/// Prints a table with the medians over all rounds, for each case and contestant.
void print_table(std::ostream& out, const Contestants& contestants, const Turns& turns);

/// Prints lines `RATIO <case> <measure> ours/<reference> <x>`; x is the median over all rounds of
/// the ratio within one round. Higher is better for throughput, lower for all other measures.
void print_ratios(std::ostream& out, const Contestants& contestants, const Turns& turns);

}  // namespace bench
