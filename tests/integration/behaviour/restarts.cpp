// SPDX-License-Identifier: Apache-2.0
// Concurrent starts and stops: in the callbacks of a stop, on several threads, next to each other.
#include "behaviour/suites.hpp"

#include <atomic>
#include <thread>

namespace kazoo::behaviour {
namespace {

RetryPolicy one_round() {
    return RetryPolicy().max_tries(1).delay(1ms);
}

}  // namespace

TEST_P(Life, AListenerOfTheEndRestartsTheClient) {
    for (int round = 0; round < 10; ++round) {
        auto& started = record<int>();
        auto& client = start_client(proxied().connection_retry(one_round()));
        client.add_listener([&](KazooState state) {
            if (state == KazooState::LOST && started.size() == 0) {
                proxy().restore();
                client.start_async();
                started.add(1);
            }
        });
        proxy().cut();
        ASSERT_TRUE(started.wait_for(1));
        ASSERT_TRUE(client.start_async().wait(patience)) << "round " << round;
        EXPECT_TRUE(client.exists("/"));
        client.stop();
    }
}

TEST_P(Life, ACallbackOfARequestFailedByTheEndRestartsTheClient) {
    for (int round = 0; round < 10; ++round) {
        auto& started = record<std::error_code>();
        auto& client = start_client(proxied().connection_retry(one_round()));
        proxy().cut();
        // A request that had been sent would fail with the connection, before the end.
        ASSERT_TRUE(wait_until([&] { return !client.connected(); }, patience));
        client.get_async("/").rawlink([&](const AsyncResult<NodeData>& result) {
            proxy().restore();
            client.start_async();
            started.add(result.result().error());
        });
        ASSERT_TRUE(started.wait_for(1));
        ASSERT_TRUE(client.start_async().wait(patience)) << "round " << round;
        EXPECT_TRUE(client.exists("/"));
        client.stop();
    }
}

TEST_P(Life, ATimedOutStartEndsOnlyItsOwnSession) {
    auto& client = start_client(proxied());
    const auto id = client.client_id();
    ASSERT_TRUE(cut_off(client));
    EXPECT_THROW(client.start(50ms), KazooTimeoutError);
    EXPECT_EQ(client.client_state(), KeeperState::CONNECTING);
    proxy().restore();
    ASSERT_TRUE(client.start_async().wait(patience));
    EXPECT_EQ(client.client_id(), id) << "the session goes on";
}

TEST_P(Life, ATimedOutStartLeavesTheClientToACallerThatJoinedIt) {
    auto& client = make_client(proxied());
    proxy().cut();
    std::thread impatient([&] { EXPECT_THROW(client.start(200ms), KazooTimeoutError); });
    ASSERT_TRUE(wait_until([&] { return proxy().accepted() > 0; }, patience));
    const auto event = client.start_async();
    impatient.join();
    proxy().restore();
    EXPECT_TRUE(event.wait(patience));
}

TEST_P(Life, ConcurrentStartsAndStopsAreSafe) {
    auto& client = make_client(options());
    std::atomic<bool> over{false};
    std::atomic<int> changes{0};
    const auto listener = client.add_listener([&](KazooState state) {
        ++changes;
        if (!over) {
            state == KazooState::LOST ? static_cast<void>(client.start_async()) : client.stop();
        }
    });
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&, i] {
            for (int round = 0; round < 30; ++round) {
                i == 0 ? client.stop() : static_cast<void>(client.start_async());
                client.exists_async("/").rawlink([&](const auto&) {
                    if (!over) client.start_async();
                });
            }
        });
    }
    for (auto& thread : threads) thread.join();
    ASSERT_TRUE(wait_until([&] { return changes.load() > 10; }, patience));
    over = true;
    client.stop();
    EXPECT_TRUE(wait_until([&] { return client.client_state() == KeeperState::CLOSED; }, patience));
    client.start(patience);
    EXPECT_TRUE(client.exists("/"));
    EXPECT_TRUE(client.remove_listener_and_wait(listener));
}

TEST_P(Life, TheLastOwnerInAWatchFunctionIsDestroyedAtOnce) {
    auto& gone = record<int>();
    const auto owner = [&gone](KazooClient* client) {
        delete client;
        gone.add(1);
    };
    std::shared_ptr<KazooClient> client(new KazooClient(options()), owner);
    client->start(patience);
    client->exists("/a", Watcher([client](const WatchedEvent&) {}));
    client.reset();
    root_client().create(chroot() + "/a");
    EXPECT_LT(time_of([&] { ASSERT_TRUE(gone.wait_for(1)); }), at_once);
}

TEST_P(Life, TheLastOwnerInAListenerIsDestroyedAtOnce) {
    auto& gone = record<int>();
    const auto owner = [&gone](KazooClient* client) {
        delete client;
        gone.add(1);
    };
    std::shared_ptr<KazooClient> client(new KazooClient(proxied()), owner);
    client->start(patience);
    client->add_listener([client](KazooState) { return true; });
    client.reset();
    EXPECT_LT(
        time_of([&] {
            proxy().cut();
            ASSERT_TRUE(gone.wait_for(1));
        }),
        at_once
    );
}

}  // namespace kazoo::behaviour
