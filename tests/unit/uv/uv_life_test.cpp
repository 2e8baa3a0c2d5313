// SPDX-License-Identifier: Apache-2.0
// SequentialUvHandler: how it keeps the loop alive, and starting and stopping it from all places.
#include "libuv_calls.hpp"
#include "support/lanes.hpp"
#include "uv_loop.hpp"

#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/uv.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <atomic>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace kazoo::testing_support;
using kazoo::Event;
using kazoo::Lane;
using kazoo::SequentialUvHandler;

bool connection_runs(SequentialUvHandler& handler) {
    Event ran;
    boost::asio::post(handler.executor(), [ran]() mutable { ran.set(); });
    return ran.wait(patience);
}

/// True if there are referenced handles besides that of a KeepAlive.
bool handler_keeps_alive(UvLoop& loop) {
    int referenced = 0;
    const auto count = [](uv_handle_t* handle, void* n) {
        *static_cast<int*>(n) += uv_has_ref(handle);
    };
    uv_walk(loop.get(), count, &referenced);
    return referenced > 1;
}

TEST(UvLife, KeepsTheLoopAliveFromTheFirstStartToTheLastStop) {
    UvLoop loop;
    SequentialUvHandler handler(loop.get());
    EXPECT_EQ(handler.name(), "sequential_uv_handler");
    EXPECT_FALSE(handler.running());
    EXPECT_FALSE(loop.alive());
    handler.start();
    handler.start();
    EXPECT_TRUE(handler.running());
    EXPECT_TRUE(loop.alive());
    handler.stop();
    EXPECT_TRUE(handler.running());
    EXPECT_TRUE(loop.run_until([] { return true; }));
    EXPECT_TRUE(loop.alive());
    handler.stop();
    EXPECT_FALSE(handler.running());
    loop.run();
    EXPECT_FALSE(loop.alive());
    handler.stop();  // an extra stop has no effect
    handler.start();
    EXPECT_TRUE(loop.alive());
    EXPECT_TRUE(connection_runs(handler));
    handler.stop();
    loop.run();
}

TEST(UvLife, StopInATaskReturnsAtOnceAndTheRestRuns) {
    for (const auto lane : lanes) {
        UvLoop loop;
        SequentialUvHandler handler(loop.get());
        handler.start();
        int ran = 0;
        handler.dispatch(lane, [&] {
            handler.dispatch(Lane::completion, [&ran] { ++ran; });
            handler.stop();
            EXPECT_FALSE(handler.running());
            handler.dispatch(Lane::callback, [&ran] { ++ran; });
        });
        loop.run();
        EXPECT_EQ(ran, 2);
    }
}

TEST(UvLife, StopOnTheConnectionsThreadReturnsAtOnce) {
    UvLoop loop;
    SequentialUvHandler handler(loop.get());
    handler.start();
    int ran = 0;
    boost::asio::post(handler.executor(), [&] {
        handler.stop();
        handler.dispatch(Lane::completion, [&ran] { ++ran; });
        boost::asio::post(handler.executor(), [&] {
            handler.dispatch(Lane::callback, [&ran] { ++ran; });
        });
    });
    loop.run();  // returns when the connection's thread has ended
    EXPECT_EQ(ran, 2);
    EXPECT_FALSE(handler.running());
}

TEST(UvLife, IsStartedAndStoppedOnOtherThreads) {
    HandlerOnThread loop(make);
    auto& handler = *loop.made;
    for (int round = 0; round < 50; ++round) {
        handler.start();
        ASSERT_TRUE(connection_runs(handler));
        int ran = 0;
        for (int i = 0; i < 100; ++i) handler.dispatch(Lane::callback, [&ran] { ++ran; });
        boost::asio::post(handler.executor(), [&] {
            handler.dispatch(Lane::completion, [&ran] { ++ran; });
        });
        handler.stop();
        ASSERT_EQ(ran, 101) << "stop returns when everything has run";
    }
    handler.close();
}

TEST(UvLife, AStartOnAnotherThreadKeepsTheLoopAlive) {
    UvLoop loop;
    auto keep = std::make_unique<KeepAlive>(loop);
    SequentialUvHandler handler(loop.get());
    EXPECT_FALSE(handler_keeps_alive(loop));
    std::thread([&] { handler.start(); }).join();
    EXPECT_TRUE(loop.run_until([&] { return handler_keeps_alive(loop); }));
    std::thread stopping([&] { handler.stop(); });
    EXPECT_TRUE(loop.run_until([&] { return !handler_keeps_alive(loop); }));
    stopping.join();
}

TEST(UvLife, RestartsOnTheLoopAndOnTheConnectionsThread) {
    UvLoop loop;
    SequentialUvHandler handler(loop.get());
    std::atomic<int> restarts{0};
    const auto restart = [&] {
        handler.stop();
        handler.start();
        ++restarts;
    };
    handler.start();
    handler.dispatch(Lane::callback, restart);
    EXPECT_TRUE(loop.run_until([&] { return restarts == 1; }));
    EXPECT_TRUE(connection_runs(handler));
    boost::asio::post(handler.executor(), [&] {
        restart();
        handler.dispatch(Lane::callback, [] {});
    });
    EXPECT_TRUE(loop.run_until([&] { return restarts == 2; }));
    EXPECT_TRUE(connection_runs(handler));
    EXPECT_TRUE(loop.alive());
    handler.stop();
    loop.run();
}

TEST(UvLife, StopIsBoundedWhenTheLoopDoesNotRun) {
    UvLoop loop;
    SequentialUvHandler handler(loop.get());
    handler.start();
    bool ran = false;
    handler.dispatch(Lane::callback, [&ran] { ran = true; });
    std::thread([&handler] { handler.stop(); }).join();
    EXPECT_FALSE(ran);
    loop.run();
    EXPECT_TRUE(ran) << "nothing is lost";
}

TEST(UvLife, LosesNoTaskHoweverItIsStartedAndStopped) {
    constexpr int rounds = 100;
    std::atomic<int> dispatched{0};
    int ran = 0;
    HandlerOnThread loop(make);
    auto& handler = *loop.made;
    const auto dispatch = [&] {
        for (const auto lane : lanes) {
            ++dispatched;
            handler.dispatch(lane, [&ran] { ++ran; });
        }
    };
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 3; ++thread) {
        threads.emplace_back([&] {
            for (int i = 0; i < rounds; ++i) {
                handler.start();
                dispatch();
                handler.stop();
            }
        });
    }
    threads.emplace_back([&] {
        for (int i = 0; i < rounds; ++i) dispatch();
    });
    for (auto& thread : threads) thread.join();
    handler.close();
    loop.end();
    EXPECT_FALSE(handler.running());
    EXPECT_EQ(ran, dispatched);
}

TEST(UvLife, AHandleThatLibuvRefusesIsATypedError) {
    EXPECT_THROW(SequentialUvHandler(nullptr), kazoo::ConfigurationError);
    UvLoop loop;
    libuv_calls().next_init = UV_EMFILE;
    try {
        const SequentialUvHandler handler(loop.get());
        ADD_FAILURE() << "nothing was thrown";
    } catch (const kazoo::ConfigurationError& refused) {
        EXPECT_NE(refused.error().detail().find("too many open files"), std::string::npos);
        EXPECT_NE(refused.error().detail().find("raise the limit"), std::string::npos);
    }
}

}  // namespace
