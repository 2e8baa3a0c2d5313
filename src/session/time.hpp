#pragma once

#include <kazoo/handler.hpp>

#include <algorithm>
#include <chrono>

namespace kazoo::session {

using std::chrono::milliseconds;

/// `now + pause`, but never beyond the end of time: durations come from users, and "for ever" is
/// often written as the longest one. A negative pause is none.
[[nodiscard]] constexpr TimePoint later(TimePoint now, milliseconds pause) {
    const auto left = std::chrono::duration_cast<milliseconds>(TimePoint::max() - now);
    return pause < left ? now + std::max(pause, milliseconds(0)) : TimePoint::max();
}

}  // namespace kazoo::session
