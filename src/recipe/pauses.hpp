// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/time.hpp>

#include <algorithm>
#include <chrono>

namespace kazoo::detail::recipe {

/// The pauses between the tries of one step: 10 ms, doubling to 0.5 s. Not thread-safe.
class Pauses {
public:
    [[nodiscard]] Duration next() noexcept {
        const auto pause = next_;
        next_ = std::min<Duration>(next_ * 2, std::chrono::milliseconds(500));
        return pause;
    }
    void reset() noexcept { next_ = shortest; }

private:
    static constexpr Duration shortest = std::chrono::milliseconds(10);
    Duration next_ = shortest;
};

}  // namespace kazoo::detail::recipe
