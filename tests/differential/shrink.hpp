// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "script.hpp"

#include <functional>

namespace kazoo::differential {

/// Returns true if a script still shows the difference.
using Shows = std::function<bool(const Script& script)>;

/// Reduces a script: removes steps in ever smaller pieces while it still shows the difference,
/// until no step can be removed or `attempts` scripts have been tried. `script` must show it, at
/// step `last`.
[[nodiscard]] Script shrink(Script script, std::size_t last, const Shows& shows, int attempts);

}  // namespace kazoo::differential
