// SPDX-License-Identifier: Apache-2.0
// Combining several results into one.
#include "support/manual_handler.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/when.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace {

using kazoo::AsyncResult;
using kazoo::ClientErrc;
using kazoo::Errc;
using kazoo::Outcome;
using kazoo::Promise;
using kazoo::when_all;
using kazoo::when_any;
using kazoo::testing_support::ManualHandler;
using testing::ElementsAre;

template <class T>
AsyncResult<T> ready_result(T value) {
    Promise<T> promise;
    promise.set(std::move(value));
    return promise.result();
}

std::vector<AsyncResult<int>> results_of(const std::vector<Promise<int>>& promises) {
    std::vector<AsyncResult<int>> results;
    for (const auto& promise : promises) results.push_back(promise.result());
    return results;
}

// when_all with results of several types.

TEST(WhenAll, ReturnsTheValuesInOrder) {
    Promise<int> number;
    Promise<> nothing;
    Promise<std::string> text;
    const auto all = when_all(number.result(), nothing.result(), text.result());
    static_assert(std::is_same_v<
                  decltype(all),
                  const AsyncResult<std::tuple<int, std::monostate, std::string>>>);
    text.set("text");
    number.set(1);
    EXPECT_FALSE(all.ready());
    nothing.set();
    EXPECT_EQ(all.get_nowait(), std::tuple(1, std::monostate(), "text"));
    EXPECT_EQ(text.result().get(), "text");  // not moved from
}

TEST(WhenAll, IsReadyAtOnceIfAllAre) {
    EXPECT_EQ(
        when_all(ready_result(1), ready_result(std::string("a"))).get_nowait(), std::tuple(1, "a")
    );
    EXPECT_EQ(when_all(ready_result(1)).get_nowait(), std::tuple(1));
    EXPECT_EQ(when_all().get_nowait(), std::tuple());
    const std::vector<AsyncResult<int>> none;
    EXPECT_TRUE(when_all(none).get_nowait().empty());
}

TEST(WhenAll, WaitsForAllAndThenFailsWithTheFirstErrorInOrder) {
    Promise<int> first;
    Promise<int> second;
    Promise<> third;
    const auto all = when_all(first.result(), second.result(), third.result());
    const auto error = std::make_exception_ptr(kazoo::NoNodeError());
    third.set_exception(kazoo::NoAuthError());
    second.set_exception(error);
    EXPECT_FALSE(all.ready());
    first.set(1);
    ASSERT_TRUE(all.ready());
    EXPECT_EQ(all.exception(), error);
}

TEST(WhenAll, TakesAResultTwice) {
    Promise<std::string> promise;
    const auto all = when_all(promise.result(), promise.result());
    const std::vector<AsyncResult<std::string>> list(3, promise.result());
    const auto all_of_list = when_all(list);
    promise.set("long enough to be moved from its place, if that were right");
    EXPECT_EQ(std::get<0>(all.get_nowait()), std::get<1>(all.get_nowait()));
    EXPECT_EQ(all_of_list.get_nowait(), list);
}

TEST(WhenAll, RefusesAResultThatIsNotValid) {
    Promise<int> promise;
    const auto all = when_all(AsyncResult<std::string>(), promise.result());
    ASSERT_TRUE(all.ready());
    EXPECT_EQ(all.result().error(), Errc::bad_arguments);
    EXPECT_FALSE(all.cancel());
    EXPECT_FALSE(promise.result().ready());
    const std::vector<AsyncResult<int>> list(2);
    EXPECT_THROW(when_all(list).get_nowait(), kazoo::BadArgumentsError);
}

struct CannotBeCopied {
    explicit CannotBeCopied(int) {}
    CannotBeCopied(const CannotBeCopied&) { throw std::runtime_error("no copies"); }
};

TEST(WhenAll, FailsIfCopyingAValueThrows) {
    Promise<CannotBeCopied> promise;
    const auto all = when_all(ready_result(1), promise.result());
    promise.set(1);
    ASSERT_TRUE(all.ready());
    EXPECT_THROW(all.get(), std::runtime_error);
}

TEST(WhenAll, ReleasesItsPartsOnceReady) {
    const auto held = std::make_shared<int>(1);
    Promise<std::shared_ptr<int>> promise;
    const auto all = when_all(promise.result(), ready_result(1));
    promise.set(held);
    promise = Promise<std::shared_ptr<int>>();
    EXPECT_EQ(held.use_count(), 2);  // held and the value of the combined result
    EXPECT_EQ(std::get<0>(all.get_nowait()), held);
}

// when_all with results of one type.

TEST(WhenAllOfAList, ReturnsEachResultWithItsOwnOutcome) {
    std::vector<Promise<int>> promises(3);
    const auto results = results_of(promises);
    const auto all = when_all(results);
    promises[2].set_exception(kazoo::NoNodeError());
    promises[0].set(1);
    EXPECT_FALSE(all.ready());
    promises[1].set(2);
    EXPECT_EQ(all.get_nowait(), results);
    EXPECT_EQ(results[1].result().value(), 2);
    EXPECT_EQ(results[2].result().error(), Errc::no_node);
}

// when_any.

TEST(WhenAny, ReturnsTheIndexOfTheFirstReadyResult) {
    Promise<int> number;
    Promise<> nothing;
    Promise<std::string> text;
    const auto any = when_any(number.result(), nothing.result(), text.result());
    EXPECT_FALSE(any.ready());
    text.set("text");
    EXPECT_EQ(any.get_nowait(), 2U);
    nothing.set();
    number.set(1);
    EXPECT_EQ(any.get_nowait(), 2U);
}

TEST(WhenAny, TreatsAFailureAsReady) {
    std::vector<Promise<int>> promises(2);
    const auto any = when_any(results_of(promises));
    promises[1].set_exception(kazoo::NoNodeError());
    EXPECT_EQ(any.get_nowait(), 1U);
    EXPECT_FALSE(promises[0].result().ready());
}

TEST(WhenAny, PrefersTheFirstInOrderIfSeveralAreReady) {
    Promise<int> pending;
    EXPECT_EQ(when_any(pending.result(), ready_result(1), ready_result(2)).get_nowait(), 1U);
    const std::vector<AsyncResult<int>> list{pending.result(), pending.result(), ready_result(3)};
    EXPECT_EQ(when_any(list).get_nowait(), 2U);
}

TEST(WhenAny, TakesAResultTwice) {
    Promise<int> pending;
    Promise<int> twice;
    const auto any = when_any(pending.result(), twice.result(), twice.result());
    twice.set(1);
    EXPECT_EQ(any.get_nowait(), 1U);
}

TEST(WhenAny, RefusesPartsThatAreNeverReady) {
    const std::vector<AsyncResult<int>> none;
    const auto any = when_any(none);
    ASSERT_TRUE(any.ready());
    EXPECT_EQ(any.result().error(), Errc::bad_arguments);
    EXPECT_EQ(any.result().failure().outcome(), Outcome::not_sent);
    Promise<int> promise;
    const auto of_invalid = when_any(promise.result(), AsyncResult<>());
    ASSERT_TRUE(of_invalid.ready());
    EXPECT_THROW(of_invalid.get(), kazoo::BadArgumentsError);
    EXPECT_FALSE(of_invalid.cancel());
    EXPECT_FALSE(promise.result().ready());
}

TEST(WhenAny, LeavesNoLinksOnTheOthers) {
    Promise<int> loser;  // takes part in every round
    const auto handler = std::make_shared<ManualHandler>();
    for (int i = 0; i < 1000; ++i) {
        Promise<int> winner(handler);
        const auto any = when_any(loser.result(), winner.result());
        winner.set(i);
        EXPECT_EQ(any.get_nowait(), 1U);
        EXPECT_TRUE(kazoo::detail::state_of(any)->sole_owner());  // a link would be another
        EXPECT_EQ(when_any(loser.result(), winner.result()).get_nowait(), 1U);
    }
    EXPECT_EQ(handler.use_count(), 1);
    EXPECT_FALSE(loser.result().ready());
}

// Cancellation.

TEST(WhenAllCancelled, CancelsPendingParts) {
    std::vector<Promise<int>> promises(3);
    const auto all = when_all(results_of(promises));
    promises[1].set(2);
    EXPECT_TRUE(all.cancel());
    ASSERT_TRUE(all.ready());
    EXPECT_EQ(all.result().error(), ClientErrc::cancelled);
    EXPECT_EQ(all.result().failure().outcome(), Outcome::unknown);
    EXPECT_THROW(promises[0].result().get(), kazoo::CancelledError);
    EXPECT_EQ(promises[1].result().get(), 2);
    EXPECT_THROW(promises[2].result().get(), kazoo::CancelledError);
    EXPECT_FALSE(all.cancel());
}

AsyncResult<int> go_on_nevertheless(AsyncResult<int> first, AsyncResult<int> second) {
    try {
        co_await first;
    } catch (const kazoo::CancelledError&) {
        // ignores the cancellation
    }
    try {
        co_await second;
    } catch (const kazoo::CancelledError&) {
        // ignores the cancellation
    }
    co_return 7;
}

TEST(WhenAllCancelled, ReturnsTheValuesOfPartsThatStillSucceed) {
    Promise<int> first;
    Promise<int> second;
    const auto all = when_all(go_on_nevertheless(first.result(), second.result()), ready_result(1));
    EXPECT_TRUE(all.cancel());
    EXPECT_EQ(all.get_nowait(), std::tuple(7, 1));
}

TEST(WhenAllCancelled, IsTooLateOnceItIsReady) {
    const auto all = when_all(ready_result(1), ready_result(2));
    EXPECT_FALSE(all.cancel());
    EXPECT_EQ(all.get(), std::tuple(1, 2));
}

TEST(WhenAnyCancelled, CancelsThemAll) {
    std::vector<Promise<int>> promises(2);
    const auto any = when_any(results_of(promises));
    EXPECT_TRUE(any.cancel());
    ASSERT_TRUE(any.ready());
    EXPECT_THROW(any.get(), kazoo::CancelledError);
    for (const auto& promise : promises) {
        EXPECT_THROW(promise.result().get(), kazoo::CancelledError);
    }
    EXPECT_FALSE(any.cancel());
}

TEST(WhenAnyCancelled, IsTooLateOnceItIsReady) {
    Promise<int> pending;
    const auto any = when_any(ready_result(1), pending.result());
    EXPECT_FALSE(any.cancel());
    EXPECT_FALSE(pending.result().ready());
}

// Where callbacks run.

TEST(WhenOnLanes, UsesTheLaneOfTheFirstThatHasAHandler) {
    const auto first = std::make_shared<ManualHandler>();
    const auto second = std::make_shared<ManualHandler>();
    Promise<int> none;
    Promise<int> one(first);
    Promise<int> other(second);
    const auto all = when_all(none.result(), one.result(), other.result());
    const auto any = when_any(AsyncResult<int>(), other.result());
    EXPECT_EQ(all.handler(), first);
    EXPECT_EQ(any.handler(), second);
    int calls = 0;
    all.rawlink([&calls](const auto&) { ++calls; });
    for (auto* promise : {&none, &one, &other}) promise->set(1);
    EXPECT_TRUE(all.ready());  // although no lane has run
    EXPECT_EQ(calls, 0);
    EXPECT_THAT(second->run(), ElementsAre());
    EXPECT_THAT(first->run(), ElementsAre(kazoo::Lane::completion));
    EXPECT_EQ(calls, 1);
}

}  // namespace
