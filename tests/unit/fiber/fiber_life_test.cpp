// SPDX-License-Identifier: Apache-2.0
// Start, stop and the end of threads.
#include "one_thread.hpp"
#include "support/child_process.hpp"

#include <kazoo/exceptions.hpp>

#include <gmock/gmock.h>

#include <cstdlib>
#include <future>

namespace kazoo::testing_support {
namespace {

TEST(FiberLifeTest, IsNamedAndCountsItsUsers) {
    in_new_thread([] {
        SequentialFiberHandler handler;
        EXPECT_EQ(handler.name(), "sequential_fiber_handler");
        EXPECT_FALSE(handler.running());
        handler.start();
        handler.start();
        handler.stop();
        EXPECT_TRUE(handler.running());
        handler.stop();
        EXPECT_FALSE(handler.running());
        handler.stop();
    });
}

TEST(FiberLifeTest, StopRunsDispatchedTasksInOrder) {
    in_new_thread([] {
        SequentialFiberHandler handler;
        handler.start();
        std::vector<int> order;
        for (int i = 0; i < 5; ++i) {
            handler.dispatch(Lane::completion, [&order, i] {
                boost::this_fiber::yield();
                order.push_back(i);
            });
        }
        EXPECT_TRUE(order.empty()) << "run inside dispatch";
        handler.stop();
        EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
    });
}

TEST(FiberLifeTest, ASlowLaneDelaysItselfOnly) {
    in_new_thread([] {
        const auto handler = std::make_shared<SequentialFiberHandler>();
        handler->start();
        Event go(handler);
        Event other(handler);
        bool slow_is_over = false;
        handler->dispatch(Lane::completion, [&] { slow_is_over = go.wait(patience); });
        handler->dispatch(Lane::callback, [&] { other.set(); });
        EXPECT_TRUE(other.wait(patience));
        EXPECT_FALSE(slow_is_over);
        go.set();
        handler->stop();
        EXPECT_TRUE(slow_is_over);
    });
}

TEST(FiberLifeTest, DispatchWithoutFibersRunsTheTaskAtOnce) {
    in_new_thread([] {
        SequentialFiberHandler handler;
        bool ran = false;
        handler.dispatch(Lane::completion, [&] { ran = true; });
        EXPECT_TRUE(ran);
    });
}

TEST(FiberLifeTest, StopsAndStartsAgainAlsoInItsOwnCallbacks) {
    in_new_thread([] {
        const auto handler = std::make_shared<SequentialFiberHandler>();
        for (int round = 0; round < 3; ++round) {
            handler->start();
            Event over(handler);
            handler->dispatch(Lane::completion, [&] {
                handler->stop();
                handler->start();
                over.set();
            });
            EXPECT_TRUE(over.wait(patience));
            EXPECT_TRUE(handler->running());
            handler->stop();
            EXPECT_FALSE(handler->running());
        }
    });
}

TEST(FiberLifeTest, MayBeDestroyedInItsOwnCallback) {
    in_new_thread([] {
        auto handler = std::make_shared<SequentialFiberHandler>();
        handler->start();
        bool destroyed = false;
        handler->dispatch(Lane::callback, [&] {
            handler.reset();
            destroyed = true;
        });
        while (!destroyed) {
            boost::this_fiber::sleep_for(1ms);
        }
    });
}

TEST(FiberLifeTest, MovesToTheThreadThatStartsItNext) {
    const auto handler = std::make_shared<SequentialFiberHandler>();
    for (int round = 0; round < 2; ++round) {
        in_new_thread([&] {
            handler->start();
            std::thread::id where;
            handler->dispatch(Lane::completion, [&] { where = std::this_thread::get_id(); });
            handler->stop();
            EXPECT_EQ(where, std::this_thread::get_id());
        });
    }
}

TEST(FiberLifeTest, AnotherThreadDoesNotWaitForFibersThatDoNotRun) {
    const auto handler = std::make_shared<SequentialFiberHandler>();
    std::promise<void> started;
    std::promise<void> over;
    std::thread home([&] {
        handler->start();
        started.set_value();
        over.get_future().wait();  // blocks without scheduling fibers
    });
    started.get_future().wait();
    const auto begin = std::chrono::steady_clock::now();
    handler->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, patience);
    over.set_value();
    home.join();
}

TEST(FiberLifeTest, NothingHangsIfItsThreadEndsTooEarly) {
    const auto handler = std::make_shared<SequentialFiberHandler>();
    in_new_thread([&] { handler->start(); });
    EXPECT_FALSE(handler->running());
    EXPECT_THROW(static_cast<void>(handler->waiter()), WouldDeadlockError);
    bool ran = false;
    handler->dispatch(Lane::completion, [&] { ran = true; });
    EXPECT_TRUE(ran);
    handler->stop();
    in_new_thread([&] {  // the handler can be used in other threads
        handler->start();
        bool again = false;
        handler->dispatch(Lane::completion, [&] { again = true; });
        handler->stop();
        EXPECT_TRUE(again);
    });
}

/// Runs the handler's fibers, and in the meantime `body` on its completion lane.
void run_on_lane(Task body) {
    SequentialFiberHandler handler;
    handler.start();
    handler.dispatch(Lane::completion, std::move(body));
    boost::this_fiber::sleep_for(patience);
}

TEST(FiberLifeTest, ExitInAFiberEndsTheProcessWithStatus1) {
    EXPECT_EXIT(
        run_on_lane([] { std::exit(7); }),
        ::testing::ExitedWithCode(1),
        "std::exit was called in a fiber"
    );
}

TEST(FiberLifeTest, ExitInAFiberOfAnotherThreadEndsTheProcessWithStatus1) {
    EXPECT_EXIT(
        {
            FiberClient client;
            const std::thread other([&client] {
                boost::fibers::fiber([&client] {
                    client.zk.exists("/");
                    Event(client.handler).wait(1ms);  // the reply may have come without a wait
                    std::exit(7);
                }).join();
            });
            boost::this_fiber::sleep_for(patience);  // serves the client
        },
        ::testing::ExitedWithCode(1),
        "std::exit was called in a fiber"
    );
}

TEST(FiberLifeTest, QuickExitInAFiberEndsTheProcessWithItsStatus) {
    EXPECT_EXIT(
        run_on_lane([] { std::quick_exit(7); }), ::testing::ExitedWithCode(7), ::testing::Eq("")
    );
}

TEST(FiberLifeTest, ExitInTheMainFiberEndsTheProcessWithItsStatus) {
    EXPECT_EXIT(
        {
            SequentialFiberHandler handler;
            handler.start();
            boost::this_fiber::yield();
            std::exit(7);
        },
        ::testing::ExitedWithCode(7),
        ::testing::Eq("")
    );
}

TEST(FiberLifeTest, AForkedChildGetsErrors) {
    in_new_thread([] {
        SequentialFiberHandler handler;
        handler.start();
        const auto report = in_forked_child([&](std::string& said) {
            try {
                static_cast<void>(handler.waiter());
            } catch (const ForkedError&) {
                handler.dispatch(Lane::completion, [&] { said += "runs inline; "; });
            }
        });
        EXPECT_EQ(report, "runs inline; end");
        handler.stop();
    });
}

}  // namespace
}  // namespace kazoo::testing_support
