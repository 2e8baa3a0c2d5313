#pragma once

#include <kazoo/time.hpp>

#include <chrono>

namespace kazoo::session {

using std::chrono::milliseconds;

/// Durations come from users, who write "no limit" as the longest one.
using detail::later;

}  // namespace kazoo::session
