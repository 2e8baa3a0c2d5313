// SPDX-License-Identifier: Apache-2.0
#include <kazoo/detail/small_mutex.hpp>

#include <gtest/gtest.h>

#include <mutex>
#include <thread>
#include <vector>

namespace kazoo::detail {
namespace {

TEST(SmallMutex, OneThreadAtATime) {
    SmallMutex mutex;
    long count = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 20'000; ++i) {
                const std::lock_guard lock(mutex);
                ++count;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(count, 8 * 20'000);
}

TEST(SmallMutex, TryLockFailsWhileItIsLocked) {
    SmallMutex mutex;
    ASSERT_TRUE(mutex.try_lock());
    EXPECT_FALSE(mutex.try_lock());
    mutex.unlock();
    EXPECT_TRUE(mutex.try_lock());
    mutex.unlock();
}

/// Waiting threads sleep; each unlock wakes one, until none is left.
TEST(SmallMutex, WakesAllThatWait) {
    SmallMutex mutex;
    int entered = 0;
    mutex.lock();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            const std::lock_guard lock(mutex);
            ++entered;
            std::this_thread::yield();  // holds the mutex for longer than the others spin
        });
    }
    mutex.unlock();
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(entered, 4);
}

}  // namespace
}  // namespace kazoo::detail
