// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <barrier>
#include <chrono>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace kazoo::testing_support {

/// Runs functions concurrently, in rounds: `reset`, then at the same time `own` on the calling
/// thread and each of `others` on a thread of its own, then `check`. Returns the number of rounds:
/// 2000, or fewer, but at least 100, if they take longer than a second.
inline int race(
    const std::function<void()>& reset,
    const std::function<void()>& own,
    const std::vector<std::function<void()>>& others,
    const std::function<void()>& check
) {
    constexpr int most = 2000;
    constexpr int least = 100;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    std::barrier meet(static_cast<std::ptrdiff_t>(others.size()) + 1);
    bool over = false;  // synchronised by the barrier
    std::vector<std::thread> threads;
    for (const auto& other : others) {
        threads.emplace_back([&] {
            for (;;) {
                meet.arrive_and_wait();
                if (over) return;
                other();
                meet.arrive_and_wait();
            }
        });
    }
    int rounds = 0;
    for (; rounds < most; ++rounds) {
        if (rounds >= least && std::chrono::steady_clock::now() > end) break;
        reset();
        meet.arrive_and_wait();
        own();
        meet.arrive_and_wait();
        check();
    }
    over = true;
    meet.arrive_and_wait();
    for (auto& thread : threads) thread.join();
    return rounds;
}

}  // namespace kazoo::testing_support
