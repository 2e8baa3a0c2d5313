// SPDX-License-Identifier: Apache-2.0
// Failed allocations at every single place: all callbacks still run, every awaited result completes
// with a value or with OutOfMemoryError, and nothing is leaked. Functions without a result throw
// std::bad_alloc.
#include "support/allocations/allocations.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/when.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <list>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace {

using kazoo::AsyncResult;
using kazoo::Promise;
using kazoo::testing_support::live_allocations;
using kazoo::testing_support::Shortage;
using kazoo::testing_support::Spared;

/// A handler whose lane allocates memory for each task, like real lanes.
class Lane final : public kazoo::Handler {
public:
    std::string_view name() const noexcept override { return "lane"; }
    boost::asio::any_io_executor executor() override { return {}; }
    void dispatch(kazoo::Lane, kazoo::Task task) override { waiting_.push_back(std::move(task)); }
    std::shared_ptr<kazoo::Waiter> waiter() override { return kazoo::detail::thread_waiter(); }
    void start() override {}
    void stop() override {}
    bool running() const noexcept override { return true; }

    void run() {
        while (!waiting_.empty()) {
            auto task = std::move(waiting_.front());
            waiting_.pop_front();
            task();
        }
    }

private:
    std::list<kazoo::Task> waiting_;
};

/// Records the callbacks that a scenario links and the results that must be ready at its end.
struct Made {
    explicit Made(std::shared_ptr<Lane> on) : lane(std::move(on)) {}

    template <class T>
    void link(const AsyncResult<T>& result) {
        result.rawlink([this, big = std::string(100, 'x')](const AsyncResult<T>& r) {
            ++called;
            ready += r.ready() ? 1 : 0;
        });
        ++linked;
    }
    template <class T>
    void expect_end(const AsyncResult<T>& result) {
        ends.push_back(kazoo::detail::state_of(result));
    }

    const std::shared_ptr<Lane> lane;
    int linked = 0;
    int called = 0;
    int ready = 0;
    std::vector<kazoo::detail::RefPtr<kazoo::detail::ResultStateBase>> ends;
};

using Scenario = std::function<void(Made&)>;

/// Returns true if an allocation of the scenario failed.
bool run_short(const Scenario& scenario, long nth, long length) {
    const auto before = live_allocations();
    bool met = false;
    {
        Made made(std::make_shared<Lane>());
        made.ends.reserve(100);
        {
            const Shortage shortage(nth, length);
            try {
                scenario(made);
            } catch (const std::bad_alloc&) {  // thrown to a caller that has no result yet
            }
            made.lane->run();
            met = shortage.met();
        }
        EXPECT_EQ(made.called, made.linked) << "the " << nth << "th, and " << length - 1 << " more";
        EXPECT_EQ(made.ready, made.called);
        for (const auto& result : made.ends) {
            EXPECT_TRUE(result->ready()) << nth;
            if (result->ready() && !result->successful()) {
                const auto code = result->error().code();
                EXPECT_TRUE(
                    code == kazoo::ClientErrc::out_of_memory || code == kazoo::ClientErrc::cancelled
                ) << code.message();
            }
        }
    }
    EXPECT_EQ(live_allocations(), before) << "the " << nth << "th, and " << length - 1 << " more";
    return met;
}

void run_without_balance(const Scenario& scenario) {
    Made made(std::make_shared<Lane>());
    made.ends.reserve(100);
    const Shortage shortage(2, 1);
    try {
        scenario(made);
    } catch (const std::bad_alloc&) {
    }
    made.lane->run();
}

void run_short_everywhere(const Scenario& scenario) {
    constexpr long enough = 1000;
    ASSERT_FALSE(run_short(scenario, enough, 1));
    run_without_balance(scenario);  // makes the one-time allocations
    for (const long length : {1L, 2L, 3L, enough}) {
        long nth = 1;
        while (nth < enough && run_short(scenario, nth, length)) ++nth;
        EXPECT_LT(nth, enough);
        EXPECT_GT(nth, 1) << "it takes no memory at all";
    }
}

TEST(ResultMemory, OfCallbacks) {
    run_short_everywhere([](Made& made) {
        Promise<std::string> promise(made.lane);
        const auto result = promise.result();
        made.expect_end(result);
        made.link(result);
        made.link(result);
        promise.on_cancel([big = std::string(100, 'x')] {});
        promise.set(100, 'y');
        made.link(result);
    });
}

TEST(ResultMemory, OfBrokenPromises) {
    run_short_everywhere([](Made& made) {
        Promise<std::string> promise(made.lane);
        made.expect_end(promise.result());
        made.link(promise.result());
        Promise<std::string> cancelled(made.lane);
        made.expect_end(cancelled.result());
        made.link(cancelled.result());
        cancelled.result().cancel();
    });
}

AsyncResult<std::string> awaited_with(AsyncResult<std::string> awaited, std::string parameter) {
    const auto value = co_await awaited;
    const auto again = co_await kazoo::direct(awaited);
    co_return value + again + parameter;
}

TEST(ResultMemory, OfCoroutines) {
    run_short_everywhere([](Made& made) {
        Promise<std::string> promise(made.lane);
        const auto result = awaited_with(promise.result(), std::string(100, 'p'));
        made.expect_end(result);
        made.link(result);
        const auto next = awaited_with(result, std::string(100, 'q'));
        made.expect_end(next);
        made.link(next);
        promise.set(100, 'y');
        made.lane->run();
    });
}

TEST(ResultMemory, OfCombinedResults) {
    run_short_everywhere([](Made& made) {
        Promise<std::string> one(made.lane);
        Promise<> other(made.lane);
        const auto all = kazoo::when_all(one.result(), other.result());
        made.expect_end(all);
        made.link(all);
        const auto any = kazoo::when_any(one.result(), other.result());
        made.expect_end(any);
        made.link(any);
        one.set(100, 'y');
        other.set();
    });
}

TEST(ResultMemory, OfEvents) {
    run_short_everywhere([](Made& made) {
        kazoo::Event event(made.lane);
        const auto wait = event.wait_async();
        made.expect_end(wait);
        made.link(wait);
        event.set();
        event.clear();
        const auto second = event.wait_async();
        made.expect_end(second);
        made.link(second);
        event.cancel();
    });
}

TEST(ResultMemory, OfErrors) {
    run_short_everywhere([](Made& made) {
        Promise<int> promise(made.lane);
        const auto result = promise.result();
        made.link(result);
        promise.set_exception(kazoo::Error(kazoo::Errc::no_node).path(std::string(100, '/')));
        EXPECT_NE(result.exception(), nullptr);
        try {
            result.get();
            ADD_FAILURE() << "it has failed";
        } catch (const kazoo::NoNodeError&) {
        }
    });
}

}  // namespace
