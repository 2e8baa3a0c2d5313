#pragma once

#include "server/time.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace kazoo::server {

/// Says when it is worth giving freed memory back to the system: when much less is in use than was
/// before. Allocators keep what is freed in small pieces.
class MemoryWatch {
public:
    /// What is in use is to be looked at so often, while there may be something to give back.
    static constexpr std::int64_t interval_ms = 100;
    /// What is not worth it.
    static constexpr std::size_t slack = std::size_t{4} << 20;

    [[nodiscard]] bool due(std::int64_t now_ms) const noexcept { return now_ms >= next_ms_; }
    /// `used` is what is in use now. True if memory should be given back.
    [[nodiscard]] bool sample(std::size_t used, std::int64_t now_ms) noexcept {
        next_ms_ = now_ms + interval_ms;
        peak_ = std::max(peak_, used);
        if (peak_ - used < slack) {
            return false;
        }
        peak_ = used;
        return true;
    }
    /// When to look again even if nothing happens (steady).
    [[nodiscard]] std::int64_t next_deadline() const noexcept {
        return peak_ >= slack ? next_ms_ : no_deadline;
    }

private:
    std::size_t peak_ = 0;
    std::int64_t next_ms_ = 0;
};

}  // namespace kazoo::server
