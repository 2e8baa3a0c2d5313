// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace kazoo::chaos {

/// Properties of the path from one machine to another.
struct Wire {
    bool cut = false;
    int loss_percent = 0;
    std::chrono::microseconds delay{0};
    std::chrono::microseconds jitter{0};  ///< maximum additional delay
    std::uint32_t bytes_per_second = 0;   ///< 0: no limit
};

/// Counts of frames by their fate.
struct FrameCount {
    std::uint64_t delivered = 0;
    std::uint64_t lost = 0;  ///< at random
    std::uint64_t cut_off = 0;
    std::uint64_t overflowed = 0;  ///< the queue of the wire was full
};

}  // namespace kazoo::chaos
