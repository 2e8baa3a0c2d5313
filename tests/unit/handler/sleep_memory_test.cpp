// SPDX-License-Identifier: Apache-2.0
// sleep_async with allocations that fail: it throws std::bad_alloc or returns a result that becomes
// ready, and leaves neither the loop nor the handler running.
#include "support/allocations/allocations.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/handlers/asio.hpp>
#include <kazoo/sleep.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution/allocator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/require.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using kazoo::AsyncResult;
using kazoo::ClientErrc;
using kazoo::Handler;
using kazoo::sleep_async;
using kazoo::testing_support::live_allocations;
using kazoo::testing_support::Shortage;
using namespace std::chrono_literals;

constexpr auto sleep_patience = 10s;

/// Gives an io_context an executor of another type than its own, for which the library has no
/// memory prepared.
template <class T>
struct Allocator {
    using value_type = T;
    Allocator() = default;
    template <class U>
    Allocator(const Allocator<U>&) noexcept {}
    T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
    void deallocate(T* p, std::size_t n) noexcept { std::allocator<T>().deallocate(p, n); }
    template <class U>
    bool operator==(const Allocator<U>&) const noexcept {
        return true;
    }
};

using Begin = std::function<AsyncResult<void>(const std::shared_ptr<Handler>&)>;

/// A way to sleep, and an executor to do it on.
struct Scenario {
    Begin begin;
    bool cancels = false;
    bool other_executor = false;
};

/// Sleeps while the `nth` allocation fails, and `length - 1` after it. Returns whether any failed.
bool sleep_short(const Scenario& scenario, long nth, long length) {
    const auto before = live_allocations();
    bool met = false;
    {
        asio::io_context loop;
        const asio::any_io_executor own = loop.get_executor();
        const asio::any_io_executor other =
            asio::require(loop.get_executor(), asio::execution::allocator(Allocator<void>()));
        // Of the type that coroutines refer to: a temporary would be gone when they resume.
        const std::shared_ptr<Handler> handler =
            std::make_shared<kazoo::SequentialAsioHandler>(scenario.other_executor ? other : own);
        AsyncResult<void> result;
        {
            const Shortage shortage(nth, length);
            try {
                result = scenario.begin(handler);
            } catch (const std::bad_alloc&) {  // there is no result
            }
            if (result.valid() && scenario.cancels) {
                result.cancel();
            }
            loop.run_for(sleep_patience);
            met = shortage.met();
        }
        EXPECT_TRUE(loop.stopped()) << "something keeps the loop running";
        EXPECT_FALSE(handler->running());
        EXPECT_TRUE(!result.valid() || result.ready());
        if (result.valid() && result.ready() && !result.successful()) {
            const auto code = kazoo::detail::state_of(result)->error().code();
            EXPECT_TRUE(code == ClientErrc::out_of_memory || code == ClientErrc::cancelled)
                << code.message();
        }
    }
    EXPECT_EQ(live_allocations(), before);
    return met;
}

/// An executor of another type than io_context's own allocates for each task; what is tried again
/// there fails only if two allocations fail one after the other.
void sleep_short_everywhere(const Scenario& scenario) {
    constexpr long enough = 1000;
    const auto lengths =
        scenario.other_executor ? std::vector<long>{1} : std::vector<long>{1, 2, 3, enough};
    static_cast<void>(sleep_short(scenario, enough, 1));  // allocates what is allocated once
    ASSERT_FALSE(::testing::Test::HasFailure());
    for (const long length : lengths) {
        long nth = 1;
        for (bool met = true; met && nth < enough; ++nth) {
            SCOPED_TRACE("allocation " + std::to_string(nth) + ", " + std::to_string(length));
            met = sleep_short(scenario, nth, length);
            ASSERT_FALSE(::testing::Test::HasFailure());
        }
        EXPECT_GT(nth, 2) << "nothing is allocated";
        EXPECT_LT(nth, enough);
    }
}

AsyncResult<void> pause(const std::shared_ptr<Handler>& handler) {
    return sleep_async(handler, 1ms);
}
AsyncResult<void> long_pause(const std::shared_ptr<Handler>& handler) {
    return sleep_async(handler, 24h);
}
AsyncResult<void> two_pauses(const std::shared_ptr<Handler>& handler) {
    co_await sleep_async(handler, 1ms);
    co_await sleep_async(handler, 1ms);
}

TEST(SleepMemory, OfAPause) {
    sleep_short_everywhere({.begin = pause});
}

TEST(SleepMemory, OfAPauseOnAnotherExecutor) {
    sleep_short_everywhere({.begin = pause, .other_executor = true});
}

TEST(SleepMemory, OfAPauseThatIsCancelled) {
    sleep_short_everywhere({.begin = long_pause, .cancels = true});
}

TEST(SleepMemory, OfAPauseThatIsCancelledOnAnotherExecutor) {
    sleep_short_everywhere({.begin = long_pause, .cancels = true, .other_executor = true});
}

TEST(SleepMemory, OfACoroutine) {
    sleep_short_everywhere({.begin = two_pauses});
}

TEST(SleepMemory, OfACoroutineOnAnotherExecutor) {
    sleep_short_everywhere({.begin = two_pauses, .other_executor = true});
}

}  // namespace
