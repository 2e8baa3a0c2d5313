// SPDX-License-Identifier: Apache-2.0
#include "support/manual_handler.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using kazoo::AsyncResult;
using kazoo::KazooTimeoutError;
using kazoo::Promise;
using namespace std::chrono_literals;

const std::string long_text(100, 'x');

TEST(AsyncResultValue, HasNothingWhilePending) {
    Promise<int> promise;
    const auto result = promise.result();
    EXPECT_TRUE(result.valid());
    EXPECT_FALSE(result.ready());
    EXPECT_FALSE(result.successful());
    EXPECT_EQ(result.value(), nullptr);
    EXPECT_EQ(result.exception(), nullptr);
    EXPECT_FALSE(result.wait(0s));
    EXPECT_FALSE(result.wait(-1s));
    EXPECT_FALSE(result.wait(1ms));
    EXPECT_THROW(result.get_nowait(), KazooTimeoutError);
    EXPECT_THROW(result.get(0s), KazooTimeoutError);
    EXPECT_THROW(result.get(1ms), KazooTimeoutError);
    EXPECT_THROW(promise.result().get(1ms), KazooTimeoutError);
}

TEST(AsyncResultValue, IsAvailableOnceSet) {
    Promise<std::string> promise;
    const auto result = promise.result();
    EXPECT_TRUE(promise.set(3, 'x'));
    EXPECT_TRUE(result.ready());
    EXPECT_TRUE(result.successful());
    EXPECT_EQ(result.exception(), nullptr);
    EXPECT_EQ(*result.value(), "xxx");
    EXPECT_EQ(result.get(), "xxx");
    EXPECT_EQ(result.get(0s), "xxx");
    EXPECT_EQ(result.get_nowait(), "xxx");
    EXPECT_EQ(result.result().value(), "xxx");
    EXPECT_TRUE(result.wait(0s));
    result.wait();
}

TEST(AsyncResultValue, VoidIsAValueToo) {
    Promise<> promise;
    const auto result = promise.result();
    EXPECT_FALSE(result.wait(0s));
    EXPECT_TRUE(promise.set());
    EXPECT_TRUE(result.successful());
    result.get();
    result.get(0s);
    result.get_nowait();
    EXPECT_TRUE(result.result().has_value());
    promise.result().get();
    promise.result().get(0s);
}

TEST(AsyncResultValue, IsReferredToByLvalues) {
    Promise<std::string> promise;
    const auto result = promise.result();
    promise.set(long_text);
    static_assert(std::is_same_v<decltype(result.get()), const std::string&>);
    static_assert(std::is_same_v<decltype(result.get(1s)), const std::string&>);
    static_assert(std::is_same_v<decltype(result.get_nowait()), const std::string&>);
    EXPECT_EQ(&result.get(), result.value());
    EXPECT_EQ(&result.get(1s), result.value());
    EXPECT_EQ(&result.get_nowait(), result.value());
}

TEST(AsyncResultValue, IsMovedOutOfTheLastHandle) {
    AsyncResult<std::string> result;
    {
        Promise<std::string> promise;
        result = promise.result();
        promise.set(long_text);
    }
    static_assert(std::is_same_v<decltype(std::move(result).get()), std::string>);
    const auto* const characters = result.value()->data();
    const auto text = std::move(result).get();
    EXPECT_EQ(text.data(), characters);
    EXPECT_EQ(text, long_text);
}

TEST(AsyncResultValue, IsMovedOutOfTheLastHandleWithATimeoutToo) {
    AsyncResult<std::string> result;
    {
        Promise<std::string> promise;
        result = promise.result();
        promise.set(long_text);
    }
    const auto* const characters = result.value()->data();
    EXPECT_EQ(std::move(result).get(1s).data(), characters);
}

TEST(AsyncResultValue, IsCopiedWhileShared) {
    Promise<std::string> promise;
    auto result = promise.result();
    const auto other = result;
    promise.set(long_text);
    EXPECT_EQ(std::move(result).get(), long_text);
    EXPECT_EQ(other.get(), long_text);
}

TEST(AsyncResultValue, WakesAllWaiters) {
    Promise<int> promise;
    const auto result = promise.result();
    std::vector<std::thread> threads;
    threads.emplace_back([&] { EXPECT_EQ(result.get(), 5); });
    threads.emplace_back([&] { EXPECT_EQ(result.get(1min), 5); });
    threads.emplace_back([&] { EXPECT_EQ(promise.result().get(), 5); });
    threads.emplace_back([&] { EXPECT_EQ(result.result().value(), 5); });
    threads.emplace_back([&] { EXPECT_TRUE(result.wait(kazoo::Duration::max())); });
    promise.set(5);
    for (auto& thread : threads) thread.join();
}

TEST(AsyncResultValue, IsAvailableEvenAfterAWaitTimedOut) {
    Promise<int> promise;
    const auto result = promise.result();
    EXPECT_THROW(result.get(1ms), KazooTimeoutError);
    promise.set(1);
    EXPECT_EQ(result.get(), 1);
}

TEST(AsyncResultValue, HandlesShareTheResult) {
    Promise<int> promise;
    Promise<int> other;
    const auto result = promise.result();
    const AsyncResult<int> none;
    EXPECT_EQ(result, promise.result());
    EXPECT_NE(result, other.result());
    EXPECT_FALSE(none.valid());
    EXPECT_NE(result, none);
}

TEST(AsyncResultValue, ReturnsItsHandler) {
    const auto handler = std::make_shared<kazoo::testing_support::ManualHandler>();
    EXPECT_EQ(Promise<int>(handler).result().handler(), handler);
    EXPECT_EQ(Promise<int>().result().handler(), nullptr);
}

/// A handler whose time advances only by waiting.
class DreamHandler final : public kazoo::Handler {
public:
    std::string_view name() const noexcept override { return "dream_handler"; }
    boost::asio::any_io_executor executor() override { return {}; }
    void dispatch(kazoo::Lane, kazoo::Task task) override { task(); }
    std::shared_ptr<kazoo::Waiter> waiter() override { return waiter_; }
    kazoo::TimePoint now() const noexcept override { return waiter_->time; }
    void start() override {}
    void stop() override {}
    bool running() const noexcept override { return true; }

private:
    struct DreamWaiter final : kazoo::Waiter {
        void wait_until(kazoo::TimePoint deadline) override { time = deadline; }
        void notify() noexcept override {}
        kazoo::TimePoint time{};
    };
    const std::shared_ptr<DreamWaiter> waiter_ = std::make_shared<DreamWaiter>();
};

TEST(AsyncResultValue, WaitsByTheHandlersClock) {
    const auto handler = std::make_shared<DreamHandler>();
    Promise<int> promise(handler);
    const auto before = handler->now();
    EXPECT_FALSE(promise.result().wait(1h));
    EXPECT_EQ(handler->now(), before + 1h);
    EXPECT_THROW(promise.result().get(2h), KazooTimeoutError);
    EXPECT_EQ(handler->now(), before + 3h);
    handler->sleep(30min);
    EXPECT_EQ(handler->now(), before + 3h + 30min);
}

/// A result with no other owner, like the temporary of a call in an expression.
template <class T>
AsyncResult<T> temporary(T value) {
    Promise<T> promise;
    promise.set(std::move(value));
    return promise.result();
}

TEST(AsyncResultOfATemporary, ReturnsValuesThatOutliveIt) {
    const std::string text(100, 'x');
    auto&& value = temporary(text).get();
    auto&& now = temporary(text).get_nowait();
    auto optional = temporary(text).value();
    const auto none = Promise<std::string>().result().value();
    static_assert(std::is_same_v<decltype(temporary(text).get_nowait()), std::string>);
    EXPECT_EQ(value, text);
    EXPECT_EQ(now, text);
    EXPECT_EQ(optional.value(), text);
    EXPECT_FALSE(none);
}

}  // namespace
