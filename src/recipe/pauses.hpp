// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/errors.hpp>
#include <kazoo/time.hpp>

#include <algorithm>
#include <chrono>
#include <exception>

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

/// The pause of a coroutine that had no memory for its next step.
inline constexpr std::chrono::milliseconds pause_without_memory{100};
/// How many tries in a row may fail for want of memory without a pause between them, for which
/// there is no memory either. A shortage is usually over at the next try.
inline constexpr int most_without_memory = 10;

/// Returns whether a step failed for want of memory.
[[nodiscard]] inline bool is_out_of_memory(const std::exception_ptr& failure) noexcept {
    return error_from(failure).code() == ClientErrc::out_of_memory;
}

}  // namespace kazoo::detail::recipe
