#pragma once

#include "server/rules/time.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace kazoo::server {

/// Decides when to return freed memory to the system: when the memory in use has dropped by `slack`
/// below its peak. Allocators such as glibc's keep memory that is freed in small blocks.
class MemoryTrimmer {
public:
    /// The shortest time between two samples.
    static constexpr std::int64_t interval_ms = 100;
    /// Smaller drops are ignored, because returning memory takes time.
    static constexpr std::size_t slack = std::size_t{4} << 20;

    [[nodiscard]] bool due(std::int64_t now_ms) const noexcept { return now_ms >= next_ms_; }
    /// `used` is the memory in use now, in bytes. Returns whether to return memory now.
    [[nodiscard]] bool sample(std::size_t used, std::int64_t now_ms) noexcept {
        next_ms_ = now_ms + interval_ms;
        peak_ = std::max(peak_, used);
        if (peak_ - used < slack) {
            return false;
        }
        peak_ = used;
        return true;
    }
    /// When to take a sample even without input (steady); never while the peak is below `slack`.
    [[nodiscard]] std::int64_t next_deadline() const noexcept {
        return peak_ >= slack ? next_ms_ : no_deadline;
    }

private:
    std::size_t peak_ = 0;      // of `used` since memory was returned
    std::int64_t next_ms_ = 0;  // steady time of the next sample
};

}  // namespace kazoo::server
