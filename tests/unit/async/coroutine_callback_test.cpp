// SPDX-License-Identifier: Apache-2.0
// A callback that waits for a coroutine: the rest of the coroutine must not wait behind the
// callback on the completion lane.
#include "support/manual_handler.hpp"
#include "support/wait_until.hpp"

#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/when.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using kazoo::AsyncResult;
using kazoo::Promise;
using kazoo::testing_support::ManualHandler;
using kazoo::testing_support::wait_until;
using namespace std::chrono_literals;

/// Stands for the client: an object with a handler.
struct Client {
    std::shared_ptr<ManualHandler> handler_;
    [[nodiscard]] const std::shared_ptr<ManualHandler>& handler() const { return handler_; }
};

AsyncResult<int> add(Client&, AsyncResult<int> a, AsyncResult<int> b) {
    const int first = co_await a;
    co_return first + co_await b;
}

class CallbackWaits : public testing::Test {
protected:
    /// Runs `callback` on the completion lane, and concurrently `connection`, which completes
    /// promises, in another thread.
    template <class Callback, class Connection>
    void run(Callback callback, Connection connection) {
        Promise<int> begin(handler);
        begin.result().rawlink([&](const AsyncResult<int>&) { callback(); });
        begin.set(0);
        std::thread other([this, &connection] {
            EXPECT_TRUE(wait_until([this] { return begun.load(); }, 10s));
            connection();
        });
        handler->run();
        other.join();
        handler->run();
    }

    /// Returns a result that is about to be waited for, and lets `connection` start.
    template <class T>
    T waiting(T result) {
        EXPECT_FALSE(result.ready());
        begun = true;
        return result;
    }

    std::atomic<bool> begun{false};
    std::shared_ptr<ManualHandler> handler = std::make_shared<ManualHandler>();
    Client zk{handler};
    Promise<int> a{handler};
    Promise<int> b{handler};
};

TEST_F(CallbackWaits, ForACoroutine) {
    int sum = 0;
    run([&] { sum = waiting(add(zk, a.result(), b.result())).get(10s); },
        [&] {
            a.set(1);
            b.set(2);
        });
    EXPECT_EQ(sum, 3);
}

TEST_F(CallbackWaits, ForACoroutineStartedEarlier) {
    int sum = 0;
    const auto result = add(zk, a.result(), b.result());
    run([&] { sum = waiting(result).get(10s); },
        [&] {
            a.set(1);
            b.set(2);
        });
    EXPECT_EQ(sum, 3);
}

TEST_F(CallbackWaits, ForResultsCompletedByCoroutines) {
    kazoo::Event done(handler);
    const auto finish = [](Client&, AsyncResult<int> awaited, kazoo::Event event) -> AsyncResult<> {
        co_await awaited;
        event.set();
    };
    bool set = false;
    std::vector<AsyncResult<int>> both;
    run(
        [&] {
            const auto result = waiting(finish(zk, a.result(), done));
            set = done.wait(10s);
            both = kazoo::when_all(
                       std::vector{add(zk, a.result(), b.result()), add(zk, b.result(), a.result())}
            )
                       .get(10s);
        },
        [&] {
            a.set(1);
            b.set(2);
        }
    );
    EXPECT_TRUE(set);
    ASSERT_EQ(both.size(), 2U);
    EXPECT_EQ(both[0].get() + both[1].get(), 6);
}

AsyncResult<int> nested(Client& zk, AsyncResult<int> leaf, int levels) {
    if (levels == 0) co_return co_await leaf;
    co_await leaf;
    co_return nested(zk, leaf, levels - 1).get(10s) + 1;  // blocks on the lane
}

TEST_F(CallbackWaits, ForACoroutineThatItselfWaitsForOne) {
    int depth = 0;
    run([&] { depth = waiting(nested(zk, a.result(), 10)).get(10s); }, [&] { a.set(0); });
    EXPECT_EQ(depth, 10);
}

TEST_F(CallbackWaits, WhileOtherCallbacksKeepTheirOrder) {
    std::vector<std::string> order;
    a.result().rawlink([&](const AsyncResult<int>&) { order.emplace_back("of a"); });
    run(
        [&] {
            order.emplace_back("begin");
            EXPECT_EQ(waiting(add(zk, a.result(), b.result())).get(10s), 3);
            order.emplace_back("end");
        },
        [&] {
            a.set(1);
            b.set(2);
        }
    );
    EXPECT_EQ(order, (std::vector<std::string>{"begin", "end", "of a"}));
}

}  // namespace
