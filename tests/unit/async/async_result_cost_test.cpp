// SPDX-License-Identifier: Apache-2.0
// The cost of links of one result grows linearly: eight times as many take about eight times as
// long. Both are measured in the same run, so that the result is independent of the machine and its
// load.
#include "support/manual_handler.hpp"

#include <kazoo/promise.hpp>
#include <kazoo/when.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

namespace {

using kazoo::AsyncResult;
using kazoo::direct;
using kazoo::LinkId;
using kazoo::Promise;
using kazoo::testing_support::ManualHandler;
using Time = std::clock_t;

constexpr int some = 5'000;
constexpr int times = 8;
/// Linear work takes 8 times as long, quadratic work 64 times. Cache effects blur the former.
constexpr double between_linear_and_quadratic = 36;

/// The processor time of this process: other programs do not count.
Time time_of(const std::function<void(int)>& work, int links) {
    const auto begin = std::clock();
    work(links);
    return std::max<Time>(std::clock() - begin, 1);
}

/// The best of several measurements: other load only makes them longer.
double growth(const std::function<void(int)>& work) {
    work(some);
    Time once = std::numeric_limits<Time>::max();
    Time more = once;
    for (int look = 0; look < 5; ++look) {
        once = std::min(once, time_of(work, some));
        more = std::min(more, time_of(work, times * some));
    }
    return static_cast<double>(more) / static_cast<double>(once);
}

void expect_linear(const std::function<void(int)>& work) {
    // A machine that is busy during one measurement may be idle during the next.
    double least = growth(work);
    for (int again = 0; again < 4 && least > between_linear_and_quadratic; ++again) {
        least = std::min(least, growth(work));
    }
    EXPECT_LT(least, between_linear_and_quadratic);
}

class AsyncResultCost : public testing::Test {
protected:
    struct One {
        std::shared_ptr<ManualHandler> handler = std::make_shared<ManualHandler>();
        Promise<int> promise{handler};
        AsyncResult<int> result = promise.result();
    };
};

TEST_F(AsyncResultCost, OfCallbacksIsLinear) {
    expect_linear([](int links) {
        One one;
        int calls = 0;
        for (int i = 0; i < links; ++i) {
            one.result.rawlink([&calls](const AsyncResult<int>&) { ++calls; });
        }
        one.promise.set(1);
        one.handler->run();
        ASSERT_EQ(calls, links);
    });
}

TEST_F(AsyncResultCost, OfUnlinkingInAnyOrderIsLinear) {
    expect_linear([](int links) {
        One one;
        std::vector<LinkId> ids;
        for (int i = 0; i < links; ++i) {
            ids.push_back(one.result.rawlink([](const AsyncResult<int>&) {}));
        }
        constexpr int stride = 7919;  // a prime: visits every index once
        for (int i = 0, at = 0; i < links; ++i, at = (at + stride) % links) {
            ASSERT_TRUE(one.result.unlink(ids[static_cast<std::size_t>(at)]));
        }
    });
}

AsyncResult<int> on_the_lane(AsyncResult<int> awaited) {
    co_return co_await awaited;
}

AsyncResult<int> directly(AsyncResult<int> awaited) {
    co_return co_await direct(awaited);
}

TEST_F(AsyncResultCost, OfWaitingCoroutinesIsLinear) {
    for (const auto coroutine : {on_the_lane, directly}) {
        expect_linear([coroutine](int links) {
            One one;
            std::vector<AsyncResult<int>> waiting;
            for (int i = 0; i < links; ++i) waiting.push_back(coroutine(one.result));
            one.promise.set(1);
            one.handler->run();
            for (const auto& result : waiting) ASSERT_TRUE(result.ready());
        });
    }
}

TEST_F(AsyncResultCost, OfMixedLinksIsLinear) {
    expect_linear([](int links) {
        One one;
        int calls = 0;
        std::vector<AsyncResult<int>> waiting;
        for (int i = 0; i < links / 2; ++i) {
            one.result.rawlink([&calls](const AsyncResult<int>&) { ++calls; });
        }
        for (int i = 0; i < links / 2; ++i) waiting.push_back(directly(one.result));
        one.promise.set(1);
        one.handler->run();
        ASSERT_EQ(calls, links / 2);
    });
}

TEST_F(AsyncResultCost, OfTheLosersOfWhenAnyIsLinear) {
    expect_linear([](int links) {
        One loser;
        Promise<int> winner;
        std::vector<AsyncResult<int>> all(static_cast<std::size_t>(links), loser.result);
        all.push_back(winner.result());
        const auto first = kazoo::when_any(std::move(all));
        winner.set(1);
        ASSERT_EQ(first.get_nowait(), static_cast<std::size_t>(links));
    });
}

}  // namespace
