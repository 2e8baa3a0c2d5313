// SPDX-License-Identifier: Apache-2.0
// Boost.Asio's cancellation of results.
#include <kazoo/asio.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace {

namespace asio = boost::asio;
using kazoo::AsyncResult;
using kazoo::CancelledError;
using kazoo::Promise;

TEST(AsioCancellation, CancelsTheOperation) {
    asio::io_context loop;
    asio::cancellation_signal signal;
    Promise<int> promise;
    int cancelled = 0;
    const auto handler = [&](std::exception_ptr error, int) {
        cancelled += kazoo::error_from(error).code() == kazoo::ClientErrc::cancelled ? 1 : 0;
    };
    promise.result()(asio::bind_executor(loop, asio::bind_cancellation_slot(signal.slot(), handler))
    );
    asio::post(loop, [&signal] { signal.emit(asio::cancellation_type::terminal); });
    loop.run();
    EXPECT_EQ(cancelled, 1);
    EXPECT_THROW(promise.result().get(), CancelledError);
    EXPECT_FALSE(promise.set(1));
}

TEST(AsioCancellation, IsTooLateForAReadyResult) {
    asio::io_context loop;
    asio::cancellation_signal signal;
    Promise<int> promise;
    promise.set(5);
    int seen = 0;
    const auto handler = [&seen](std::exception_ptr, int value) { seen = value; };
    promise.result()(asio::bind_executor(loop, asio::bind_cancellation_slot(signal.slot(), handler))
    );
    signal.emit(asio::cancellation_type::terminal);
    loop.run();
    EXPECT_EQ(seen, 5);
}

TEST(AsioCancellation, ReleasesTheResultOnceDelivered) {
    asio::io_context loop;
    asio::cancellation_signal signal;
    Promise<int> promise;
    const auto handler = [](std::exception_ptr, int) {};
    promise.result()(asio::bind_executor(loop, asio::bind_cancellation_slot(signal.slot(), handler))
    );
    promise.set(1);
    loop.run();
    EXPECT_FALSE(signal.slot().has_handler());
}

asio::awaitable<int> await_value(AsyncResult<int> result) {
    co_return co_await result(asio::use_awaitable);
}

TEST(AsioCancellation, ReachesAResultThroughACoroutine) {
    asio::io_context loop;
    asio::cancellation_signal signal;
    Promise<int> promise;
    bool cancelled = false;
    const auto done = [&](std::exception_ptr error, int) {
        cancelled = kazoo::error_from(error).code() == kazoo::ClientErrc::cancelled;
    };
    asio::co_spawn(
        loop, await_value(promise.result()), asio::bind_cancellation_slot(signal.slot(), done)
    );
    asio::post(loop, [&signal] { signal.emit(asio::cancellation_type::terminal); });
    loop.run();
    EXPECT_TRUE(cancelled);
    EXPECT_TRUE(promise.result().ready());
}

asio::awaitable<std::size_t> await_either(AsyncResult<int> first, AsyncResult<int> second) {
    using namespace asio::experimental::awaitable_operators;
    const auto winner = co_await (await_value(first) || await_value(second));
    co_return winner.index();
}

TEST(AsioCancellation, CancelsTheLoserOfTwo) {
    asio::io_context loop;
    Promise<int> slow;
    Promise<int> quick;
    std::size_t winner = 0;
    asio::co_spawn(
        loop,
        await_either(slow.result(), quick.result()),
        [&winner](std::exception_ptr, std::size_t index) { winner = index; }
    );
    asio::post(loop, [&quick] { quick.set(1); });
    loop.run();
    EXPECT_EQ(winner, 1U);
    EXPECT_THROW(slow.result().get(), CancelledError);
}

AsyncResult<int> library_coroutine(AsyncResult<int> awaited) {
    co_return co_await awaited;
}

TEST(AsioCancellation, ReachesThroughACoroutineOfTheLibrary) {
    asio::io_context loop;
    asio::cancellation_signal signal;
    Promise<int> promise;
    bool cancelled = false;
    const auto done = [&](std::exception_ptr error, int) {
        cancelled = kazoo::error_from(error).code() == kazoo::ClientErrc::cancelled;
    };
    const auto result = library_coroutine(promise.result());
    result(asio::bind_executor(loop, asio::bind_cancellation_slot(signal.slot(), done)));
    asio::post(loop, [&signal] { signal.emit(asio::cancellation_type::terminal); });
    loop.run();
    EXPECT_TRUE(cancelled);
    EXPECT_TRUE(promise.result().ready());
}

}  // namespace
