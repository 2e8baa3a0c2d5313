// SPDX-License-Identifier: Apache-2.0
// The effect of AsyncResult::cancel on coroutines.
#include "support/race.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace {

using kazoo::AsyncResult;
using kazoo::CancelledError;
using kazoo::direct;
using kazoo::Promise;

AsyncResult<int> plain(AsyncResult<int> awaited) {
    co_return co_await awaited;
}

AsyncResult<int> inner(AsyncResult<int> awaited) {
    co_return co_await direct(awaited);
}

AsyncResult<int> outer(AsyncResult<int> awaited) {
    co_return co_await inner(awaited) + 1;
}

TEST(CoroutineCancel, ReachesTheAwaitedOperation) {
    Promise<int> promise;
    const auto result = plain(promise.result());
    EXPECT_TRUE(result.cancel());
    EXPECT_THROW(promise.result().get(), CancelledError);
    EXPECT_THROW(result.get(), CancelledError);
    EXPECT_FALSE(promise.set(1));
    EXPECT_FALSE(result.cancel());
}

TEST(CoroutineCancel, ReachesThroughCoroutines) {
    Promise<int> promise;
    const auto result = outer(promise.result());
    EXPECT_TRUE(result.cancel());
    EXPECT_THROW(promise.result().get(), CancelledError);
    EXPECT_THROW(result.get(), CancelledError);
}

TEST(CoroutineCancel, IsTooLateOnceTheResultIsReady) {
    Promise<int> promise;
    const auto result = plain(promise.result());
    promise.set(1);
    EXPECT_FALSE(result.cancel());
    EXPECT_EQ(result.get(), 1);
}

AsyncResult<std::string> survive(AsyncResult<int> awaited) {
    std::string story = "not cancelled";
    try {
        co_await awaited;
    } catch (const CancelledError&) {
        story = "cancelled, and well";
    }
    co_return story;
}

TEST(CoroutineCancel, IsAnErrorTheCoroutineMayCatch) {
    Promise<int> promise;
    const auto result = survive(promise.result());
    result.cancel();
    EXPECT_EQ(result.get(), "cancelled, and well");
}

AsyncResult<int> in_turn(AsyncResult<int> first, AsyncResult<int> second) {
    const int value = co_await first;
    co_return value + co_await second;
}

TEST(CoroutineCancel, LeavesOtherOperationsAlone) {
    Promise<int> first;
    Promise<int> second;
    const auto result = in_turn(first.result(), second.result());
    result.cancel();
    EXPECT_THROW(result.get(), CancelledError);
    EXPECT_TRUE(first.result().ready());
    EXPECT_FALSE(second.result().ready());
}

TEST(CoroutineCancel, FollowsTheCoroutineToItsNextAwait) {
    Promise<int> first;
    Promise<int> second;
    const auto result = in_turn(first.result(), second.result());
    first.set(1);
    result.cancel();
    EXPECT_THROW(second.result().get(), CancelledError);
    EXPECT_THROW(result.get(), CancelledError);
}

AsyncResult<int> cancelled_between(
    AsyncResult<int> first, AsyncResult<int> second, const AsyncResult<int>& own
) {
    const int value = co_await first;
    own.cancel();
    co_return value + co_await second;
}

TEST(CoroutineCancel, TakesEffectAtTheNextAwait) {
    Promise<int> first;
    Promise<int> second;
    AsyncResult<int> own;
    own = cancelled_between(first.result(), second.result(), own);
    first.set(1);
    EXPECT_THROW(second.result().get(), CancelledError);
    EXPECT_THROW(own.get(), CancelledError);
}

TEST(CoroutineCancel, RacesWithCompletion) {
    std::optional<Promise<int>> promise;
    AsyncResult<int> result;
    bool set = false;
    int values = 0;
    int cancelled = 0;
    const int rounds = kazoo::testing_support::race(
        [&] {
            promise.emplace();
            result = outer(promise->result());
        },
        [&] { set = promise->set(1); },
        {[&] { result.cancel(); }},
        [&] {
            const auto outcome = result.result();
            values += set && outcome && outcome.value() == 2 ? 1 : 0;
            cancelled += !set && outcome.error() == kazoo::ClientErrc::cancelled ? 1 : 0;
        }
    );
    EXPECT_EQ(values + cancelled, rounds);
}

}  // namespace
