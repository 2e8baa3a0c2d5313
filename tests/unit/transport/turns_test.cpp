// SPDX-License-Identifier: Apache-2.0
#include "transport/turns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace kazoo::transport {
namespace {

using testing::ElementsAre;

TEST(TurnsTest, AHandlerRunsAtOnceIfNoneIsRunning) {
    Turns turns;
    bool ran = false;
    turns.run([&] { ran = true; });
    EXPECT_TRUE(ran);
}

TEST(TurnsTest, ANestedHandlerRunsAfterTheOuterOne) {
    Turns turns;
    std::vector<int> order;
    turns.run([&] {
        turns.run([&] {
            order.push_back(2);
            turns.run([&] { order.push_back(4); });
        });
        turns.run([&] { order.push_back(3); });
        order.push_back(1);
    });
    EXPECT_THAT(order, ElementsAre(1, 2, 3, 4));
}

TEST(TurnsTest, ManyThreadsRunOneAtATimeAndLoseNone) {
    constexpr int threads = 4;
    constexpr int each = 20'000;
    Turns turns;
    int count = 0;  // not guarded: turns run one at a time
    std::atomic<int> inside{0};
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i) {
        all.emplace_back([&] {
            for (int k = 0; k < each; ++k) {
                turns.run([&] {
                    EXPECT_EQ(inside.fetch_add(1), 0);
                    ++count;
                    inside.fetch_sub(1);
                });
            }
        });
    }
    for (auto& thread : all) {
        thread.join();
    }
    EXPECT_EQ(count, threads * each);
}

TEST(TurnsTest, AHandlerMayDestroyTheOwnerOfTheTurns) {
    auto turns = std::make_shared<Turns>();
    const std::weak_ptr<Turns> alive = turns;
    const auto run = [&turns, kept = turns] { kept->run([&turns] { turns.reset(); }); };
    run();
    EXPECT_FALSE(alive.expired());
}

}  // namespace
}  // namespace kazoo::transport
