// SPDX-License-Identifier: Apache-2.0
// Results awaited by coroutines with a foreign coroutine type.
#include "support/manual_handler.hpp"
#include "support/plain_task.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace {

using kazoo::AsyncResult;
using kazoo::direct;
using kazoo::Lane;
using kazoo::Promise;
using kazoo::testing_support::ManualHandler;
using kazoo::testing_support::PlainTask;
using testing::ElementsAre;

PlainTask await_into(AsyncResult<std::string> awaited, std::string& into) {
    into = co_await awaited;
}

PlainTask await_directly_into(AsyncResult<std::string> awaited, std::string& into) {
    into = co_await direct(awaited);
}

TEST(PlainTaskAwaits, AReadyResultWithoutSuspending) {
    Promise<std::string> promise(std::make_shared<ManualHandler>());
    promise.set("value");
    std::string seen;
    EXPECT_TRUE(await_into(promise.result(), seen).done());
    EXPECT_EQ(seen, "value");
    seen.clear();
    EXPECT_TRUE(await_directly_into(promise.result(), seen).done());
    EXPECT_EQ(seen, "value");
}

TEST(PlainTaskAwaits, OnTheCompletionLane) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<std::string> promise(handler);
    std::string seen;
    const auto task = await_into(promise.result(), seen);
    promise.set("value");
    EXPECT_FALSE(task.done());
    EXPECT_THAT(handler->run(), ElementsAre(Lane::completion));
    EXPECT_TRUE(task.done());
    EXPECT_EQ(seen, "value");
}

TEST(PlainTaskAwaits, DirectlyInTheCompletingThread) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<std::string> promise(handler);
    std::string seen;
    const auto task = await_directly_into(promise.result(), seen);
    std::thread([&promise] { promise.set("value"); }).join();
    EXPECT_TRUE(task.done());
    EXPECT_EQ(seen, "value");
    EXPECT_THAT(handler->run(), ElementsAre());
}

TEST(PlainTaskAwaits, Errors) {
    Promise<std::string> promise;
    std::string seen;
    const auto task = await_into(promise.result(), seen);
    const auto error = std::make_exception_ptr(kazoo::NoNodeError());
    promise.set_exception(error);
    EXPECT_TRUE(task.done());
    EXPECT_EQ(task.error(), error);
}

TEST(PlainTaskAwaits, UntilItIsDestroyed) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<std::string> promise(handler);
    std::string seen;
    {
        const auto task = await_into(promise.result(), seen);
        const auto direct_task = await_directly_into(promise.result(), seen);
    }
    promise.set("value");
    handler->run();
    EXPECT_EQ(seen, "");
}

// The coroutine is destroyed after its turn on the lane was requested.
TEST(PlainTaskAwaits, UntilItIsDestroyedBetweenCompletionAndItsTurn) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<std::string> promise(handler);
    std::string seen;
    std::string seen_by_other;
    std::optional<PlainTask> task(await_into(promise.result(), seen));
    const auto other = await_into(promise.result(), seen_by_other);
    promise.set("value");
    task.reset();
    handler->run();
    EXPECT_EQ(seen, "");
    EXPECT_EQ(seen_by_other, "value");
}

TEST(PlainTaskAwaits, UntilACallbackOfTheSameResultDestroysIt) {
    const auto handler = std::make_shared<ManualHandler>();
    Promise<std::string> promise(handler);
    std::string seen;
    std::optional<PlainTask> task;
    promise.result().rawlink([&task](const AsyncResult<std::string>&) { task.reset(); });
    task.emplace(await_into(promise.result(), seen));
    promise.set("value");
    handler->run();
    EXPECT_EQ(seen, "");
}

PlainTask await_in_turn(
    AsyncResult<std::string> first, AsyncResult<std::string> second, std::string& into
) {
    into = co_await first;
    into += co_await second;
}

TEST(PlainTaskAwaits, OneAfterTheOther) {
    Promise<std::string> first;
    Promise<std::string> second;
    std::string seen;
    const auto task = await_in_turn(first.result(), second.result(), seen);
    second.set("2");
    EXPECT_FALSE(task.done());
    first.set("1");
    EXPECT_TRUE(task.done());
    EXPECT_EQ(seen, "12");
}

}  // namespace
