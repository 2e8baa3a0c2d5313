// SPDX-License-Identifier: Apache-2.0
// A callback of a handler with threads waits for a coroutine that is resumed on the same lane.
#include "support/wait_until.hpp"

#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/threading.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/sleep.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

namespace {

using kazoo::AsyncResult;
using kazoo::Handler;
using kazoo::Promise;
using namespace std::chrono_literals;

AsyncResult<int> sleep_twice(std::shared_ptr<Handler> handler, int value) {
    co_await kazoo::sleep_async(handler, 5ms);
    co_await kazoo::sleep_async(handler, 5ms);
    co_return value;
}

class CallbackOnAThread : public testing::Test {
protected:
    void SetUp() override { handler->start(); }
    void TearDown() override { handler->stop(); }

    template <class Callback>
    void call_back(Callback callback) {
        kazoo::Event done;
        Promise<int> promise(handler);
        promise.result().rawlink([&](const AsyncResult<int>& result) {
            callback(result);
            done.set();
        });
        promise.set(1);
        ASSERT_TRUE(done.wait(1min));
    }

    std::shared_ptr<Handler> handler = std::make_shared<kazoo::SequentialThreadingHandler>();
};

TEST_F(CallbackOnAThread, WaitsForACoroutine) {
    int value = 0;
    call_back([&](const AsyncResult<int>&) { value = sleep_twice(handler, 2).get(10s); });
    EXPECT_EQ(value, 2);
}

TEST_F(CallbackOnAThread, WaitsWhileManyCoroutinesAreReady) {
    int sum = 0;
    call_back([&](const AsyncResult<int>&) {
        std::vector<AsyncResult<int>> all;
        for (int i = 0; i < 100; ++i) all.push_back(sleep_twice(handler, i));
        for (const auto& one : all) sum += one.get(10s);
    });
    EXPECT_EQ(sum, 99 * 100 / 2);
}

/// Counts the coroutines that have not ended: those whose results nobody waits for any more go on.
std::atomic<int> unfinished = 0;
struct Counted {
    Counted() { ++unfinished; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --unfinished; }
};

/// Each coroutine blocks for the next one, so that the calls nest.
AsyncResult<int> nested(std::shared_ptr<Handler> handler, int levels) {
    const Counted counted;
    co_await kazoo::sleep_async(handler, 0ms);
    if (levels == 0) co_return 0;
    co_return nested(handler, levels - 1).get(1min) + 1;
}

TEST_F(CallbackOnAThread, IsRefusedIfItWouldNestTooDeeply) {
    int depth = 0;
    call_back([&](const AsyncResult<int>&) { depth = nested(handler, 20).get(1min); });
    EXPECT_EQ(depth, 20);
    call_back([&](const AsyncResult<int>&) {
        EXPECT_THROW(nested(handler, 1000).get(1min), kazoo::WouldDeadlockError);
    });
    EXPECT_TRUE(kazoo::testing_support::wait_until([] { return unfinished == 0; }, 1min));
}

}  // namespace
