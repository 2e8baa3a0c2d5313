// SPDX-License-Identifier: Apache-2.0
// Boost.Asio completion tokens for results.
#include "support/manual_handler.hpp"

#include <kazoo/asio.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/asio.hpp>
#include <kazoo/promise.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/system_error.hpp>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using kazoo::AsyncResult;
using kazoo::Promise;
using kazoo::testing_support::ManualHandler;

/// Runs the coroutine, and `meanwhile` once it waits; returns its value or rethrows its exception.
template <class T, class Meanwhile>
T run(asio::awaitable<T> coroutine, Meanwhile meanwhile) {
    asio::io_context loop;
    auto outcome = asio::co_spawn(loop, std::move(coroutine), asio::use_future);
    asio::post(loop, meanwhile);
    loop.run();
    return outcome.get();
}

asio::awaitable<std::string> await_value(AsyncResult<std::string> result) {
    auto value = co_await result(asio::use_awaitable);
    co_return value + "!";
}

asio::awaitable<void> await_nothing(AsyncResult<> result) {
    co_await result(asio::use_awaitable);
}

TEST(AsioAwaitable, GetsTheValue) {
    Promise<std::string> promise;
    EXPECT_EQ(run(await_value(promise.result()), [&] { promise.set("late"); }), "late!");
    EXPECT_EQ(run(await_value(promise.result()), [] {}), "late!");  // ready from the start
    EXPECT_EQ(promise.result().get(), "late");                      // and still valid
}

TEST(AsioAwaitable, NeedsNoLane) {
    Promise<std::string> promise(std::make_shared<ManualHandler>());
    EXPECT_EQ(run(await_value(promise.result()), [&] { promise.set("late"); }), "late!");
}

TEST(AsioAwaitable, GetsTheErrorWithItsType) {
    Promise<std::string> promise;
    const auto late = [&] { promise.set_exception(kazoo::NoNodeError()); };
    EXPECT_THROW(run(await_value(promise.result()), late), kazoo::NoNodeError);
    EXPECT_THROW(run(await_value(promise.result()), [] {}), kazoo::NoNodeError);
}

TEST(AsioAwaitable, OfNothing) {
    Promise<> promise;
    run(await_nothing(promise.result()), [&] { promise.set(); });
    EXPECT_TRUE(promise.result().successful());
    Promise<> failing;
    failing.set_exception(std::logic_error("mine"));
    EXPECT_THROW(run(await_nothing(failing.result()), [] {}), std::logic_error);
}

// Error codes instead of exceptions.

asio::awaitable<std::string> await_tuple(AsyncResult<std::string> result) {
    auto [error, value] = co_await result(asio::as_tuple(asio::use_awaitable));
    static_assert(std::is_same_v<decltype(error), boost::system::error_code>);
    co_return error ? error == kazoo::Errc::no_node ? "no node" : error.message() : value;
}

TEST(AsioErrorCode, IsTheFirstOfATuple) {
    Promise<std::string> promise;
    EXPECT_EQ(run(await_tuple(promise.result()), [&] { promise.set("late"); }), "late");
    Promise<std::string> failing;
    failing.set_exception(kazoo::NoNodeError());
    EXPECT_EQ(run(await_tuple(failing.result()), [] {}), "no node");
    Promise<std::string> foreign;
    foreign.set_exception(std::logic_error("mine"));
    EXPECT_NE(run(await_tuple(foreign.result()), [] {}).find("exception"), std::string::npos);
}

asio::awaitable<boost::system::error_code> await_redirected(AsyncResult<> result) {
    boost::system::error_code error;
    co_await result(asio::redirect_error(asio::use_awaitable, error));
    co_return error;
}

TEST(AsioErrorCode, IsWhereItWasRedirectedTo) {
    Promise<> failing;
    failing.set_exception(kazoo::NoAuthError());
    EXPECT_EQ(run(await_redirected(failing.result()), [] {}), kazoo::Errc::no_auth);
    Promise<> promise;
    EXPECT_FALSE(run(await_redirected(promise.result()), [&] { promise.set(); }));
}

asio::awaitable<std::string> await_with_code(AsyncResult<std::string> result) {
    try {
        co_return co_await kazoo::with_error_code(result, asio::use_awaitable);
    } catch (const boost::system::system_error& error) {
        co_return error.code() == kazoo::Errc::no_node ? "no node" : error.what();
    }
}

TEST(AsioErrorCode, IsThrownAsASystemErrorOnRequest) {
    Promise<std::string> promise;
    EXPECT_EQ(run(await_with_code(promise.result()), [&] { promise.set("late"); }), "late");
    Promise<std::string> failing;
    failing.set_exception(kazoo::NoNodeError());
    EXPECT_EQ(run(await_with_code(failing.result()), [] {}), "no node");
}

asio::awaitable<std::string> await_exception_tuple(AsyncResult<std::string> result) {
    auto [error, value] =
        co_await kazoo::with_exception(result, asio::as_tuple(asio::use_awaitable));
    co_return error ? kazoo::error_from(error).message() : value;
}

TEST(AsioErrorCode, IsAnExceptionOnRequest) {
    Promise<std::string> failing;
    failing.set_exception(kazoo::NoNodeError());
    const auto message = run(await_exception_tuple(failing.result()), [] {});
    EXPECT_NE(message.find("no_node"), std::string::npos);
}

/// A value that cannot be copied yields a failure instead of an exception in the loop.
struct ThrowsOnCopy {
    ThrowsOnCopy() = default;
    ThrowsOnCopy(const ThrowsOnCopy& other) : copies(other.copies - 1) {
        if (copies < 0) throw std::bad_alloc();
    }
    ThrowsOnCopy& operator=(const ThrowsOnCopy&) = delete;
    int copies = 1;
};

TEST(AsioErrorCode, ReportsThatTheValueCannotBeCopied) {
    Promise<ThrowsOnCopy> promise;
    promise.set(ThrowsOnCopy());
    const auto kept = promise.result();
    asio::io_context loop;
    std::exception_ptr failure;
    kept(asio::bind_executor(loop, [&](const std::exception_ptr& error, const ThrowsOnCopy&) {
        failure = error;
    }));
    loop.run();
    EXPECT_NE(failure, nullptr);
}

asio::awaitable<std::string> await_deferred(AsyncResult<std::string> result) {
    auto operation = result(asio::deferred);
    co_return co_await std::move(operation)(asio::use_awaitable);
}

TEST(AsioAwaitable, AwaitsADeferredOperation) {
    Promise<std::string> promise;
    EXPECT_EQ(run(await_deferred(promise.result()), [&] { promise.set("late"); }), "late");
}

asio::awaitable<int> await_in_turn(int rounds) {
    int total = 0;
    for (int i = 0; i < rounds; ++i) {
        Promise<int> promise;
        promise.set(1);
        total += co_await promise.result()(asio::use_awaitable);
    }
    co_return total;
}

TEST(AsioAwaitable, AwaitsManyReadyResults) {
    EXPECT_EQ(run(await_in_turn(100'000), [] {}), 100'000);
}

TEST(AsioFuture, GetsTheValueOrTheError) {
    Promise<std::string> promise;
    auto early = promise.result()(asio::use_future);
    promise.set("value");
    EXPECT_EQ(early.get(), "value");
    EXPECT_EQ(promise.result()(asio::use_future).get(), "value");

    Promise<> failing;
    auto failed = failing.result()(asio::use_future);
    failing.set_exception(kazoo::BadVersionError());
    EXPECT_THROW(failed.get(), kazoo::BadVersionError);
}

TEST(AsioDeferred, StartsWhenItIsCalled) {
    Promise<int> promise;
    auto operation = promise.result()(asio::deferred);
    promise.set(3);
    EXPECT_EQ(std::move(operation)(asio::use_future).get(), 3);
}

// Asio's rules for asynchronous operations.

TEST(AsioHandlerFunction, RunsOnItsExecutorAndNeverInsideTheCall) {
    asio::io_context loop;
    Promise<int> promise;
    int seen = 0;
    std::thread::id ran_in;
    auto handler = asio::bind_executor(loop, [&](std::exception_ptr error, int value) {
        EXPECT_EQ(error, nullptr);
        seen += value;
        ran_in = std::this_thread::get_id();
    });
    promise.result()(handler);
    std::thread([&promise] { promise.set(1); }).join();
    promise.result()(handler);  // already ready
    EXPECT_EQ(seen, 0);
    loop.run();
    EXPECT_EQ(seen, 2);
    EXPECT_EQ(ran_in, std::this_thread::get_id());
}

// Not on a thread of Asio's own, in parallel with the loop.
TEST(AsioHandlerFunction, RunsOnTheHandlersLoopIfItHasNoExecutor) {
    asio::io_context loop;
    Promise<int> promise(std::make_shared<kazoo::SequentialAsioHandler>(loop));
    std::vector<std::thread::id> ran_in;
    const auto note = [&](std::exception_ptr, int) {
        ran_in.push_back(std::this_thread::get_id());
    };
    promise.result()(note);
    std::thread([&promise] { promise.set(1); }).join();
    promise.result()(note);
    EXPECT_TRUE(ran_in.empty());
    loop.run();
    EXPECT_EQ(ran_in, std::vector(2, std::this_thread::get_id()));
}

TEST(AsioHandlerFunction, KeepsTheHandlersLoopBusyWhileItWaits) {
    asio::io_context loop;
    Promise<> promise(std::make_shared<kazoo::SequentialAsioHandler>(loop));
    bool called = false;
    promise.result()([&](std::exception_ptr) { called = true; });
    std::thread later([&promise] { promise.set(); });
    loop.run();
    later.join();
    EXPECT_TRUE(called);
}

TEST(AsioHandlerFunction, RunsOnTheSystemExecutorIfThereIsNoHandler) {
    Promise<int> promise;
    std::promise<std::pair<int, std::thread::id>> seen;
    promise.result()([&](std::exception_ptr, int value) {
        seen.set_value({value, std::this_thread::get_id()});
    });
    promise.set(1);
    const auto [value, thread] = seen.get_future().get();
    EXPECT_EQ(value, 1);
    EXPECT_NE(thread, std::this_thread::get_id());
}

TEST(AsioHandlerFunction, KeepsItsExecutorBusyWhileItWaits) {
    asio::io_context loop;
    Promise<> promise;
    bool called = false;
    promise.result()(asio::bind_executor(loop, [&](std::exception_ptr) { called = true; }));
    std::thread later([&promise] { promise.set(); });
    loop.run();  // would return at once if waiting did not count as work
    later.join();
    EXPECT_TRUE(called);
}

TEST(AsioHandlerFunction, IsDroppedWithItsExecutor) {
    const auto held = std::make_shared<int>(1);
    Promise<int> promise;
    {
        asio::io_context loop;
        promise.set(1);
        promise.result()(asio::bind_executor(loop, [held](std::exception_ptr, int) {}));
        EXPECT_EQ(held.use_count(), 2);
    }
    EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
