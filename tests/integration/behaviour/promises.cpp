// SPDX-License-Identifier: Apache-2.0
// Results that a program makes itself, with a Promise.
#include "behaviour/suites.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <stdexcept>
#include <thread>

namespace kazoo::behaviour {

TEST_P(Results, ResultsMayBeSetFromTheConnectionsThread) {
    auto& client = zk();
    Promise<int> good(client.handler());
    Promise<int> bad(client.handler());
    auto& told = record<int>();
    good.result().rawlink([&](AsyncResult<int> result) { told.add(result.get()); });
    bad.result().rawlink([&](AsyncResult<int> result) { told.add(result.successful() ? 1 : -1); });
    const auto good_result = good.result();
    const auto bad_result = bad.result();
    boost::asio::post(handler()->executor(), [&good] { good.set(42); });
    boost::asio::post(handler()->executor(), [&bad] {
        bad.set_exception(std::logic_error("by hand"));
    });
    EXPECT_EQ(good_result.get(patience), 42);
    EXPECT_THROW(bad_result.get(patience), std::logic_error);
    ASSERT_TRUE(told.wait_for(2));
    client.stop();  // waits until the posted functions have ended
}

TEST_P(Results, GetNowaitThrowsTheTimeoutError) {
    Promise<int> promise(handler());
    EXPECT_THROW(promise.result().get_nowait(), KazooTimeoutError);
    EXPECT_THROW(promise.result().get(0s), KazooTimeoutError);
    EXPECT_THROW(promise.result().get(5ms), KazooTimeoutError);
    EXPECT_FALSE(promise.result().ready()) << "waiting changes nothing";
    promise.set(1);
    EXPECT_EQ(promise.result().get_nowait(), 1);
}

TEST_P(Results, AResultBelongsToTheHandlerItWasMadeFor) {
    auto& client = zk();  // starts the handler
    Promise<int> promise(client.handler());
    EXPECT_EQ(promise.result().handler(), handler());
    // Its callbacks share the completion lane with those of operations.
    auto& order = record<std::string>();
    const auto operation = client.exists_async("/");
    ASSERT_TRUE(operation.wait(patience));
    promise.result().rawlink([&](const auto& result) {
        result.rawlink([&](const auto&) { order.add("link of a link"); });
        operation.rawlink([&](const auto&) { order.add("operation"); });
        std::this_thread::yield();
        order.add("promise");
    });
    promise.set(1);
    ASSERT_TRUE(order.wait_for(3));
    EXPECT_EQ(order.all()[0], "promise");
}

TEST_P(Results, FirstCompletionOfAPromiseCounts) {
    Promise<int> promise(handler());
    EXPECT_TRUE(promise.set(1));
    EXPECT_FALSE(promise.set(2));
    EXPECT_FALSE(promise.set_exception(std::logic_error("late")));
    EXPECT_EQ(promise.result().get(), 1);
}

TEST_P(Results, ABrokenPromiseCancelsItsResult) {
    AsyncResult<int> result;
    {
        Promise<int> promise(handler());
        result = promise.result();
    }
    EXPECT_THROW(result.get(patience), CancelledError);
}

TEST_P(Results, CancellingAResultNotifiesTheProducerOfItsPromise) {
    Promise<int> promise(handler());
    const auto result = promise.result();
    EXPECT_TRUE(result.cancel());
    EXPECT_FALSE(result.cancel());
    EXPECT_FALSE(promise.set(1));
    EXPECT_EQ(failure_of(result).code(), ClientErrc::cancelled);
}

TEST_P(Results, PromisesWakeWaitingThreads) {
    Promise<> promise(handler());
    auto& woken = record<int>();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i, result = promise.result()] {
            if (result.wait(patience)) woken.add(i);
        });
    }
    promise.set();
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(woken.size(), 4U);
}

}  // namespace kazoo::behaviour
