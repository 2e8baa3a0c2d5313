// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/errors.hpp>
#include <kazoo/time.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>

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

/// Counts the tries of a coroutine that failed in a row without a pause between them. Not
/// thread-safe.
class TriesWithoutMemory {
public:
    /// A step has succeeded, or the coroutine has paused.
    void reset() noexcept { in_row_ = 0; }
    /// To be called in the handler of the exception of a pause. Throws that exception again unless
    /// another try is worthwhile: any error but a lack of memory means that the loop is being
    /// destroyed.
    void pause_failed() {
        if (!allows_another(std::current_exception())) {
            throw;
        }
    }
    /// The same for an exception that has been caught. Returns whether another try is worthwhile.
    [[nodiscard]] bool allows_another(const std::exception_ptr& failure) noexcept {
        return is_out_of_memory(failure) && ++in_row_ < most_without_memory;
    }

private:
    int in_row_ = 0;
};

/// Calls `function`, and returns what it returns. Calls it again if it throws std::bad_alloc;
/// throws that after most_without_memory tries.
template <class Function>
decltype(auto) retry_bad_alloc(const Function& function) {
    for (int tries = 1; tries < most_without_memory; ++tries) {
        try {
            return function();
        } catch (const std::bad_alloc&) {
            // Tried again.
        }
    }
    return function();
}

/// Calls `begin`, which calls a coroutine that nothing waits for, again if there is no memory for
/// its frame. Returns false if there still is none after most_without_memory tries.
template <class Begin>
bool begin_in_background(const Begin& begin) noexcept {
    try {
        retry_bad_alloc(begin);
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

}  // namespace kazoo::detail::recipe
