#pragma once

namespace kazoo::history {}

namespace kazoo::sim {

// Calls, verdicts and chronicles are what a simulation is about.
using namespace history;

}  // namespace kazoo::sim
