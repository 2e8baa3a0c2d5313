#pragma once

#include "script.hpp"

namespace kazoo::differential {

/// What chance does not reach, for servers that have just begun: what is there without anybody's
/// doing, quotas, frames as large as they may be. Leaves nothing behind.
[[nodiscard]] Script first_steps();

}  // namespace kazoo::differential
