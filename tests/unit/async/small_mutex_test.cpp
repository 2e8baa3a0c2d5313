// SPDX-License-Identifier: Apache-2.0
#include "support/wait_until.hpp"

#include <kazoo/detail/small_mutex.hpp>

#include <gtest/gtest.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kazoo::detail {
namespace {

using namespace std::chrono_literals;

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

/// Returns whether a thread of this process sleeps.
bool sleeps(pid_t thread) {
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    const std::string stat(std::istreambuf_iterator<char>(file), {});
    const auto name_end = stat.rfind(')');
    return name_end != std::string::npos && stat.substr(name_end, 3) == ") S";
}

TEST(SmallMutex, WakesAllThatSleep) {
    SmallMutex mutex;
    int entered = 0;
    std::array<std::atomic<pid_t>, 4> ids{};
    mutex.lock();
    std::vector<std::thread> threads;
    for (auto& id : ids) {
        threads.emplace_back([&] {
            id = ::gettid();
            const std::lock_guard lock(mutex);
            ++entered;
        });
    }
    EXPECT_TRUE(testing_support::wait_until(
        [&] {
            return std::all_of(ids.begin(), ids.end(), [](pid_t id) { return id && sleeps(id); });
        },
        20s
    ));
    mutex.unlock();
    for (auto& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(entered, 4);
}

}  // namespace
}  // namespace kazoo::detail
