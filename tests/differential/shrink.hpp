#pragma once

#include "script.hpp"

#include <functional>

namespace kazoo::differential {

/// Whether a script still shows what is looked for.
using Shows = std::function<bool(const Script& script)>;

/// A shorter script that still shows it: steps are left out, in ever smaller pieces, while it does,
/// until none can be spared or `attempts` scripts have been tried. `script` must show it, and
/// `last` be the step at which it does.
[[nodiscard]] Script shrink(Script script, std::size_t last, const Shows& shows, int attempts);

}  // namespace kazoo::differential
