#pragma once

#include <cstdint>

namespace kazoo::server {

/// The current time, passed in with each input. The core reads no clock.
struct Time {
    std::int64_t steady_ms = 0;  ///< monotonic: for deadlines and expiry
    std::int64_t wall_ms = 0;    ///< since the Unix epoch: for Stats and TTLs
};

/// A deadline in steady time that never comes.
inline constexpr std::int64_t no_deadline = INT64_MAX;

}  // namespace kazoo::server
