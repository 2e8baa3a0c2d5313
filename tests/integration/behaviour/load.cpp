// SPDX-License-Identifier: Apache-2.0
// Load: many results in flight, many watches that fire together, slow callbacks.
#include "behaviour/suites.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace kazoo::behaviour {
namespace {

using namespace std::chrono_literals;

// Sanitizers slow the process down, which must not cause missed pings.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::chrono::milliseconds short_timeout = 4s;
#else
constexpr std::chrono::milliseconds short_timeout = 1s;
#endif
/// Longer than the session timeout.
constexpr auto slow = short_timeout * 3 / 2;

}  // namespace

TEST_P(Load, AHundredThousandResultsInFlight) {
    auto& client = zk();
    client.create("/a", "data");
    // A newly started JVM is slow.
    const int wanted = shared_server().embedded() ? 100'000 : 10'000;
    auto& order = record<int>();
    std::atomic<int> wrong{0};
    for (int i = 0; i < wanted; ++i) {
        client.get_async("/a").rawlink([&, i](const AsyncResult<NodeData>& result) {
            if (!result.successful() || result.get().data != "data") ++wrong;
            order.add(i);
        });
    }
    ASSERT_TRUE(order.wait_for(static_cast<std::size_t>(wanted), 60s));
    EXPECT_EQ(wrong, 0);
    const auto seen = order.all();
    ASSERT_EQ(seen.size(), static_cast<std::size_t>(wanted));
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST_P(Load, AWatchStormBesideASlowCallback) {
    auto& client = start_client(options().timeout(short_timeout));
    const auto session = client.client_id()->session_id;
    constexpr int nodes = 2000;
    auto& told = record<std::string>();
    std::vector<AsyncResult<std::optional<ZnodeStat>>> armed;
    for (int i = 0; i < nodes; ++i) {
        armed.push_back(client.exists_async(
            "/n" + std::to_string(i),
            Watcher([&](const WatchedEvent& event) { told.add(*event.path); })
        ));
    }
    for (const auto& result : armed) ASSERT_TRUE(result.wait(patience));

    auto& slept = record<int>();
    // On this handler a sleeping callback blocks the loop, and with it the pings.
    const bool apart = GetParam().handler_name != "sequential_asio_handler";
    if (apart) {
        client.exists_async("/").rawlink([&](const auto&) {
            if (callbacks_may_block()) {
                client.handler()->sleep(slow);
            } else {
                std::this_thread::sleep_for(slow);
            }
            slept.add(1);
        });
    }
    StartedClient other(ClientOptions().hosts(shared_server().hosts() + chroot()));
    for (int i = 0; i < nodes; ++i) {
        other.create_async("/n" + std::to_string(i)).rawlink([](const auto&) {});
    }
    ASSERT_TRUE(told.wait_for(nodes));
    if (apart) {
        ASSERT_TRUE(slept.wait_for(1));
    }
    EXPECT_TRUE(client.exists("/n0"));
    ASSERT_TRUE(client.client_id().has_value());
    EXPECT_EQ(client.client_id()->session_id, session) << "pings did not go on";
    EXPECT_EQ(told.all().size(), static_cast<std::size_t>(nodes));
}

TEST_P(Load, TheBytesOfRepliesThatWaitForTheirCallbacksAreBounded) {
    if (!callbacks_may_block()) return;  // a callback that waits would hold up the replies, too
    ClientLimits limits;
    limits.backlog_bytes = 1'000'000;
    auto& client = start_client(options().limits(limits));
    client.create("/large", std::string(300'000, 'x'));
    Event plug(client.handler());
    auto& begun = record<int>();
    client.get_async("/").rawlink([&](const auto&) {
        begun.add(1);
        plug.wait(patience);
    });
    ASSERT_TRUE(begun.wait_for(1));
    std::vector<AsyncResult<NodeData>> reads;
    std::size_t waiting = 0;
    for (int i = 0; i < 20; ++i) {
        reads.push_back(client.get_async("/large"));
        reads.back().rawlink([](const AsyncResult<NodeData>&) {});
        ASSERT_TRUE(reads.back().wait(patience));
        // The caller may be woken before the callback is counted.
        waiting += reads.back().successful() ? 300'000 : 0;
        ASSERT_TRUE(
            wait_until([&] { return client.handler()->backlog_bytes() >= waiting; }, patience)
        );
    }
    for (std::size_t i = 0; i < reads.size(); ++i) {
        EXPECT_EQ(reads[i].successful(), i < 4) << i;
    }
    EXPECT_EQ(failure_of(reads.back()).code(), ClientErrc::queue_full);
    plug.set();
    EXPECT_TRUE(wait_until([&] { return client.handler()->backlog_bytes() == 0; }, patience));
    EXPECT_EQ(client.get("/large").data.size(), 300'000U);
}

}  // namespace kazoo::behaviour
