// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/rules/time.hpp"

#include <cstdint>

namespace kazoo::server {

/// Times of a test, in milliseconds since the epoch of the clock.
constexpr SteadyTime steady_at(std::int64_t ms) {
    return SteadyTime(Milliseconds(ms));
}
constexpr WallTime wall_at(std::int64_t ms) {
    return WallTime(Milliseconds(ms));
}

}  // namespace kazoo::server
