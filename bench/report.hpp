#pragma once

#include "run.hpp"

#include <iosfwd>

namespace bench {

/// For each case and contestant the medians over the rounds.
void print_table(std::ostream& out, const Turns& turns);

/// `RATIO <case> <measure> ours/<reference> <x>`, where x is the median over the rounds of the
/// ratio within a round. More is better for throughput, less for all else.
void print_ratios(std::ostream& out, const Turns& turns);

}  // namespace bench
