// SPDX-License-Identifier: Apache-2.0
#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/asio.hpp>
#include <kazoo/handlers/threading.hpp>
#include <kazoo/kazoo_retry.hpp>
#include <kazoo/promise.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using kazoo::AsyncResult;
using kazoo::ConnectionLoss;
using kazoo::Duration;
using kazoo::InterruptedError;
using kazoo::KazooRetry;
using kazoo::Promise;
using kazoo::RetryFailedError;
using kazoo::RetryPolicy;
using kazoo::SequentialAsioHandler;
using kazoo::TimePoint;
using kazoo::WouldDeadlockError;
using testing::ElementsAre;
using namespace std::chrono_literals;

/// Time passes only by waiting, and then at once.
class VirtualTimeHandler final : public kazoo::Handler {
public:
    class Jump final : public kazoo::Waiter {
    public:
        explicit Jump(VirtualTimeHandler& handler) : handler_(handler) {}
        void wait_until(TimePoint end) override {
            handler_.pauses.push_back(end - handler_.time);
            if (handler_.while_waiting) handler_.while_waiting();
            if (!notified_) handler_.time = end;
        }
        void notify() noexcept override { notified_ = true; }

    private:
        VirtualTimeHandler& handler_;
        bool notified_ = false;
    };

    std::string_view name() const noexcept override { return "jumping_handler"; }
    asio::any_io_executor executor() override { return {}; }
    void dispatch(kazoo::Lane, kazoo::Task task) override { task(); }
    std::shared_ptr<kazoo::Waiter> waiter() override { return std::make_shared<Jump>(*this); }
    TimePoint now() const noexcept override { return time; }
    void start() override {}
    void stop() override {}
    bool running() const noexcept override { return true; }

    TimePoint time{1h};
    std::vector<Duration> pauses;
    std::function<void()> while_waiting;
};

RetryPolicy exact() {
    return RetryPolicy().max_jitter(0);
}

class KazooRetryTest : public testing::Test {
protected:
    KazooRetry retry(const RetryPolicy& policy = exact()) { return KazooRetry(policy, handler); }

    /// Fails `times` times, then succeeds.
    auto failing(int times) {
        return [this, times] {
            if (++calls <= times) throw ConnectionLoss();
            return calls;
        };
    }

    std::shared_ptr<VirtualTimeHandler> handler = std::make_shared<VirtualTimeHandler>();
    int calls = 0;
};

TEST_F(KazooRetryTest, ReturnsTheValueOfTheFunction) {
    EXPECT_EQ(retry()(failing(0)), 1);
    EXPECT_EQ(
        retry()([](int a, const std::string& b) { return b + std::to_string(a); }, 1, "x"), "x1"
    );
    auto& same = retry()([this]() -> int& { return calls; });
    EXPECT_EQ(&same, &calls);
    retry()([this] { calls = 7; });
    EXPECT_EQ(calls, 7);
    EXPECT_EQ(*retry()([] { return std::make_unique<int>(3); }), 3);
    EXPECT_TRUE(handler->pauses.empty());
}

TEST_F(KazooRetryTest, PausesBetweenAttempts) {
    EXPECT_EQ(retry()(failing(3)), 4);
    EXPECT_THAT(handler->pauses, ElementsAre(100ms, 200ms, 400ms));
}

TEST_F(KazooRetryTest, EveryCallStartsAnew) {
    const auto twice = retry(exact().max_tries(2));
    EXPECT_EQ(twice(failing(1)), 2);
    calls = 0;
    EXPECT_EQ(twice([&] { return twice(failing(1)); }), 2);
    EXPECT_THAT(handler->pauses, ElementsAre(100ms, 100ms));
}

TEST_F(KazooRetryTest, FailsAfterTheLastAttempt) {
    EXPECT_THROW(retry(exact().max_tries(3))(failing(9)), RetryFailedError);
    EXPECT_EQ(calls, 3);
    EXPECT_THROW(retry(exact().deadline(1s))(failing(9)), RetryFailedError);
    EXPECT_EQ(calls, 7) << "0.1 + 0.2 + 0.4 s fit into the second, 0.8 s more do not";
}

TEST_F(KazooRetryTest, TheDeadlineLimitsTheCallsOfAnAttempt) {
    std::vector<TimePoint> limits;
    const auto note = [&] {
        limits.push_back(kazoo::detail::DeadlineScope::present());
        throw ConnectionLoss();
    };
    EXPECT_THROW(retry(exact().max_tries(2).deadline(1s))(note), RetryFailedError);
    EXPECT_THROW(retry(exact().max_tries(1))(note), RetryFailedError);
    const TimePoint begin{1h};
    EXPECT_THAT(limits, ElementsAre(begin + 1s, begin + 1s, TimePoint::max()));
    EXPECT_EQ(kazoo::detail::DeadlineScope::present(), TimePoint::max());
}

TEST_F(KazooRetryTest, OtherExceptionsPassThrough) {
    EXPECT_THROW(retry()([] { throw std::out_of_range("mine"); }), std::out_of_range);
    EXPECT_THROW(
        retry()([] { throw kazoo::ConnectionClosedError(); }), kazoo::ConnectionClosedError
    );
    EXPECT_THROW(retry()([] { throw 42; }), int);
    EXPECT_TRUE(handler->pauses.empty());
}

TEST_F(KazooRetryTest, AnInterruptEndsThePause) {
    std::stop_source stop;
    handler->while_waiting = [&] { stop.request_stop(); };
    const auto interrupted = retry(exact().delay(1h).max_delay(1h)).interrupt(stop.get_token());
    EXPECT_THROW(interrupted(failing(1)), InterruptedError);
    EXPECT_EQ(handler->time, TimePoint(1h)) << "it has slept on";
    EXPECT_EQ(calls, 1);
    EXPECT_THROW(interrupted(failing(9)), InterruptedError) << "and lets no other begin";
    EXPECT_EQ(handler->pauses.size(), 1U);
    calls = 0;
    EXPECT_EQ(interrupted(failing(0)), 1) << "a success is a success";
}

TEST_F(KazooRetryTest, EveryInterruptCounts) {
    std::stop_source one;
    std::stop_source two;
    const auto both = retry().interrupt(one.get_token()).interrupt(two.get_token());
    handler->while_waiting = [&] { one.request_stop(); };
    EXPECT_THROW(both(failing(9)), RetryFailedError);
    const auto second = retry().interrupt({}).interrupt(two.get_token());
    handler->while_waiting = [&] { two.request_stop(); };
    EXPECT_THROW(second(failing(9)), InterruptedError);
}

TEST_F(KazooRetryTest, RefusesToSleepWhereBlockingIsRefused) {
    {
        const kazoo::detail::LaneScope listener(*handler, kazoo::Lane::session);
        EXPECT_THROW(retry()(failing(0)), WouldDeadlockError);
    }
    asio::io_context loop;
    const KazooRetry on_loop(exact(), std::make_shared<SequentialAsioHandler>(loop));
    asio::post(loop, [&] { EXPECT_THROW(on_loop(failing(0)), WouldDeadlockError); });
    loop.run();
    EXPECT_EQ(calls, 0) << "not even the first try";
}

TEST(KazooRetryWithoutHandler, BlocksTheThread) {
    int calls = 0;
    const KazooRetry retry(RetryPolicy().delay(1ms));
    retry([&] {
        if (++calls < 3) throw kazoo::ForceRetryError();
    });
    EXPECT_EQ(calls, 3);
    EXPECT_THROW(
        (void)retry.call_async([] { return AsyncResult<int>(); }), kazoo::ConfigurationError
    );
}

/// Asynchronous retries, on a loop that the test runs.
class AsyncRetryTest : public testing::Test {
protected:
    AsyncResult<int> fail_or_succeed(int times) {
        Promise<int> promise(handler);
        auto result = promise.result();
        asio::post(*loop, [this, times, promise = std::move(promise)]() mutable {
            if (++calls <= times) {
                promise.set_exception(ConnectionLoss());
            } else {
                promise.set(calls);
            }
        });
        return result;
    }
    auto failing(int times) {
        return [this, times] { return fail_or_succeed(times); };
    }
    KazooRetry retry(const RetryPolicy& policy) { return KazooRetry(policy, handler); }
    /// Runs the loop until it has no work left.
    void run() {
        loop->restart();
        loop->run_for(10s);
        EXPECT_TRUE(loop->stopped()) << "there is work left";
    }

    std::optional<asio::io_context> loop{std::in_place};
    std::shared_ptr<SequentialAsioHandler> handler = std::make_shared<SequentialAsioHandler>(*loop);
    int calls = 0;
};

TEST_F(AsyncRetryTest, RetriesUntilItSucceeds) {
    const auto result = retry(RetryPolicy().delay(1ms)).call_async(failing(3));
    EXPECT_FALSE(result.ready());
    EXPECT_TRUE(handler->running()) << "without a client";
    run();
    EXPECT_EQ(result.get(), 4);
    EXPECT_FALSE(handler->running());
}

TEST_F(AsyncRetryTest, RetriesVoidFunctionsAndCoroutines) {
    const auto quick = retry(RetryPolicy().delay(1ms));
    const auto nothing = quick.call_async([this]() -> AsyncResult<> {
        const int made = co_await fail_or_succeed(1);
        EXPECT_GT(made, 1);
    });
    const std::string captured(100, 'x');  // must live as long as the retries
    const auto told = quick.call_async([this, captured]() -> AsyncResult<std::string> {
        const int made = co_await fail_or_succeed(4);
        co_return captured + std::to_string(made);
    });
    run();
    EXPECT_TRUE(nothing.successful());
    EXPECT_EQ(told.get().size(), captured.size() + 1);
}

TEST_F(AsyncRetryTest, ExceptionsOfTheFunctionAreFailuresToo) {
    const auto result = retry(RetryPolicy().delay(1ms)).call_async([this] {
        if (++calls < 3) throw kazoo::ForceRetryError();
        if (calls == 3) throw std::out_of_range("mine");
        return fail_or_succeed(0);
    });
    run();
    EXPECT_THROW(result.get(), std::out_of_range);
}

TEST_F(AsyncRetryTest, FailsAfterTheLastAttempt) {
    const auto result = retry(RetryPolicy().delay(1ms).max_tries(3)).call_async(failing(9));
    run();
    EXPECT_THROW(result.get(), RetryFailedError);
    EXPECT_EQ(calls, 3);
}

TEST_F(AsyncRetryTest, ReturnsAtOnceEvenWithoutAPause) {
    const auto result = retry(RetryPolicy().delay(0ms)).call_async([this]() -> AsyncResult<int> {
        if (++calls < 2000) throw ConnectionLoss();
        co_return calls;
    });
    EXPECT_EQ(calls, 1);
    run();
    EXPECT_EQ(result.get(), 2000);
}

TEST_F(AsyncRetryTest, CancelEndsThePauseAndTheAttempt) {
    const auto policy = RetryPolicy().delay(1h).max_delay(1h);
    const auto sleeping = retry(policy).call_async(failing(9));
    while (calls == 0) loop->run_one();
    loop->poll();
    EXPECT_FALSE(sleeping.ready());
    EXPECT_TRUE(sleeping.cancel());
    EXPECT_THROW(sleeping.get(), kazoo::CancelledError);
    const auto trying = retry(policy).call_async(failing(9));
    EXPECT_TRUE(trying.cancel());
    EXPECT_THROW(trying.get(), kazoo::CancelledError);
    run();
    EXPECT_FALSE(handler->running());
}

TEST_F(AsyncRetryTest, TheDeadlineEndsAnAttempt) {
    const auto limited = retry(RetryPolicy().delay(1ms).deadline(50ms));
    Promise<int> never(handler);
    TimePoint limit;
    const auto result = limited.call_async([&] {
        ++calls;
        limit = kazoo::detail::DeadlineScope::present();
        return never.result();
    });
    EXPECT_LE(limit - kazoo::Clock::now(), 50ms)
        << "the deadline also applies to calls of the function";
    EXPECT_EQ(kazoo::detail::DeadlineScope::present(), TimePoint::max());
    run();
    ASSERT_TRUE(result.ready());
    EXPECT_THROW(result.get(), RetryFailedError);
    EXPECT_EQ(calls, 1);
    EXPECT_FALSE(handler->running());
    EXPECT_FALSE(never.set(1)) << "the try is over";
}

TEST_F(AsyncRetryTest, TheDeadlineEndsAnUncancellableAttempt) {
    const auto limited = retry(RetryPolicy().delay(1ms).deadline(50ms));
    const auto state = kazoo::detail::make_ref<kazoo::detail::ResultState<int>>(handler);
    ASSERT_FALSE(state->cancel());
    const auto result = limited.call_async([&] { return kazoo::detail::make_result<int>(state); });
    run();
    ASSERT_TRUE(result.ready());
    EXPECT_THROW(result.get(), RetryFailedError);
    EXPECT_TRUE(state->succeed(1)) << "without consequence";
    EXPECT_THROW(result.get(), RetryFailedError);
}

// A coroutine goes on after the deadline and refers to the lambda that it is the body of.
TEST_F(AsyncRetryTest, TheFunctionLivesUntilTheLastTryHasEnded) {
    const auto limited = retry(RetryPolicy().delay(1ms).deadline(20ms));
    const auto state = kazoo::detail::make_ref<kazoo::detail::ResultState<int>>(handler);
    ASSERT_FALSE(state->cancel());
    auto captured = std::make_shared<int>(7);
    const std::weak_ptr<int> alive = captured;
    int seen = 0;
    const auto result = limited.call_async([&seen, state, captured]() -> AsyncResult<> {
        const auto last = kazoo::detail::make_result<int>(state);
        co_await last;
        seen = *captured;
    });
    captured.reset();
    run();
    EXPECT_THROW(result.get_nowait(), RetryFailedError);
    EXPECT_FALSE(alive.expired());
    EXPECT_TRUE(state->succeed(1));
    run();
    EXPECT_EQ(seen, 7);
    EXPECT_TRUE(alive.expired());
}

TEST_F(AsyncRetryTest, TheDeadlineEndsACoroutine) {
    const auto limited = retry(RetryPolicy().delay(1ms).deadline(50ms));
    Promise<int> never(handler);
    const auto result = limited.call_async([&]() -> AsyncResult<> {
        for (;;) {  // continues after it was cancelled
            try {
                co_await never.result();
            } catch (const kazoo::CancelledError&) {
            }
            if (calls > 100) co_return;
            co_await fail_or_succeed(0);
        }
    });
    run();
    EXPECT_THROW(result.get_nowait(), RetryFailedError);
}

TEST_F(AsyncRetryTest, ADeadlineDoesNotKeepTheLoopRunning) {
    const auto result = retry(RetryPolicy().delay(1ms).deadline(1h)).call_async(failing(2));
    const auto before = kazoo::Clock::now();
    run();
    EXPECT_EQ(result.get(), 3);
    EXPECT_LT(kazoo::Clock::now() - before, 5s);
}

TEST_F(AsyncRetryTest, AnInterruptEndsThePause) {
    std::stop_source stop;
    const auto hours = retry(RetryPolicy().delay(1h).max_delay(1h)).interrupt(stop.get_token());
    const auto result = hours.call_async(failing(9));
    while (calls == 0) loop->run_one();
    loop->poll();
    EXPECT_FALSE(result.ready());
    stop.request_stop();
    EXPECT_THROW(result.get(), InterruptedError);
    const auto another = hours.call_async(failing(9));
    run();
    EXPECT_THROW(another.get(), InterruptedError) << "no other pause begins";
    EXPECT_EQ(calls, 2);
    calls = 0;
    const auto good = hours.call_async(failing(0));
    run();
    EXPECT_EQ(good.get(), 1);
}

TEST_F(AsyncRetryTest, EndsWithTheLoop) {
    const auto result = retry(RetryPolicy().delay(1h).max_delay(1h)).call_async(failing(9));
    while (calls == 0) loop->run_one();
    loop->poll();
    loop.reset();
    ASSERT_TRUE(result.ready());
    EXPECT_THROW(result.get_nowait(), kazoo::CancelledError);
}

TEST(AsyncRetryOnThreads, NeedsNoClient) {
    const auto handler = std::make_shared<kazoo::SequentialThreadingHandler>();
    const KazooRetry retry(RetryPolicy().delay(1ms), handler);
    std::atomic<int> calls{0};
    for (int round = 0; round < 20; ++round) {
        calls = 0;
        const auto result = retry.call_async([&]() -> AsyncResult<int> {
            if (++calls < 3) throw ConnectionLoss();
            co_return calls;
        });
        ASSERT_EQ(result.get(10s), 3);
    }
}

TEST(AsyncRetryOnThreads, MayBeWaitedForInACallback) {
    const auto handler = std::make_shared<kazoo::SequentialThreadingHandler>();
    const KazooRetry retry(RetryPolicy().delay(1ms), handler);
    handler->start();
    Promise<int> gate(handler);
    std::promise<int> seen;
    gate.result().rawlink([&](const AsyncResult<int>&) {
        int calls = 0;
        const auto result = retry.call_async([&]() -> AsyncResult<int> {
            if (++calls < 3) throw ConnectionLoss();
            co_return calls;
        });
        seen.set_value(result.get(10s));  // its attempts need no lane
    });
    gate.set(1);
    EXPECT_EQ(seen.get_future().get(), 3);
    handler->stop();
}

}  // namespace
