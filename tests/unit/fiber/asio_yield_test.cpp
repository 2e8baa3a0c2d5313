// SPDX-License-Identifier: Apache-2.0
// Results in the stackful coroutines of Boost.Asio. In this directory because they need
// Boost.Context, which the other unit tests do not link.
#include "support/allocations/allocations.hpp"

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
#include <new>
#include <string>

namespace {

namespace asio = boost::asio;
using kazoo::ClientErrc;
using kazoo::Promise;
using kazoo::testing_support::Shortage;
using kazoo::testing_support::Spared;

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

/// Waits with the `nth` allocation failing. Returns whether it has failed.
bool wait_short(long nth) {
    Promise<std::string> promise;
    boost::system::error_code failure;
    std::string value;
    bool resumed = false;
    bool met = false;
    run(
        [&](asio::yield_context yield) {
            const Shortage shortage(nth);
            try {
                value = promise.result()(yield);
            } catch (const boost::system::system_error& error) {
                failure = error.code();
            } catch (const std::bad_alloc&) {
                failure = ClientErrc::out_of_memory;
            }
            met = shortage.met();
            resumed = true;
        },
        [&] {
            const Spared test;
            promise.set("late");
        }
    );
    EXPECT_TRUE(resumed);
    EXPECT_TRUE(failure == ClientErrc::out_of_memory || (!failure && value == "late"));
    return met;
}

TEST(AsioYield, ContinuesWhereThereIsNoMemoryForTheWait) {
    long nth = 1;
    while (wait_short(nth) && nth < 100) {
        ASSERT_FALSE(HasFailure()) << "allocation " << nth;
        ++nth;
    }
    EXPECT_GT(nth, 1) << "nothing is allocated";
    EXPECT_LT(nth, 100);
}

}  // namespace
