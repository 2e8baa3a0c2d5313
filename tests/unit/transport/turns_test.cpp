// SPDX-License-Identifier: Apache-2.0
#include "transport/turns.hpp"

#include "base/follow_ups.hpp"

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

/// Returns whether work can follow a handler of these turns that runs now.
bool work_follows(Turns& turns, const void* loop) {
    bool follows = false;
    turns.run([&] {
        base::LoopWork work{nullptr, [](const std::shared_ptr<void>&, Task&) noexcept {}, {}};
        follows = base::FollowUps::add(loop, work);
    });
    return follows;
}

TEST(TurnsTest, WorkFollowsOnceOneThreadRunsAllHandlers) {
    const int loop = 0;
    Turns turns(&loop);
    EXPECT_FALSE(work_follows(turns, &loop));
    int handlers = 1;
    while (!work_follows(turns, &loop) && handlers < 1000) {
        ++handlers;
    }
    EXPECT_LT(handlers, 100);
    std::thread([&] { EXPECT_FALSE(work_follows(turns, &loop)); }).join();
    for (int i = 0; i < 1000; ++i) {
        ASSERT_FALSE(work_follows(turns, &loop)) << "several threads run the loop";
    }
    while (!work_follows(turns, &loop) && handlers < 10000) {
        ++handlers;
    }
    EXPECT_LT(handlers, 10000) << "the loop has moved to this thread";
}

TEST(TurnsTest, WorkFollowsWhenTheTurnIsOver) {
    const int loop = 0;
    auto turns = std::make_shared<Turns>(&loop);
    while (!work_follows(*turns, &loop)) {
    }
    bool ran = false;
    const auto run = [](const std::shared_ptr<void>& all, Task& task) noexcept {
        // A turn of another thread would not have to wait.
        std::thread([&] { static_cast<Turns*>(all.get())->run([&] { task(); }); }).join();
    };
    turns->run([&, kept = turns] {
        base::LoopWork work{kept, run, [&ran] { ran = true; }};
        EXPECT_TRUE(base::FollowUps::add(&loop, work));
        EXPECT_FALSE(ran);
    });
    EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace kazoo::transport
