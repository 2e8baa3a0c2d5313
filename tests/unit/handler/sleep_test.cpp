// SPDX-License-Identifier: Apache-2.0
#include <kazoo/asio.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/asio.hpp>
#include <kazoo/handlers/threading.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/sleep.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace {

namespace asio = boost::asio;
using kazoo::AsyncResult;
using kazoo::Duration;
using kazoo::sleep_async;
using namespace std::chrono_literals;

TEST(SleepAsync, IsReadyAfterItsTimeOnAnOtherwiseUnusedHandler) {
    const auto handler = std::make_shared<kazoo::SequentialThreadingHandler>();
    const auto begin = handler->now();
    sleep_async(handler, 20ms).get(1min);
    EXPECT_GE(handler->now() - begin, 20ms);
    for (const auto none : {Duration::zero(), Duration(-1s), Duration::min()}) {
        sleep_async(handler, none).get(1min);
    }
}

AsyncResult<std::string> nap(std::shared_ptr<kazoo::Handler> handler, Duration duration) {
    co_await sleep_async(handler, duration);
    co_return "rested";
}

TEST(SleepAsync, IsAwaitedInALoop) {
    asio::io_context loop;
    const auto handler = std::make_shared<kazoo::SequentialAsioHandler>(loop);
    const auto result = nap(handler, 1ms);
    EXPECT_FALSE(result.ready());
    loop.run();  // until all sleeps have ended
    EXPECT_EQ(result.get_nowait(), "rested");
    EXPECT_FALSE(handler->running());
}

TEST(SleepAsync, CancellationEndsTheSleepAndItsLoop) {
    asio::io_context loop;
    const auto handler = std::make_shared<kazoo::SequentialAsioHandler>(loop);
    for (const auto long_time : {Duration(24h), Duration::max()}) {
        const auto result = nap(handler, long_time);
        loop.restart();
        loop.poll();
        EXPECT_TRUE(result.cancel());
        loop.run();
        EXPECT_EQ(result.result().error(), kazoo::ClientErrc::cancelled);
    }
}

TEST(SleepAsync, NeedsAHandler) {
    EXPECT_THROW(static_cast<void>(sleep_async(nullptr, 1ms)), kazoo::ConfigurationError);
}

}  // namespace
