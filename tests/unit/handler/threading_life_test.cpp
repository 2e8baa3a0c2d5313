// SPDX-License-Identifier: Apache-2.0
// SequentialThreadingHandler: starting, stopping, restarting and destroying it, from all places.
#include "support/lanes.hpp"

#include <kazoo/event.hpp>
#include <kazoo/handlers/threading.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace {

using kazoo::Event;
using kazoo::Lane;
using kazoo::SequentialThreadingHandler;
using kazoo::testing_support::lanes;
using kazoo::testing_support::thread_of;
using namespace std::chrono_literals;

constexpr auto life_patience = 1min;

/// Returns true if lanes and executor run tasks on threads of the handler.
bool serves(SequentialThreadingHandler& handler) {
    for (const auto lane : lanes) {
        if (thread_of(handler, lane) == std::this_thread::get_id()) return false;
    }
    for (int round = 0; round < 3; ++round) {  // a thread that answers once might be about to exit
        Event posted;
        boost::asio::post(handler.executor(), [posted]() mutable { posted.set(); });
        if (!posted.wait(10s)) return false;
    }
    return true;
}

TEST(ThreadingLife, RunsFromTheFirstStartToTheLastStop) {
    SequentialThreadingHandler handler;
    EXPECT_FALSE(handler.running());
    handler.start();
    handler.start();
    EXPECT_TRUE(handler.running());
    handler.stop();
    EXPECT_TRUE(handler.running());
    EXPECT_TRUE(serves(handler));
    handler.stop();
    EXPECT_FALSE(handler.running());
    handler.stop();  // an extra stop has no effect
    EXPECT_FALSE(handler.running());
    handler.start();
    EXPECT_TRUE(handler.running());
    EXPECT_TRUE(serves(handler));
    handler.stop();
}

// The caller may hold a mutex that the task needs.
TEST(ThreadingLife, RunsNoTaskInTheCallersThreadWhileItIsNotRunning) {
    SequentialThreadingHandler handler;
    const auto here = std::this_thread::get_id();
    for (const auto lane : lanes) EXPECT_NE(thread_of(handler, lane), here);
    handler.start();
    handler.stop();
    for (const auto lane : lanes) EXPECT_NE(thread_of(handler, lane), here);
}

TEST(ThreadingLife, OutlivesTasksWhileNotRunningAndKeepsTheirOrder) {
    constexpr int tasks = 200;
    std::vector<int> order;
    {
        SequentialThreadingHandler handler;
        for (int i = 0; i < tasks; ++i) {
            handler.dispatch(Lane::completion, [&order, i] { order.push_back(i); });
        }
    }
    ASSERT_EQ(order.size(), static_cast<std::size_t>(tasks));
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(ThreadingLife, StopReturnsWhenEverythingHasRun) {
    constexpr int tasks = 1000;
    SequentialThreadingHandler handler;
    handler.start();
    std::array<int, 3> ran{};
    std::atomic<int> posted{0};
    Event held;
    handler.dispatch(Lane::callback, [held] { held.wait(life_patience); });
    for (int i = 0; i < tasks; ++i) {
        for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
            handler.dispatch(lanes[lane], [&ran, lane] { ++ran[lane]; });
        }
        boost::asio::post(handler.executor(), [&posted] { ++posted; });
    }
    held.set();
    handler.stop();
    EXPECT_EQ(ran, (std::array{tasks, tasks, tasks}));
    EXPECT_EQ(posted, tasks);
}

// Tasks that the connection dispatches during the stop still run on the lanes.
TEST(ThreadingLife, StopRunsTasksOfTheConnection) {
    for (int round = 0; round < 50; ++round) {
        SequentialThreadingHandler handler;
        handler.start();
        bool ran = false;
        boost::asio::post(handler.executor(), [&] {
            handler.dispatch(Lane::completion, [&ran] { ran = true; });
        });
        handler.stop();
        ASSERT_TRUE(ran);
    }
}

TEST(ThreadingLife, CanBeStoppedOnItsOwnLanes) {
    for (const auto lane : lanes) {
        SequentialThreadingHandler handler;
        handler.start();
        Event stopped;
        Event after;
        handler.dispatch(lane, [&handler, stopped]() mutable {
            handler.stop();  // returns at once: it would have to wait for this thread
            stopped.set();
        });
        handler.dispatch(lane, [after]() mutable { after.set(); });
        EXPECT_TRUE(stopped.wait(life_patience));
        EXPECT_TRUE(after.wait(life_patience));
        EXPECT_FALSE(handler.running());
    }
}

TEST(ThreadingLife, CanBeStoppedOnTheConnectionsThread) {
    SequentialThreadingHandler handler;
    handler.start();
    Event stopped;
    boost::asio::post(handler.executor(), [&handler, stopped]() mutable {
        handler.stop();
        stopped.set();
    });
    EXPECT_TRUE(stopped.wait(life_patience));
    EXPECT_FALSE(handler.running());
    handler.start();
    EXPECT_TRUE(serves(handler));
    handler.stop();
}

TEST(ThreadingLife, CanBeRestartedOnItsOwnLanes) {
    for (const auto lane : lanes) {
        SequentialThreadingHandler handler;
        handler.start();
        Event restarted;
        handler.dispatch(lane, [&handler, restarted]() mutable {
            handler.stop();
            handler.start();
            restarted.set();
        });
        ASSERT_TRUE(restarted.wait(life_patience));
        EXPECT_TRUE(handler.running());
        EXPECT_TRUE(serves(handler));
        handler.stop();
    }
}

TEST(ThreadingLife, CanBeRestartedOnTheConnectionsThread) {
    SequentialThreadingHandler handler;
    handler.start();
    Event restarted;
    boost::asio::post(handler.executor(), [&handler, restarted]() mutable {
        handler.stop();
        handler.start();
        restarted.set();
    });
    ASSERT_TRUE(restarted.wait(life_patience));
    EXPECT_TRUE(serves(handler));
    handler.stop();
}

TEST(ThreadingLife, CanBeDestroyedWithoutAStop) {
    Event ran;
    {
        SequentialThreadingHandler handler;
        handler.start();
        handler.start();
        handler.dispatch(Lane::callback, [ran]() mutable { ran.set(); });
    }
    EXPECT_TRUE(ran.is_set());
}

TEST(ThreadingLife, CanBeDestroyedOnItsOwnLanes) {
    for (int round = 0; round < 20; ++round) {
        for (const auto lane : lanes) {
            auto handler = std::make_shared<SequentialThreadingHandler>();
            auto& reference = *handler;
            handler->start();
            Event let_go;
            Event ended;
            reference.dispatch(lane, [owner = handler, let_go, ended]() mutable {
                let_go.wait(life_patience);
                owner.reset();  // the last owner
                ended.set();
            });
            handler.reset();
            let_go.set();
            ASSERT_TRUE(ended.wait(life_patience));
        }
    }
}

TEST(ThreadingLife, CanBeDestroyedOnTheConnectionsThread) {
    for (int round = 0; round < 20; ++round) {
        auto handler = std::make_shared<SequentialThreadingHandler>();
        const auto executor = handler->executor();
        handler->start();
        Event let_go;
        Event ended;
        boost::asio::post(executor, [owner = handler, let_go, ended]() mutable {
            let_go.wait(life_patience);
            owner.reset();
            ended.set();
        });
        handler.reset();
        let_go.set();
        ASSERT_TRUE(ended.wait(life_patience));
    }
}

TEST(ThreadingLife, LosesNoTaskHoweverItIsStartedAndStopped) {
    constexpr int rounds = 200;
    SequentialThreadingHandler handler;
    std::atomic<int> ran{0};
    std::atomic<int> dispatched{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 3; ++thread) {
        threads.emplace_back([&] {
            for (int i = 0; i < rounds; ++i) {
                handler.start();
                for (const auto lane : lanes) {
                    ++dispatched;
                    handler.dispatch(lane, [&ran] { ++ran; });
                }
                handler.stop();
            }
        });
    }
    threads.emplace_back([&] {
        for (int i = 0; i < rounds; ++i) {
            for (const auto lane : lanes) {
                ++dispatched;
                handler.dispatch(lane, [&ran] { ++ran; });
            }
        }
    });
    for (auto& thread : threads) thread.join();
    handler.start();
    handler.stop();
    EXPECT_FALSE(handler.running());
    EXPECT_EQ(ran, dispatched);
}

}  // namespace
