// SPDX-License-Identifier: Apache-2.0
// SequentialUvHandler: where tasks run, in which order, and how the loop's other handles get turns.
#include "libuv_calls.hpp"
#include "support/lanes.hpp"
#include "uv_loop.hpp"

#include <kazoo/handlers/uv.hpp>
#include <kazoo/promise.hpp>

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace kazoo::testing_support;
using kazoo::Lane;
using kazoo::SequentialUvHandler;
using testing::ElementsAre;

TEST(UvLanes, RunNothingUnlessTheLoopRuns) {
    UvLoop loop;
    SequentialUvHandler handler(loop.get());
    std::vector<std::string> order;
    handler.dispatch(Lane::completion, [&order] { order.emplace_back("1"); });
    handler.dispatch(Lane::completion, [&order] { order.emplace_back("2"); });
    EXPECT_TRUE(order.empty());
    EXPECT_TRUE(loop.alive()) << "a task that waits keeps the loop alive";
    loop.run();
    EXPECT_THAT(order, ElementsAre("1", "2"));
    EXPECT_FALSE(loop.alive());
    handler.dispatch(Lane::callback, [&order] { order.emplace_back("3"); });
    loop.run();
    EXPECT_THAT(order, ElementsAre("1", "2", "3"));
}

TEST(UvLanes, KeepOneOrder) {
    constexpr int tasks = 10'000;
    UvLoop loop;
    SequentialUvHandler handler(loop.get());
    std::vector<int> order;
    std::vector<int> expected;
    for (int i = 0; i < tasks; ++i) {
        handler.dispatch(lanes[static_cast<std::size_t>(i) % 3], [&order, i] {
            order.push_back(i);
        });
        expected.push_back(i);
    }
    loop.run();
    EXPECT_EQ(order, expected);
}

TEST(UvLanes, RunLinksOfResults) {
    UvLoop loop;
    const auto handler = std::make_shared<SequentialUvHandler>(loop.get());
    kazoo::Promise<int> promise(handler);
    int seen = 0;
    promise.result().rawlink([&seen](const kazoo::AsyncResult<int>& r) { seen = r.get(); });
    std::thread([&promise] { promise.set(3); }).join();
    EXPECT_EQ(seen, 0);
    handler->dispatch(Lane::session, [] {});  // keeps the loop alive
    loop.run();
    EXPECT_EQ(seen, 3);
}

TEST(UvLanes, TakeTasksFromManyThreads) {
    constexpr int tasks = 5000;
    constexpr std::size_t threads = 4;
    std::array<int, threads> last{};  // not guarded: the loop has one thread
    int wrong = 0;
    {
        LoopThread<std::unique_ptr<SequentialUvHandler>> loop([](uv_loop_t* l) {
            return std::make_unique<SequentialUvHandler>(l);
        });
        auto& handler = *loop.made;
        std::vector<std::thread> pool;
        for (std::size_t t = 0; t < threads; ++t) {
            pool.emplace_back([&, t] {
                for (int i = 1; i <= tasks; ++i) {
                    handler.dispatch(lanes[t % 3], [&, t, i] {
                        if (std::this_thread::get_id() != loop.id() || last[t] != i - 1) ++wrong;
                        last[t] = i;
                    });
                }
            });
        }
        for (auto& thread : pool) thread.join();
        handler.close();
        loop.end();
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_THAT(last, testing::Each(tasks));
}

TEST(UvLanes, WakeTheLoopOnceForManyTasks) {
    UvLoop loop;
    SequentialUvHandler handler(loop.get());
    const int before = libuv_calls().sends;
    int ran = 0;
    for (int i = 0; i < 100; ++i) handler.dispatch(Lane::callback, [&ran] { ++ran; });
    loop.run();
    EXPECT_EQ(ran, 100);
    EXPECT_EQ(libuv_calls().sends - before, 1);
}

/// Counts the loop's iterations while `running`.
struct TurnCounter {
    explicit TurnCounter(uv_loop_t* loop, const bool& while_this) : running(while_this) {
        uv_check_init(loop, &handle);
        handle.data = this;
        uv_check_start(&handle, [](uv_check_t* check) {
            auto& self = *static_cast<TurnCounter*>(check->data);
            self.turns += self.running ? 1 : 0;
        });
        uv_unref(reinterpret_cast<uv_handle_t*>(&handle));
    }
    void close() { uv_close(reinterpret_cast<uv_handle_t*>(&handle), nullptr); }

    uv_check_t handle{};
    const bool& running;
    int turns = 0;
};

TEST(UvLanes, LeaveOthersTheirTurnDuringManyTasks) {
    constexpr int tasks = 100'000;
    UvLoop loop;
    SequentialUvHandler handler(loop.get());
    bool busy = true;
    TurnCounter counter(loop.get(), busy);
    int ran = 0;
    for (int i = 0; i < tasks; ++i) {
        handler.dispatch(Lane::completion, [&] { busy = ++ran < tasks; });
    }
    loop.run();
    EXPECT_EQ(ran, tasks);
    EXPECT_GE(counter.turns, tasks / 500) << "turns of the loop meanwhile";
    counter.close();
}

struct PeriodicTimer {
    explicit PeriodicTimer(uv_loop_t* loop) {
        uv_timer_init(loop, &handle);
        handle.data = this;
        const auto fire = [](uv_timer_t* t) { ++static_cast<PeriodicTimer*>(t->data)->fired; };
        uv_timer_start(&handle, fire, 1, 1);
        uv_unref(reinterpret_cast<uv_handle_t*>(&handle));
    }
    void close() { uv_close(reinterpret_cast<uv_handle_t*>(&handle), nullptr); }

    uv_timer_t handle{};
    int fired = 0;
};

TEST(UvLanes, LetATimerFireBetweenSlowTasks) {
    constexpr int tasks = 50;
    UvLoop loop;
    SequentialUvHandler handler(loop.get());
    PeriodicTimer timer(loop.get());
    int fired_before_the_last = 0;
    for (int i = 0; i < tasks; ++i) {
        handler.dispatch(Lane::callback, [&] {
            fired_before_the_last = timer.fired;
            const auto end = std::chrono::steady_clock::now() + 3ms;
            while (std::chrono::steady_clock::now() < end) {
            }
        });
    }
    loop.run();
    EXPECT_GE(fired_before_the_last, tasks - 1) << "each task takes longer than a turn may";
    timer.close();
}

TEST(UvLanes, ThatAreNeverEmptyLeaveOthersTheirTurn) {
    UvLoop loop;
    SequentialUvHandler handler(loop.get());
    PeriodicTimer timer(loop.get());
    const auto limit = std::chrono::steady_clock::now() + 10s;
    std::function<void()> busy = [&] {
        const bool enough = timer.fired >= 20 || std::chrono::steady_clock::now() > limit;
        if (!enough) handler.dispatch(Lane::callback, [&busy] { busy(); });
    };
    busy();
    loop.run();
    EXPECT_GE(timer.fired, 20);
    timer.close();
}

}  // namespace
