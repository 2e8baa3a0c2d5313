// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <atomic>

KAZOO_API_BEGIN
namespace kazoo::detail {

/// A mutex of four bytes for sections of a few instructions that call nothing: results, of which a
/// program has many, lock theirs several times each. Locking it without contention is one atomic
/// instruction in place, where std::mutex calls a function and takes forty bytes. A thread that
/// finds it locked spins for a moment and then sleeps.
///
/// Not recursive, and not fair. Meets the requirements of std::lock_guard and std::unique_lock.
/// unlock() does not read or write the object once another thread can lock it (notify_one() uses
/// the address only). The thread that locks it next may therefore destroy it.
class SmallMutex {
public:
    SmallMutex() noexcept = default;
    SmallMutex(const SmallMutex&) = delete;
    SmallMutex& operator=(const SmallMutex&) = delete;

    void lock() noexcept {
        if (!try_lock()) {
            lock_contended();
        }
    }
    [[nodiscard]] bool try_lock() noexcept {
        int expected = unlocked;
        return state_.compare_exchange_strong(
            expected, locked, std::memory_order_acquire, std::memory_order_relaxed
        );
    }
    void unlock() noexcept {
        if (state_.exchange(unlocked, std::memory_order_release) == waited_for) {
            state_.notify_one();
        }
    }

private:
    static constexpr int unlocked = 0;
    static constexpr int locked = 1;
    static constexpr int waited_for = 2;  // locked, and threads may be asleep

    void lock_contended() noexcept;

    std::atomic<int> state_{unlocked};
};

}  // namespace kazoo::detail
KAZOO_API_END
