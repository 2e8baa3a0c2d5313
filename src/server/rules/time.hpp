// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace kazoo::server {

// ZooKeeper counts time in milliseconds. All times and durations of the server have this
// resolution. They are integers only in the codec's records, in Stats, in Node::owner_or_ttl and in
// the figures of the four-letter words.

using Milliseconds = std::chrono::milliseconds;
/// Monotonic: for deadlines and expiry.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Milliseconds>;
/// The time of day: for Stats and TTLs.
using WallTime = std::chrono::sys_time<Milliseconds>;

/// The current time, passed in with each input. The core reads no clock.
struct Time {
    SteadyTime steady{};
    WallTime wall{};
};

/// A deadline that never comes.
inline constexpr SteadyTime no_deadline = SteadyTime::max();

}  // namespace kazoo::server
