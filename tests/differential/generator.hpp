// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "script.hpp"
#include "server/rules/profile.hpp"

namespace kazoo::differential {

/// Generates a script that depends on the arguments alone and shows no intentional difference from
/// that release. Few paths are used, so that clients conflict; about one step in eight is invalid
/// in some way.
[[nodiscard]] Script generate(
    std::uint64_t seed, std::size_t steps, const server::Profile& profile
);

}  // namespace kazoo::differential
