// SPDX-License-Identifier: Apache-2.0
// SequentialUvHandler: destroyed or closed in each state, on each thread. Every loop of these tests
// closes with no handles left.
#include "uv_loop.hpp"

#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/uv.hpp>
#include <kazoo/promise.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <atomic>

namespace {

using namespace std::chrono_literals;
using namespace kazoo::testing_support;
using kazoo::Event;
using kazoo::Lane;
using kazoo::SequentialUvHandler;

TEST(UvEnd, OfAHandlerNeverStarted) {
    UvLoop loop;
    { const SequentialUvHandler handler(loop.get()); }
    EXPECT_TRUE(loop.alive()) << "the handle is being closed";
    loop.run();
}

TEST(UvEnd, RunsPendingTasks) {
    UvLoop loop;
    int ran = 0;
    {
        SequentialUvHandler handler(loop.get());
        handler.start();
        handler.start();
        for (int i = 0; i < 1000; ++i) handler.dispatch(Lane::callback, [&ran] { ++ran; });
    }
    EXPECT_EQ(ran, 0);
    loop.run();
    EXPECT_EQ(ran, 1000);
}

TEST(UvEnd, AfterTheLoopHasRunOut) {
    UvLoop loop;
    auto handler = make(loop.get());
    handler->start();
    handler->dispatch(Lane::callback, [&handler] { handler->stop(); });
    loop.run();
    handler.reset();
    EXPECT_TRUE(loop.alive());
    loop.run();
    EXPECT_FALSE(loop.alive());
}

TEST(UvEnd, InATaskOfItsOwn) {
    for (const bool stop_first : {true, false}) {
        UvLoop loop;
        auto handler = make(loop.get());
        auto& reference = *handler;
        reference.start();
        int ran = 0;
        reference.dispatch(
            Lane::callback,
            [owner = std::move(handler), &ran, stop_first]() mutable {
                if (stop_first) owner->stop();
                owner->dispatch(Lane::completion, [&ran] { ++ran; });
                owner.reset();
                ++ran;
            }
        );
        loop.run();
        EXPECT_EQ(ran, 2);
    }
}

TEST(UvEnd, WithTheTaskThatOwnsIt) {
    UvLoop loop;
    auto handler = make(loop.get());
    auto& reference = *handler;
    reference.dispatch(Lane::callback, [owner = std::move(handler)] {});
    loop.run();
    EXPECT_FALSE(loop.alive());
}

TEST(UvEnd, OnTheConnectionsThread) {
    for (int round = 0; round < 50; ++round) {
        UvLoop loop;
        auto handler = make(loop.get());
        handler->start();
        const bool stop_first = round % 2 == 0;
        Event let_go;  // an executor must not outlive its handler
        auto end = [owner = handler, stop_first, let_go]() mutable {
            let_go.wait(patience);
            if (stop_first) owner->stop();
            owner.reset();
        };
        boost::asio::post(handler->executor(), std::move(end));
        handler.reset();
        let_go.set();
        loop.run();
        EXPECT_FALSE(loop.alive());
    }
}

TEST(UvEnd, OnAnotherThreadWhileTheLoopRuns) {
    for (int round = 0; round < 50; ++round) {
        HandlerOnThread loop(make);
        int ran = 0;
        loop.made->start();
        loop.made->dispatch(Lane::callback, [&ran] { ++ran; });
        if (round % 2 == 0) loop.made->stop();
        loop.made.reset();
        loop.end();
        EXPECT_EQ(ran, 1);
    }
}

TEST(UvEnd, RacesWithDispatchAndTheEndOfTheLoop) {
    for (int round = 0; round < 100; ++round) {
        HandlerOnThread loop(make);
        const auto handler = loop.made;
        std::atomic<int> ran{0};
        std::thread other([&] {
            for (int i = 0; i < 100; ++i) handler->dispatch(Lane::callback, [&ran] { ++ran; });
        });
        handler->close();
        loop.end();
        other.join();
        EXPECT_EQ(ran, 100) << "what came too late for the loop ran in its own thread";
    }
}

TEST(UvEnd, MayPrecedeThatOfItsOwners) {
    auto loop = std::make_unique<UvLoop>();
    const auto handler = make(loop->get());
    handler->start();
    handler->close();
    handler->close();
    EXPECT_FALSE(handler->running());
    loop->run();
    loop.reset();
    std::thread::id where;
    handler->dispatch(Lane::callback, [&where] { where = std::this_thread::get_id(); });
    EXPECT_EQ(where, std::this_thread::get_id()) << "runs inline: no loop would run it";
    EXPECT_THROW(handler->start(), kazoo::ConfigurationError);
    handler->stop();
    EXPECT_FALSE(handler->running());
}

TEST(UvEnd, FreesTheCapturesOfTasks) {
    const auto held = std::make_shared<int>(1);
    {
        UvLoop loop;
        auto handler = make(loop.get());
        for (int i = 0; i < 300; ++i) handler->dispatch(Lane::callback, [held, handler] {});
        handler.reset();
        loop.run();
        EXPECT_EQ(held.use_count(), 1);
    }
    EXPECT_EQ(held.use_count(), 1);
}

TEST(UvEnd, OfSeveralHandlersOnTheSameLoop) {
    UvLoop loop;
    auto first = make(loop.get());
    auto second = make(loop.get());
    first->start();
    second->start();
    int ran = 0;
    first->dispatch(Lane::callback, [&] {
        first.reset();
        second->dispatch(Lane::callback, [&] {
            ++ran;
            second.reset();
        });
    });
    loop.run();
    EXPECT_EQ(ran, 1);
}

}  // namespace
