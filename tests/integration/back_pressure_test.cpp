// SPDX-License-Identifier: Apache-2.0
// Limits for requests in flight, waiting for room in the queue, and requests that no limit holds
// back.
#include "support/fake_server.hpp"
#include "support/fault_fixture.hpp"

#include <kazoo/detail/reserved_call.hpp>

#include <atomic>
#include <future>
#include <string>
#include <vector>

namespace kazoo::testing_support {
namespace {

using codec::Opcode;

class BackPressureOn : public FaultTest {
protected:
    static ClientLimits few(std::size_t requests) {
        ClientLimits limits;
        limits.requests = requests;
        return limits;
    }
    static CallOptions waiting() { return CallOptions().when_full(WhenFull::wait); }
};

TEST_P(BackPressureOn, AsManyRequestsAreInFlightAsTheLimitSays) {
    std::atomic<int> early{0};
    FakeServer server([&](FakeConnection& connection, int) {
        connection.welcome();
        for (int round = 0; round < 5; ++round) {
            const auto first = connection.next_operation();
            const auto second = connection.next_operation();
            connection.serve(first);
            connection.serve(second);
        }
        connection.serve_all();
    });
    ClientLimits limits;
    limits.in_flight_requests = 2;
    StartedClient zk(options_for(server.hosts()).limits(limits));
    std::vector<AsyncResult<NodeData>> reads;
    for (int i = 0; i < 10; ++i) {
        reads.push_back(zk.get_async("/a"));
        early += zk.metrics().requests_in_flight > 2 ? 1 : 0;
    }
    for (const auto& read : reads) {
        EXPECT_EQ(read.get(patience).data, "good");
        EXPECT_LE(zk.metrics().requests_in_flight, 2U);
    }
    EXPECT_EQ(early, 0);
}

TEST_P(BackPressureOn, BlockingCallsWaitForRoom) {
    StartedClient zk(through_proxy().limits(few(1)));
    proxy().freeze();
    const auto held = zk.get_async("/");
    EXPECT_THROW(zk.set("/", "x"), QueueFullError) << "by default";
    auto call = std::async(std::launch::async, [&] { return zk.set("/", "x", waiting()).version; });
    EXPECT_EQ(call.wait_for(50ms), std::future_status::timeout);
    proxy().restore();
    ASSERT_EQ(call.wait_for(patience), std::future_status::ready);
    EXPECT_EQ(call.get(), 1);
    EXPECT_TRUE(held.get(patience).data.empty());
}

TEST_P(BackPressureOn, ManyCallersShareOnePlace) {
    StartedClient zk(through_proxy().limits(few(1)).when_full(WhenFull::wait));
    zk.create("/n");
    constexpr int callers = 4;
    constexpr int calls = 25;
    std::vector<std::future<void>> threads;
    for (int i = 0; i < callers; ++i) {
        threads.push_back(std::async(std::launch::async, [&] {
            for (int n = 0; n < calls; ++n) {
                zk.set("/n", "x");
            }
        }));
    }
    for (auto& thread : threads) {
        ASSERT_EQ(thread.wait_for(patience), std::future_status::ready);
        EXPECT_NO_THROW(thread.get());
    }
    EXPECT_EQ(zk.exists("/n")->version, callers * calls);
}

TEST_P(BackPressureOn, TimeLimitsAndStopsEndTheWait) {
    StartedClient zk(through_proxy().limits(few(1)).close_timeout(100ms));
    proxy().freeze();
    const auto held = zk.get_async("/");
    const auto late =
        thrown<OperationTimeoutError>([&] { zk.set("/", "x", waiting().timeout(30ms)); });
    EXPECT_EQ(late.outcome(), Outcome::not_sent);
    EXPECT_STREQ(late.operation(), "set");
    std::stop_source stop;
    auto stopped = std::async(std::launch::async, [&] {
        return code_of([&] { zk.get("/", waiting().stop_token(stop.get_token())); });
    });
    EXPECT_EQ(stopped.wait_for(30ms), std::future_status::timeout);
    stop.request_stop();
    ASSERT_EQ(stopped.wait_for(patience), std::future_status::ready);
    EXPECT_EQ(stopped.get(), ClientErrc::cancelled);
    auto ended =
        std::async(std::launch::async, [&] { return code_of([&] { zk.get("/", waiting()); }); });
    EXPECT_EQ(ended.wait_for(30ms), std::future_status::timeout);
    zk.stop();
    ASSERT_EQ(ended.wait_for(patience), std::future_status::ready);
    EXPECT_EQ(ended.get(), ClientErrc::connection_closed);
    proxy().restore();
}

TEST_P(BackPressureOn, RoomIsAwaitedInOrder) {
    StartedClient zk(through_proxy().limits(few(2)));
    EXPECT_TRUE(zk.room_async().ready()) << "there is room";
    proxy().freeze();
    const auto one = zk.get_async("/");
    const auto two = zk.get_async("/");
    Recorder<int> order;
    std::vector<AsyncResult<void>> rooms;
    for (int i = 0; i < 2; ++i) {
        rooms.push_back(zk.room_async());
        rooms.back().rawlink([&, i](const AsyncResult<void>& room) {
            order.add(room.successful() ? i : -1);
        });
    }
    EXPECT_FALSE(rooms.front().ready());
    proxy().restore();
    ASSERT_TRUE(order.wait_for(2));
    EXPECT_EQ(order.all(), (std::vector<int>{0, 1}));
    EXPECT_NO_THROW(zk.room());
}

TEST_P(BackPressureOn, AWaitForRoomEndsLikeAnOperation) {
    StartedClient zk(through_proxy().limits(few(2)).close_timeout(100ms));
    proxy().freeze();
    const auto one = zk.get_async("/");
    const auto two = zk.get_async("/");
    const auto cancelled = zk.room_async();
    EXPECT_TRUE(cancelled.cancel());
    EXPECT_EQ(failure_of(cancelled).code(), ClientErrc::cancelled);
    EXPECT_EQ(failure_of(cancelled).outcome(), Outcome::not_sent);
    const auto late = zk.room_async(CallOptions().timeout(30ms));
    EXPECT_EQ(failure_of(late).code(), Errc::operation_timeout);
    EXPECT_EQ(failure_of(late).outcome(), Outcome::not_sent);
    const auto ended = zk.room_async();
    zk.stop();
    EXPECT_EQ(failure_of(ended).code(), Errc::connection_loss);
    EXPECT_EQ(failure_of(zk.room_async()).code(), ClientErrc::connection_closed);
    proxy().restore();
}

TEST_P(BackPressureOn, ACoroutineIssuesNoMoreThanThereIsRoomFor) {
    StartedClient zk(through_proxy().limits(few(5)));
    zk.create("/n");
    Tally tally;
    const auto many = [&]() -> AsyncResult<void> {
        for (int i = 0; i < 100; ++i) {
            co_await zk.room_async();
            tally.add(zk.set_async("/n", "x"));
        }
    };
    many().get(patience);
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_EQ(tally.endings(), (Endings{{"ok", 100}}));
}

TEST_P(BackPressureOn, ALimitOfOneSufficesForACoroutine) {
    StartedClient zk(through_proxy().limits(few(1)));
    Tally tally;
    const auto many = [&]() -> AsyncResult<void> {
        for (int i = 0; i < 20; ++i) {
            co_await zk.room_async();
            tally.add(zk.exists_async("/"));
        }
    };
    many().get(patience);
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_EQ(tally.endings(), (Endings{{"ok", 20}}));
}

TEST_P(BackPressureOn, AReleaseIsNotHeldBackByAFullQueue) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        std::vector<FakeConnection::Request> requests;
        while (requests.empty() || requests.back().op != Opcode::delete_) {
            requests.push_back(connection.next_operation());
        }
        EXPECT_EQ(requests.size(), 4U) << "behind what was called before it";
        for (const auto& request : requests) {
            connection.serve(request);
        }
        connection.serve_all();
    });
    auto limits = few(3);
    limits.in_flight_requests = 1;
    StartedClient zk(options_for(server.hosts()).limits(limits));
    std::vector<AsyncResult<NodeData>> reads;
    for (int i = 0; i < 3; ++i) {
        reads.push_back(zk.get_async("/a"));
    }
    EXPECT_EQ(failure_of(zk.delete_async("/lock")).code(), ClientErrc::queue_full);
    const auto release = zk.delete_async("/lock", -1, detail::ReservedCall::mark(CallOptions()));
    EXPECT_FALSE(failure_of(release).code());
    for (const auto& read : reads) {
        EXPECT_EQ(read.get(patience).data, "good");
    }
}

KAZOO_ON_OWN_HANDLERS(BackPressureOn);

}  // namespace
}  // namespace kazoo::testing_support
