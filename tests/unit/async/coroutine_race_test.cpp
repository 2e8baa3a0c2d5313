// SPDX-License-Identifier: Apache-2.0
// Coroutines that are suspended by one thread while another one cancels them or completes what they
// await.
#include "support/race.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/this_coro.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace {

using kazoo::AsyncResult;
using kazoo::direct;
using kazoo::Promise;
using kazoo::testing_support::race;

AsyncResult<int> await_both(AsyncResult<int> first, AsyncResult<int> second) {
    const int one = co_await std::move(first);
    const int two = co_await direct(std::move(second));
    co_return one + two;
}

/// Counts how often it is cancelled.
class CountedState : public kazoo::detail::ResultState<int> {
public:
    using ResultState::ResultState;
    bool cancel() override {
        ++cancels;
        return fail(kazoo::Error(kazoo::ClientErrc::cancelled));
    }
    std::atomic<int> cancels{0};
};

class CoroutineRace : public testing::Test {
protected:
    void renew() {
        first.emplace();
        second.emplace();
        done = await_both(first->result(), second->result());
    }

    std::optional<Promise<int>> first;
    std::optional<Promise<int>> second;
    AsyncResult<int> done;
};

TEST_F(CoroutineRace, ACancellationIsPassedOnOnce) {
    kazoo::detail::RefPtr<CountedState> counted;
    int lost = 0;
    int repeated = 0;
    race(
        [&] {
            first.emplace();
            counted = kazoo::detail::make_ref<CountedState>(nullptr);
            done = await_both(first->result(), kazoo::detail::make_result<int>(counted));
        },
        [&] { first->set(1); },
        {[&] { done.cancel(); }},
        [&] {
            lost += done.ready() && !done.successful() ? 0 : 1;
            repeated += counted->cancels > 1 ? 1 : 0;
        }
    );
    EXPECT_EQ(lost, 0);
    EXPECT_EQ(repeated, 0);
}

TEST_F(CoroutineRace, ACancellationMayComeWhenTheAwaitedResultIsReleased) {
    int wrong = 0;
    race(
        [&] { renew(); },
        [&] {
            first->set(1);
            first.reset();
            second->set(2);
            second.reset();
        },
        {[&] { done.cancel(); }, [&] { done.cancel(); }},
        [&] { wrong += done.ready() && (!done.successful() || done.get() == 3) ? 0 : 1; }
    );
    EXPECT_EQ(wrong, 0);
}

TEST_F(CoroutineRace, TheAwaitedResultMayBeReleasedWhileTheCoroutineIsSuspended) {
    std::optional<AsyncResult<int>> one;
    std::optional<AsyncResult<int>> two;
    int wrong = 0;
    race(
        [&] {
            first.emplace();
            second.emplace();
            one = first->result();
            two = second->result();
        },
        [&] {
            first->set(1);
            first.reset();
            second->set(2);
            second.reset();
        },
        {[&] {
            done = await_both(*std::exchange(one, std::nullopt), *std::exchange(two, std::nullopt));
        }},
        [&] { wrong += done.get() == 3 ? 0 : 1; }
    );
    EXPECT_EQ(wrong, 0);
}

/// Is cancelled by `cancel` while it runs. Returns whether it still knows that after an await.
AsyncResult<bool> knows_of_request(
    AsyncResult<int> gate, const std::function<void()>& cancel, AsyncResult<int> awaited
) {
    co_await direct(std::move(gate));
    cancel();
    try {
        co_await direct(std::move(awaited));
    } catch (const kazoo::CancelledError&) {
        // As it must be.
    }
    const bool requested = co_await kazoo::this_coro::cancelled;
    co_return requested;
}

TEST(CoroutineThatRuns, KeepsTheRequestThatHasCancelledItsNextAwait) {
    Promise<int> gate;
    const Promise<int> awaited;
    AsyncResult<bool> done;
    const std::function<void()> cancel = [&done] { done.cancel(); };
    done = knows_of_request(gate.result(), cancel, awaited.result());
    gate.set(1);
    ASSERT_TRUE(done.ready());
    EXPECT_TRUE(done.get());
}

}  // namespace
