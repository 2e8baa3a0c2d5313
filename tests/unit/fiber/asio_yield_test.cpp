// Results in the stackful coroutines of Boost.Asio. In this directory because they need
// Boost.Context, which the other unit tests do not link.
#include <kazoo/asio.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/spawn.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <string>

namespace {

namespace asio = boost::asio;
using kazoo::Promise;

/// Runs the coroutine, and `meanwhile` once it waits.
void run(std::function<void(asio::yield_context)> coroutine, std::function<void()> meanwhile) {
    asio::io_context loop;
    std::exception_ptr failure;
    asio::spawn(loop, std::move(coroutine), [&](std::exception_ptr error) { failure = error; });
    asio::post(loop, std::move(meanwhile));
    loop.run();
    if (failure) std::rethrow_exception(failure);
}

TEST(AsioYield, ReturnsTheValue) {
    Promise<std::string> promise;
    std::string seen;
    run([&](asio::yield_context yield) { seen = promise.result()(yield); },
        [&] { promise.set("late"); });
    EXPECT_EQ(seen, "late");
}

TEST(AsioYield, ReturnsFromAResultWithoutAValue) {
    Promise<> promise;
    bool done = false;
    run(
        [&](asio::yield_context yield) {
            promise.result()(yield);
            done = true;
        },
        [&] { promise.set(); }
    );
    EXPECT_TRUE(done);
}

TEST(AsioYield, ThrowsTheErrorCode) {
    Promise<std::string> promise;
    boost::system::error_code seen;
    run(
        [&](asio::yield_context yield) {
            try {
                promise.result()(yield);
            } catch (const boost::system::system_error& error) {
                seen = error.code();
            }
        },
        [&] { promise.set_exception(kazoo::NoNodeError()); }
    );
    EXPECT_EQ(seen, kazoo::Errc::no_node);
}

TEST(AsioYield, ReturnsTheErrorCodeOnRequest) {
    Promise<std::string> promise;
    boost::system::error_code seen;
    run([&](asio::yield_context yield) { promise.result()(yield[seen]); },
        [&] { promise.set_exception(kazoo::NoNodeError()); });
    EXPECT_EQ(seen, kazoo::Errc::no_node);
}

}  // namespace
