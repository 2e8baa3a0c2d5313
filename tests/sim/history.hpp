// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kazoo::history {}

namespace kazoo::sim {

// The simulation uses the calls, verdicts and chronicles of history.
using namespace history;

}  // namespace kazoo::sim
