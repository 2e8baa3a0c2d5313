// SPDX-License-Identifier: Apache-2.0
#include <kazoo/detail/small_mutex.hpp>

namespace kazoo::detail {

/// A thread that has waited takes the mutex as `waited_for`, because others may still sleep; at
/// worst its unlock() wakes none.
void SmallMutex::lock_contended() noexcept {
    constexpr int spins = 64;  // about as long as a section takes
    for (int i = 0; i < spins; ++i) {
        if (state_.load(std::memory_order_relaxed) == unlocked && try_lock()) {
            return;
        }
    }
    while (state_.exchange(waited_for, std::memory_order_acquire) != unlocked) {
        state_.wait(waited_for, std::memory_order_relaxed);
    }
}

}  // namespace kazoo::detail
