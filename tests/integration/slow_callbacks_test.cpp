// SPDX-License-Identifier: Apache-2.0
// Waiting for room while callbacks are too slow.
#include "support/fault_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace kazoo::testing_support {
namespace {

/// On a handler whose callbacks may block without holding up the replies.
class SlowCallbacks : public FaultTest {
protected:
    ClientOptions limited_to(std::size_t requests) {
        ClientLimits limits;
        limits.requests = requests;
        return direct().limits(limits);
    }
    static CallOptions waiting() { return CallOptions().when_full(WhenFull::wait); }

    /// Lets a callback hold up the completion lane until release(), by means that the library does
    /// not know. Returns once it does.
    void plug(KazooClient& zk) {
        auto begun = std::make_shared<std::promise<void>>();
        zk.exists_async("/").rawlink([begun,
                                      released = released_.get_future().share()](const auto&) {
            begun->set_value();
            released.wait_for(patience);
        });
        ASSERT_EQ(begun->get_future().wait_for(patience), std::future_status::ready);
    }
    void release() { released_.set_value(); }
    /// Makes this many callbacks wait on the completion lane, which must be held up.
    void fill(KazooClient& zk, std::size_t callbacks) {
        for (std::size_t i = 0; i < callbacks; ++i) {
            tally.add(zk.exists_async("/"));
        }
        ASSERT_TRUE(wait_until([&] { return zk.handler()->backlog() >= callbacks; }, patience));
    }

    Tally tally;

private:
    std::promise<void> released_;
};

TEST_P(SlowCallbacks, RoomIsAwaitedUntilTheyHaveCaughtUp) {
    StartedClient zk(limited_to(2));
    plug(zk);
    fill(zk, 2);
    EXPECT_EQ(failure_of(zk.exists_async("/")).code(), ClientErrc::queue_full) << "without waiting";
    const auto room = zk.room_async();
    EXPECT_FALSE(room.wait(50ms));
    release();
    EXPECT_FALSE(failure_of(room).code());
    EXPECT_FALSE(failure_of(zk.exists_async("/")).code());
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_EQ(tally.endings(), (Endings{{"ok", 2}}));
}

TEST_P(SlowCallbacks, OperationsBehindWaitsAreAcceptedWhateverArrivesInBetween) {
    ClientLimits limits;
    limits.backlog_bytes = 1000;
    StartedClient zk(direct().limits(limits));
    zk.create("/large", std::string(2000, 'x'));
    plug(zk);
    for (int i = 0; i < 2; ++i) {
        EXPECT_FALSE(failure_of(zk.room_async()).code());
    }
    tally.add(zk.get_async("/large"));
    ASSERT_TRUE(wait_until([&] { return zk.handler()->backlog_bytes() >= 2000; }, patience));
    EXPECT_FALSE(failure_of(zk.exists_async("/")).code());
    EXPECT_EQ(failure_of(zk.exists_async("/")).code(), ClientErrc::queue_full) << "only two";
    release();
    ASSERT_TRUE(tally.wait_complete());
}

TEST_P(SlowCallbacks, WaitsEndInOrder) {
    StartedClient zk(limited_to(3));
    plug(zk);
    fill(zk, 3);
    Recorder<int> order;
    std::vector<AsyncResult<void>> rooms;
    for (int i = 0; i < 3; ++i) {
        rooms.push_back(zk.room_async());
        rooms.back().rawlink([&, i](const AsyncResult<void>& room) {
            order.add(room.successful() ? i : -1);
        });
    }
    EXPECT_TRUE(rooms[1].cancel());
    release();
    ASSERT_TRUE(order.wait_for(3));
    EXPECT_FALSE(failure_of(rooms[0]).code());
    EXPECT_EQ(failure_of(rooms[1]).code(), ClientErrc::cancelled);
    EXPECT_FALSE(failure_of(rooms[2]).code());
    const auto ended = order.all();
    EXPECT_EQ(std::count(ended.begin(), ended.end(), -1), 1);
    EXPECT_LT(std::find(ended.begin(), ended.end(), 0), std::find(ended.begin(), ended.end(), 2));
}

TEST_P(SlowCallbacks, AWaitEndsLikeAnOperation) {
    StartedClient zk(limited_to(2).close_timeout(100ms));
    plug(zk);
    fill(zk, 2);
    const auto late = zk.room_async(CallOptions().timeout(30ms));
    EXPECT_EQ(failure_of(late).code(), Errc::operation_timeout);
    EXPECT_EQ(failure_of(late).outcome(), Outcome::not_sent);
    std::stop_source stop;
    const auto stopped = zk.room_async(CallOptions().stop_token(stop.get_token()));
    EXPECT_FALSE(stopped.ready());
    stop.request_stop();
    EXPECT_EQ(failure_of(stopped).code(), ClientErrc::cancelled);
    const auto ended = zk.room_async();
    auto end = std::async(std::launch::async, [&] { zk.stop(); });
    EXPECT_EQ(failure_of(ended).code(), Errc::connection_loss);
    EXPECT_EQ(failure_of(ended).outcome(), Outcome::not_sent);
    release();
    ASSERT_EQ(end.wait_for(patience), std::future_status::ready);
}

TEST_P(SlowCallbacks, BlockingCallsWaitForThem) {
    StartedClient zk(limited_to(2));
    plug(zk);
    fill(zk, 2);
    EXPECT_THROW(zk.exists("/"), QueueFullError) << "by default";
    auto call = std::async(std::launch::async, [&] { return zk.exists("/", waiting()); });
    auto room = std::async(std::launch::async, [&] { zk.room(); });
    EXPECT_EQ(call.wait_for(50ms), std::future_status::timeout);
    release();
    ASSERT_EQ(call.wait_for(patience), std::future_status::ready);
    EXPECT_TRUE(call.get());
    ASSERT_EQ(room.wait_for(patience), std::future_status::ready);
    EXPECT_NO_THROW(room.get());
}

TEST_P(SlowCallbacks, ABlockingCallInACallbackDoesNotWaitForThoseBehindIt) {
    StartedClient zk(limited_to(2));
    auto& codes = record<std::error_code>();
    const auto begun = std::make_shared<std::promise<void>>();
    const auto filled = std::make_shared<std::promise<void>>();
    zk.exists_async("/").rawlink([&, begun, filled](const auto&) {
        begun->set_value();
        filled->get_future().wait_for(patience);
        codes.add(code_of([&] { zk.exists("/", waiting()); }));
        codes.add(code_of([&] { zk.room(); }));
    });
    ASSERT_EQ(begun->get_future().wait_for(patience), std::future_status::ready);
    fill(zk, 2);
    filled->set_value();
    ASSERT_TRUE(codes.wait_for(2));
    EXPECT_EQ(codes.all(), std::vector<std::error_code>(2, ClientErrc::queue_full));
    ASSERT_TRUE(tally.wait_complete());
}

/// The callbacks of the coroutine's operations wait for the callback that waits for the coroutine.
TEST_P(SlowCallbacks, ACoroutineThatACallbackAwaitsIsRefused) {
    StartedClient zk(limited_to(3));
    auto& codes = record<std::error_code>();
    const auto many = [&]() -> AsyncResult<void> {
        for (int i = 0; i < 20; ++i) {
            co_await zk.room_async();
            tally.add(zk.exists_async("/"));
        }
    };
    zk.exists_async("/").rawlink([&](const auto&) {
        codes.add(code_of([&] { many().get(patience); }));
    });
    ASSERT_TRUE(codes.wait_for(1));
    EXPECT_EQ(codes.all().front(), ClientErrc::queue_full);
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_FALSE(code_of([&] { many().get(patience); })) << "outside of callbacks";
}

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    SlowCallbacks,
    ::testing::Values(handler_kind("Threading")),
    [](const auto& kind) { return std::string(kind.param.name); }
);

}  // namespace
}  // namespace kazoo::testing_support
