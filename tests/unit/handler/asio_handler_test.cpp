// SPDX-License-Identifier: Apache-2.0
// SequentialAsioHandler on loops of the test.
#include "support/lanes.hpp"

#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/asio.hpp>
#include <kazoo/promise.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using kazoo::AsyncResult;
using kazoo::Lane;
using kazoo::Promise;
using kazoo::SequentialAsioHandler;
using kazoo::WouldDeadlockError;
using kazoo::testing_support::blocking_is_refused;
using kazoo::testing_support::lanes;
using testing::ElementsAre;
using namespace std::chrono_literals;

TEST(AsioHandler, IsNamedAndCounted) {
    asio::io_context loop;
    SequentialAsioHandler handler(loop);
    EXPECT_EQ(handler.name(), "sequential_asio_handler");
    EXPECT_TRUE(handler.executor() == asio::any_io_executor(loop.get_executor()));
    EXPECT_FALSE(handler.running());
    handler.start();
    handler.start();
    handler.stop();
    EXPECT_TRUE(handler.running());
    handler.stop();
    EXPECT_FALSE(handler.running());
    handler.stop();
    handler.start();
    EXPECT_TRUE(handler.running());
    handler.stop();
}

TEST(AsioHandler, RunsNothingUnlessTheLoopRuns) {
    asio::io_context loop;
    SequentialAsioHandler handler(loop);
    std::vector<std::string> order;
    handler.dispatch(Lane::completion, [&order] { order.emplace_back("1"); });
    handler.dispatch(Lane::completion, [&order] { order.emplace_back("2"); });
    EXPECT_TRUE(order.empty());
    loop.run();  // returns when it runs out of work
    EXPECT_THAT(order, ElementsAre("1", "2"));
    loop.restart();
    handler.dispatch(Lane::callback, [&order] { order.emplace_back("3"); });
    loop.run();
    EXPECT_THAT(order, ElementsAre("1", "2", "3"));
}

TEST(AsioHandler, RunsLinksOfResults) {
    asio::io_context loop;
    const auto handler = std::make_shared<SequentialAsioHandler>(loop);
    Promise<int> promise(handler);
    int seen = 0;
    promise.result().rawlink([&seen](const AsyncResult<int>& r) { seen = r.get(); });
    promise.set(3);
    EXPECT_EQ(seen, 0);
    loop.run();
    EXPECT_EQ(seen, 3);
}

TEST(AsioHandler, KeepsEachLaneInOrderOnManyThreads) {
    constexpr int tasks = 20'000;
    constexpr int threads = 4;
    asio::io_context loop(threads);
    SequentialAsioHandler handler(loop);
    struct LaneLog {
        std::atomic<int> inside{0};
        int next = 0;  // not guarded: tasks run one at a time
        int wrong = 0;
    };
    std::array<LaneLog, 3> logs;
    for (int i = 0; i < tasks; ++i) {
        for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
            handler.dispatch(lanes[lane], [&log = logs[lane], i] {
                if (log.inside.fetch_add(1) != 0 || log.next != i) ++log.wrong;
                ++log.next;
                log.inside.fetch_sub(1);
            });
        }
    }
    std::vector<std::thread> pool;
    for (int i = 0; i < threads; ++i) pool.emplace_back([&loop] { loop.run(); });
    for (auto& thread : pool) thread.join();
    for (const auto& log : logs) {
        EXPECT_EQ(log.next, tasks);
        EXPECT_EQ(log.wrong, 0);
    }
}

TEST(AsioHandler, TakesTasksFromManyThreads) {
    constexpr int tasks = 5000;
    asio::io_context loop;
    SequentialAsioHandler handler(loop);
    auto work = asio::make_work_guard(loop);
    std::thread runner([&loop] { loop.run(); });
    int ran = 0;
    std::vector<std::thread> pool;
    for (int i = 0; i < 3; ++i) {
        pool.emplace_back([&] {
            for (int task = 0; task < tasks; ++task) {
                handler.dispatch(Lane::callback, [&ran] { ++ran; });
            }
        });
    }
    for (auto& thread : pool) thread.join();
    work.reset();
    runner.join();
    EXPECT_EQ(ran, 3 * tasks);
}

// A lane that is never empty leaves turns to timers, the connection and other lanes.
TEST(AsioHandler, SharesTheLoopWithOthers) {
    asio::io_context loop;
    SequentialAsioHandler handler(loop);
    int others_before_the_end = 0;
    bool ended = false;
    std::function<void(int)> busy = [&](int left) {
        if (left == 0) {
            ended = true;
        } else {
            handler.dispatch(Lane::callback, [&busy, left] { busy(left - 1); });
        }
    };
    busy(10'000);
    for (int i = 0; i < 10; ++i) {
        asio::post(loop, [&] { others_before_the_end += ended ? 0 : 1; });
        handler.dispatch(Lane::completion, [&] { others_before_the_end += ended ? 0 : 1; });
    }
    loop.run();
    EXPECT_TRUE(ended);
    EXPECT_EQ(others_before_the_end, 20);
}

TEST(AsioHandler, RefusesToBlockTheLoop) {
    asio::io_context loop;
    const auto handler = std::make_shared<SequentialAsioHandler>(loop);
    Promise<int> promise(handler);
    const auto result = promise.result();
    kazoo::Event event(handler);
    int refused = 0;
    for (const auto lane : lanes) {
        handler->dispatch(lane, [&] { refused += blocking_is_refused(result) ? 1 : 0; });
    }
    asio::post(loop, [&] {
        refused += blocking_is_refused(result) ? 1 : 0;
        EXPECT_THROW(event.wait(1ms), WouldDeadlockError);
        EXPECT_THROW(handler->sleep(1ms), WouldDeadlockError);
        EXPECT_FALSE(result.wait(0s));  // does not block
        promise.set(1);
        EXPECT_EQ(result.get(), 1);
    });
    EXPECT_FALSE(blocking_is_refused(result));  // not on the loop: may block
    loop.run();
    EXPECT_EQ(refused, 4);
}

TEST(AsioHandler, LetsOtherThreadsWaitForTheLoop) {
    asio::io_context loop;
    const auto handler = std::make_shared<SequentialAsioHandler>(loop);
    Promise<int> promise(handler);
    const auto result = promise.result();
    handler->dispatch(Lane::callback, [&promise] { promise.set(5); });
    std::thread runner([&loop] { loop.run(); });
    EXPECT_EQ(result.get(), 5);
    runner.join();
}

TEST(AsioHandler, RefusesToBlockInItsOwnCallbacksOnAnyExecutor) {
    asio::thread_pool pool(2);
    const auto handler = std::make_shared<SequentialAsioHandler>(pool.get_executor());
    Promise<int> promise(handler);
    const auto result = promise.result();
    std::atomic<int> refused{0};
    for (const auto lane : lanes) {
        handler->dispatch(lane, [&] { refused += blocking_is_refused(result) ? 1 : 0; });
    }
    std::atomic<bool> elsewhere{true};
    asio::post(pool, [&] { elsewhere = blocking_is_refused(result); });
    pool.join();
    EXPECT_EQ(refused, 3);
    EXPECT_FALSE(elsewhere);
    EXPECT_FALSE(blocking_is_refused(result));
}

TEST(AsioHandler, RefusesToBlockItsOwnLoopOnly) {
    asio::io_context loop;
    asio::io_context other_loop;
    const auto handler = std::make_shared<SequentialAsioHandler>(loop);
    Promise<int> promise(handler);
    bool refused = true;
    asio::post(other_loop, [&] { refused = blocking_is_refused(promise.result()); });
    other_loop.run();
    EXPECT_FALSE(refused);
}

TEST(AsioHandler, MayBeDestroyedWhileTheLoopRuns) {
    asio::io_context loop;
    int ran = 0;
    {
        auto handler = std::make_unique<SequentialAsioHandler>(loop);
        handler->dispatch(Lane::callback, [&ran] { ++ran; });
    }
    loop.run();
    EXPECT_EQ(ran, 1);

    loop.restart();
    auto last = std::make_shared<SequentialAsioHandler>(loop);
    auto& reference = *last;
    reference.dispatch(Lane::callback, [owner = std::move(last), &ran]() mutable {
        owner.reset();
        ++ran;
    });
    loop.run();
    EXPECT_EQ(ran, 2);
}

TEST(AsioHandler, DropsPendingTasksWithTheLoop) {
    const auto held = std::make_shared<int>(1);
    {
        asio::io_context loop;
        SequentialAsioHandler handler(loop);
        handler.dispatch(Lane::callback, [held] {});
        handler.dispatch(Lane::completion, [held] {});
        EXPECT_EQ(held.use_count(), 3);
    }
    EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
