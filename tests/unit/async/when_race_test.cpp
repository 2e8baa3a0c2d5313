// SPDX-License-Identifier: Apache-2.0
// Combined results whose parts complete concurrently in several threads.
#include "support/race.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/when.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace {

using kazoo::AsyncResult;
using kazoo::Promise;
using kazoo::when_all;
using kazoo::when_any;
using namespace std::chrono_literals;

constexpr std::size_t threads = 3;

/// In each round every thread completes one promise while the test's own thread runs `meanwhile`
/// with the results; then runs `check`.
class WhenRace : public testing::Test {
protected:
    using Results = std::vector<AsyncResult<int>>;

    template <class Meanwhile, class Check>
    void race(Meanwhile meanwhile, Check check) {
        Results results;
        std::vector<std::function<void()>> completers;
        for (std::size_t i = 0; i < threads; ++i) {
            completers.emplace_back([this, i] { promises[i].set(static_cast<int>(i)); });
        }
        kazoo::testing_support::race(
            [&] {
                promises = std::vector<Promise<int>>(threads);
                results.clear();
                for (const auto& promise : promises) results.push_back(promise.result());
            },
            [&] { meanwhile(results); },
            completers,
            [&] { check(results); }
        );
    }

    std::vector<Promise<int>> promises;
};

TEST_F(WhenRace, AllAreWaitedFor) {
    int wrong = 0;
    AsyncResult<Results> all;
    race(
        [&](const Results& results) { all = when_all(results); },
        [&](const Results& results) {
            wrong += all.ready() && all.get() == results ? 0 : 1;
            for (const auto& result : all.get()) wrong += result.successful() ? 0 : 1;
        }
    );
    EXPECT_EQ(wrong, 0);
}

TEST_F(WhenRace, ValuesAreTakenOnceAllAreReady) {
    int wrong = 0;
    race(
        [&](const Results& results) {
            const auto all = when_all(results[0], results[1], results[2]);
            wrong += all.get(1min) == std::tuple(0, 1, 2) ? 0 : 1;
        },
        [](const Results&) {}
    );
    EXPECT_EQ(wrong, 0);
}

TEST_F(WhenRace, TheFirstWinsAndLeavesNoLinksOnTheOthers) {
    int wrong = 0;
    AsyncResult<std::size_t> any;
    race(
        [&](const Results& results) {
            any = when_any(results);
            const auto first = any.get(1min);
            wrong += first < threads && results[first].ready() ? 0 : 1;
        },
        [&](const Results&) { wrong += kazoo::detail::state_of(any)->sole_owner() ? 0 : 1; }
    );
    EXPECT_EQ(wrong, 0);
}

TEST_F(WhenRace, CancellingCompletesThemOnce) {
    int wrong = 0;
    AsyncResult<Results> all;
    AsyncResult<std::size_t> any;
    std::atomic<int> calls{0};
    bool cancelled = false;
    race(
        [&](const Results& results) {
            all = when_all(results);
            any = when_any(results);
            all.rawlink([&calls](const auto&) { ++calls; });
            any.rawlink([&calls](const auto&) { ++calls; });
            cancelled = any.cancel();
            all.cancel();
        },
        [&](const Results& results) {
            wrong += all.ready() && any.ready() && calls.exchange(0) == 2 ? 0 : 1;
            wrong += cancelled != any.successful() ? 0 : 1;
            bool any_cancelled = false;
            for (const auto& result : results) any_cancelled |= !result.successful();
            wrong += any_cancelled || all.successful() ? 0 : 1;
        }
    );
    EXPECT_EQ(wrong, 0);
}

}  // namespace
