#pragma once

#include <cstdint>

namespace kazoo::server {

/// The time, as whoever drives the server says it is.
struct Time {
    std::int64_t steady_ms = 0;  ///< never goes back: deadlines, expiry
    std::int64_t wall_ms = 0;    ///< since the Unix epoch: what a Stat shows, TTLs
};

/// "Never", for deadlines in steady time.
inline constexpr std::int64_t no_deadline = INT64_MAX;

}  // namespace kazoo::server
