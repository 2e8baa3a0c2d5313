// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/rules/time.hpp"

#include <algorithm>
#include <cstddef>

namespace kazoo::server {

/// Decides when to return freed memory to the system: when the memory in use has dropped by `slack`
/// below its peak. Allocators such as glibc's keep memory that is freed in small blocks.
class MemoryTrimmer {
public:
    /// The shortest time between two samples.
    static constexpr Milliseconds interval{100};
    /// Smaller drops are ignored, because returning memory takes time.
    static constexpr std::size_t slack = std::size_t{4} << 20;

    [[nodiscard]] bool due(SteadyTime now) const noexcept { return now >= next_; }
    /// `used` is the memory in use now, in bytes. Returns whether to return memory now.
    [[nodiscard]] bool sample(std::size_t used, SteadyTime now) noexcept {
        next_ = now + interval;
        peak_ = std::max(peak_, used);
        if (peak_ - used < slack) {
            return false;
        }
        peak_ = used;
        return true;
    }
    /// When to take a sample even without input; never while the peak is below `slack`.
    [[nodiscard]] SteadyTime next_deadline() const noexcept {
        return peak_ >= slack ? next_ : no_deadline;
    }

private:
    std::size_t peak_ = 0;  // of `used` since memory was returned
    SteadyTime next_;       // when the next sample is due
};

}  // namespace kazoo::server
