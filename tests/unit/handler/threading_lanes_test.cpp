// SPDX-License-Identifier: Apache-2.0
// SequentialThreadingHandler: where tasks run, and in which order.
#include "support/lanes.hpp"

#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/threading.hpp>
#include <kazoo/promise.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace {

using kazoo::Event;
using kazoo::Lane;
using kazoo::SequentialThreadingHandler;
using kazoo::testing_support::lanes;
using namespace std::chrono_literals;

constexpr auto lane_patience = 1min;

class ThreadingLanes : public testing::Test {
protected:
    ThreadingLanes() { handler->start(); }
    ~ThreadingLanes() override { handler->stop(); }

    std::thread::id thread_of(Lane lane) {
        return kazoo::testing_support::thread_of(*handler, lane);
    }

    const std::shared_ptr<SequentialThreadingHandler> handler =
        std::make_shared<SequentialThreadingHandler>();
};

TEST_F(ThreadingLanes, HasAName) {
    EXPECT_EQ(handler->name(), "sequential_threading_handler");
}

TEST_F(ThreadingLanes, HaveAThreadEach) {
    std::set<std::thread::id> threads{std::this_thread::get_id()};
    for (const auto lane : lanes) {
        threads.insert(thread_of(lane));
        EXPECT_EQ(thread_of(lane), thread_of(lane));
    }
    std::promise<std::thread::id> connection;
    boost::asio::post(handler->executor(), [&] {
        connection.set_value(std::this_thread::get_id());
    });
    threads.insert(connection.get_future().get());
    EXPECT_EQ(threads.size(), 5U);
}

TEST_F(ThreadingLanes, RunTasksInOrder) {
    constexpr int tasks = 10'000;
    for (const auto lane : lanes) {
        std::vector<int> order;
        Event done;
        for (int i = 0; i < tasks; ++i) {
            handler->dispatch(lane, [&order, i] { order.push_back(i); });
        }
        handler->dispatch(lane, [done]() mutable { done.set(); });
        ASSERT_TRUE(done.wait(lane_patience));
        std::vector<int> expected;
        for (int i = 0; i < tasks; ++i) expected.push_back(i);
        EXPECT_EQ(order, expected);
    }
}

TEST_F(ThreadingLanes, RunOneTaskAtATimeHoweverManyThreadsDispatch) {
    constexpr int tasks = 2000;
    std::array<int, 4> last{};  // per thread; not guarded: the lane serializes its tasks
    int calls = 0;
    bool in_order = true;
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < last.size(); ++thread) {
        threads.emplace_back([&, thread] {
            for (int i = 1; i <= tasks; ++i) {
                handler->dispatch(Lane::callback, [&, thread, i] {
                    ++calls;
                    in_order = in_order && last[thread] == i - 1;
                    last[thread] = i;
                });
            }
        });
    }
    for (auto& thread : threads) thread.join();
    Event done;
    handler->dispatch(Lane::callback, [done]() mutable { done.set(); });
    ASSERT_TRUE(done.wait(lane_patience));
    EXPECT_EQ(calls, 4 * tasks);
    EXPECT_TRUE(in_order);
}

TEST_F(ThreadingLanes, DoNotWaitForEachOther) {
    for (const auto slow : lanes) {
        Event go_on;
        Event slow_done;
        handler->dispatch(slow, [go_on, slow_done]() mutable {
            go_on.wait(lane_patience);
            slow_done.set();
        });
        for (const auto lane : lanes) {
            if (lane != slow) thread_of(lane);
        }
        Event connection;
        boost::asio::post(handler->executor(), [connection]() mutable { connection.set(); });
        EXPECT_TRUE(connection.wait(lane_patience));
        EXPECT_FALSE(slow_done.is_set());
        go_on.set();
        EXPECT_TRUE(slow_done.wait(lane_patience));
    }
}

TEST_F(ThreadingLanes, MayWaitForResults) {
    kazoo::Promise<int> promise(handler);
    std::promise<int> seen;
    handler->dispatch(Lane::completion, [&] {
        seen.set_value(promise.result().get(lane_patience));
    });
    handler->dispatch(Lane::callback, [&] { promise.set(3); });
    EXPECT_EQ(seen.get_future().get(), 3);
}

TEST_F(ThreadingLanes, TheConnectionMustNotWait) {
    std::promise<bool> refused;
    kazoo::Promise<int> promise(handler);
    boost::asio::post(handler->executor(), [&] {
        try {
            promise.result().get(lane_patience);
            refused.set_value(false);
        } catch (const kazoo::WouldDeadlockError&) {
            refused.set_value(true);
        }
    });
    EXPECT_TRUE(refused.get_future().get());
}

TEST_F(ThreadingLanes, TheConnectionOfAnotherHandlerMayWait) {
    SequentialThreadingHandler other;
    other.start();
    kazoo::Promise<int> promise(handler);
    std::promise<int> seen;
    boost::asio::post(other.executor(), [&] {
        seen.set_value(promise.result().get(lane_patience));
    });
    promise.set(4);
    EXPECT_EQ(seen.get_future().get(), 4);
    other.stop();
}

}  // namespace
