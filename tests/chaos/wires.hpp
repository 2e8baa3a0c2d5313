#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace kazoo::chaos {

/// What the way from one machine to another is like.
struct Wire {
    bool cut = false;
    int loss_percent = 0;
    std::chrono::microseconds delay{0};
    std::chrono::microseconds jitter{0};  ///< up to so much more
    std::uint32_t bytes_per_second = 0;   ///< 0: no limit
};

/// What has become of the frames.
struct FrameCount {
    std::uint64_t delivered = 0;
    std::uint64_t lost = 0;  ///< by chance
    std::uint64_t cut_off = 0;
    std::uint64_t overflowed = 0;  ///< the queue of a slow wire was full
};

}  // namespace kazoo::chaos
