// SPDX-License-Identifier: Apache-2.0
// SequentialUvHandler: waiting for results, and the state after a fork.
#include "support/child_process.hpp"
#include "support/lanes.hpp"
#include "uv_loop.hpp"

#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/uv.hpp>
#include <kazoo/promise.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <future>

namespace {

using namespace std::chrono_literals;
using namespace kazoo::testing_support;
using kazoo::AsyncResult;
using kazoo::Lane;
using kazoo::Promise;
using kazoo::SequentialUvHandler;
using kazoo::WouldDeadlockError;

TEST(UvWaiting, IsRefusedOnTheLoopsThread) {
    UvLoop loop;
    const auto handler = std::make_shared<SequentialUvHandler>(loop.get());
    Promise<int> promise(handler);
    const auto result = promise.result();
    kazoo::Event event(handler);
    EXPECT_TRUE(blocking_is_refused(result)) << "also while the loop does not run";
    int refused = 0;
    for (const auto lane : lanes) {
        handler->dispatch(lane, [&] { refused += blocking_is_refused(result) ? 1 : 0; });
    }
    handler->dispatch(Lane::callback, [&] {
        EXPECT_THROW(event.wait(1ms), WouldDeadlockError);
        EXPECT_THROW(handler->sleep(1ms), WouldDeadlockError);
        EXPECT_FALSE(result.wait(0s));  // does not block
        promise.set(1);
        EXPECT_EQ(result.get(), 1);
    });
    loop.run();
    EXPECT_EQ(refused, 3);
}

TEST(UvWaiting, IsRefusedOnTheConnectionsThread) {
    UvLoop loop;
    const auto handler = std::make_shared<SequentialUvHandler>(loop.get());
    handler->start();
    Promise<int> promise(handler);
    bool refused = false;
    boost::asio::post(handler->executor(), [&] {
        refused = blocking_is_refused(promise.result());
        handler->stop();
    });
    loop.run();
    EXPECT_TRUE(refused);
}

TEST(UvWaiting, IsForOtherThreadsAndOtherLoops) {
    HandlerOnThread running(make);
    Promise<int> promise(running.made);
    const auto result = promise.result();
    EXPECT_FALSE(blocking_is_refused(result));
    UvLoop loop;
    SequentialUvHandler other(loop.get());
    int seen = 0;
    other.dispatch(Lane::callback, [&] {
        running.made->dispatch(Lane::callback, [&promise] { promise.set(5); });
        seen = result.get(patience);
    });
    loop.run();
    EXPECT_EQ(seen, 5);
    running.made->close();
}

TEST(UvWaiting, IsRefusedInAForkedChild) {
    UvLoop loop;
    auto handler = std::make_shared<SequentialUvHandler>(loop.get());
    handler->start();
    Promise<int> promise(handler);
    int ran = 0;
    handler->dispatch(Lane::callback, [&ran] { ++ran; });
    // Sanitizers do not support a fork during the creation of a thread.
    std::promise<void> thread_is_up;
    boost::asio::post(handler->executor(), [&] { thread_is_up.set_value(); });
    thread_is_up.get_future().wait();
    const auto report = in_forked_child([&](std::string& said) {
        EXPECT_THROW(promise.result().get(patience), kazoo::ForkedError);
        EXPECT_THROW(handler->start(), kazoo::ForkedError);
        handler->dispatch(Lane::callback, [&said] { said += "runs inline; "; });
        handler->stop();
        handler->close();
        handler.reset();
        if (testing::Test::HasFailure()) said += "failed; ";
    });
    EXPECT_EQ(report, "runs inline; end");
    EXPECT_EQ(ran, 0);
    handler->stop();
    loop.run();
    EXPECT_EQ(ran, 1) << "the parent's tasks are the parent's";
}

}  // namespace
