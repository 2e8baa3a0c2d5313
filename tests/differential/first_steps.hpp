// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "script.hpp"
#include "server/rules/profile.hpp"

namespace kazoo::differential {

/// Steps that random scripts do not reach, for newly started servers: the initial nodes, quotas,
/// frames of the maximum size. Cleans up after itself.
[[nodiscard]] Script first_steps(const server::Profile& profile);

}  // namespace kazoo::differential
