// SPDX-License-Identifier: Apache-2.0
// Start, stop, restart and destruction, from all places and at any time.
#include "behaviour/suites.hpp"

#include <ctime>
#include <optional>
#include <thread>

namespace kazoo::behaviour {
namespace {

std::chrono::nanoseconds thread_cpu_time() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

}  // namespace

TEST_P(Life, StartTwiceAndStopTwice) {
    auto& client = start_client(options());
    const auto id = client.client_id();
    client.start(patience);
    EXPECT_TRUE(client.start_async().is_set());
    EXPECT_EQ(client.client_id(), id);
    client.stop();
    client.stop();
    EXPECT_FALSE(client.connected());
    make_client(options()).stop();  // never started
}

TEST_P(Life, StartWhileSuspendedWaitsForTheConnection) {
    auto& client = start_client(proxied());
    const auto id = client.client_id();
    ASSERT_TRUE(cut_off(client));
    std::thread later([&] {
        std::this_thread::sleep_for(100ms);
        proxy().restore();
    });
    const auto before = thread_cpu_time();
    client.start(patience);
    const auto used = thread_cpu_time() - before;
    later.join();
    EXPECT_EQ(client.client_id(), id) << "the session is not given up";
    EXPECT_LT(used, 50ms) << "it waits without turning";
}

TEST_P(Life, RestartCreatesANewSession) {
    const auto before = *zk().client_id();
    zk().create("/mine", "", CreateOptions().ephemeral());
    zk().restart();
    ASSERT_TRUE(zk().connected());
    EXPECT_NE(zk().client_id()->session_id, before.session_id);
    EXPECT_FALSE(zk().exists("/mine"));
}

TEST_P(Life, CloseOnlyOfAStoppedClient) {
    EXPECT_THROW(zk().close(), ConfigurationError);
    zk().stop();
    zk().close();
    zk().start(patience);
    EXPECT_TRUE(zk().exists("/"));
}

TEST_P(Life, StopServesEarlierRequests) {
    zk().create("/a");
    std::vector<AsyncResult<ZnodeStat>> results;
    for (int i = 0; i < 500; ++i) results.push_back(zk().set_async("/a", "x"));
    zk().stop();
    for (const auto& result : results) ASSERT_TRUE(result.successful());
    EXPECT_EQ(root_client().get(chroot() + "/a").stat.version, 500);
}

TEST_P(Life, StopEndsTheSessionOnTheServer) {
    zk().create("/mine", "", CreateOptions().ephemeral());
    zk().stop();
    EXPECT_FALSE(root_client().exists(chroot() + "/mine"));
}

TEST_P(Life, StopWhileSuspendedFailsQueuedRequests) {
    auto& client = start_client(proxied());
    ASSERT_TRUE(cut_off(client));
    const auto waiting = client.create_async("/a");
    EXPECT_LT(time_of([&] { client.stop(); }), at_once);
    EXPECT_EQ(failure_of(waiting).code(), Errc::connection_loss);
    EXPECT_EQ(failure_of(waiting).outcome(), Outcome::not_sent);
}

TEST_P(Life, StopOfASilentServerIsBounded) {
    auto& client = start_client(proxied().close_timeout(100ms));
    proxy().freeze();
    const auto sent = client.get_async("/");
    EXPECT_LT(time_of([&] { client.stop(); }), at_once);
    EXPECT_EQ(failure_of(sent).code(), Errc::connection_loss);
}

TEST_P(Life, StopInAResultCallback) {
    auto& stopped = record<int>();
    auto& client = start_client(options());
    client.exists_async("/").rawlink([&](const auto&) {
        client.stop();
        stopped.add(1);
    });
    ASSERT_TRUE(stopped.wait_for(1, at_once));
    EXPECT_TRUE(wait_until([&] { return client.client_state() == KeeperState::CLOSED; }, patience));
    client.start(patience);
    EXPECT_TRUE(client.exists("/"));
}

TEST_P(Life, StopInAWatchFunction) {
    auto& stopped = record<int>();
    auto& client = start_client(options());
    client.exists("/a", Watcher([&](const WatchedEvent&) {
                      client.stop();
                      stopped.add(1);
                  }));
    client.create("/a");
    ASSERT_TRUE(stopped.wait_for(1, at_once));
    EXPECT_TRUE(wait_until([&] { return client.client_state() == KeeperState::CLOSED; }, patience));
}

TEST_P(Life, StopInAListener) {
    auto& stopped = record<KazooState>();
    auto& client = make_client(options());
    client.add_listener([&](KazooState state) {
        client.stop();
        stopped.add(state);
    });
    client.start_async();
    ASSERT_TRUE(stopped.wait_for(2, patience));
    EXPECT_EQ(stopped.all(), (std::vector<KazooState>{KazooState::CONNECTED, KazooState::LOST}));
    EXPECT_FALSE(client.connected());
}

TEST_P(Life, DestructionInAResultCallback) {
    auto& gone = record<int>();
    auto client = std::make_shared<std::optional<KazooClient>>(std::in_place, options());
    (*client)->start(patience);
    (*client)->exists_async("/").rawlink([&gone, client](const auto&) {
        client->reset();
        gone.add(1);
    });
    ASSERT_TRUE(gone.wait_for(1, at_once));
}

TEST_P(Life, DestructionInAWatchFunctionAndInAListener) {
    auto& gone = record<int>();
    auto watching = std::make_shared<std::optional<KazooClient>>(std::in_place, options());
    (*watching)->start(patience);
    (*watching)->exists("/a", Watcher([&gone, watching](const WatchedEvent&) {
                            watching->reset();
                            gone.add(1);
                        }));
    root_client().create(chroot() + "/a");
    ASSERT_TRUE(gone.wait_for(1, at_once));

    auto listening = std::make_shared<std::optional<KazooClient>>(std::in_place, options());
    (*listening)->add_listener([&gone, listening](KazooState) {
        listening->reset();
        gone.add(2);
    });
    (*listening)->start_async();
    ASSERT_TRUE(gone.wait_for(2));
}

TEST_P(Life, DestructionWithRequestsUnderWay) {
    auto& done = record<std::error_code>();
    for (int round = 0; round < 5; ++round) {
        StartedClient client(options());
        for (int i = 0; i < 100; ++i) {
            client.get_async("/").rawlink([&](auto result) { done.add(result.result().error()); });
        }
    }
    EXPECT_EQ(done.size(), 500U) << "all have completed before the client was destroyed";
    for (const auto& code : done.all()) EXPECT_FALSE(code);
}

TEST_P(Life, StopFromSeveralThreads) {
    auto& client = start_client(options());
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { client.stop(); });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(client.client_state(), KeeperState::CLOSED);
    client.start(patience);
    EXPECT_TRUE(client.connected());
}

TEST_P(Life, StartAndStopManyTimes) {
    auto& client = make_client(options());
    for (int i = 0; i < 10; ++i) {
        client.start(patience);
        ASSERT_TRUE(client.exists("/"));
        client.stop();
        client.start_async();
        client.stop();
    }
}

TEST_P(Life, StartRightAfterAStopInACallback) {
    auto& client = start_client(options());
    const auto before = client.client_id()->session_id;
    auto& restarted = record<int>();
    client.exists_async("/").rawlink([&](const auto&) {
        client.stop();
        client.start_async();
        restarted.add(1);
    });
    ASSERT_TRUE(restarted.wait_for(1));
    ASSERT_TRUE(wait_until(
        [&] { return client.client_id() && client.client_id()->session_id != before; }, patience
    ));
    EXPECT_TRUE(client.exists("/"));
}

TEST_P(Life, TwoClientsShareAHandler) {
    auto& first = start_client(options());
    auto& second = start_client(options());
    kit().let_go();
    EXPECT_NE(first.client_id()->session_id, second.client_id()->session_id);
    first.create("/a");
    EXPECT_TRUE(second.exists("/a"));
    first.stop();
    EXPECT_TRUE(handler()->running());
    EXPECT_TRUE(second.exists("/a")) << "the end of one is not that of the other";
    second.stop();
    EXPECT_FALSE(handler()->running());
}

TEST_P(Life, AClientIdResumesItsSession) {
    auto& first = start_client(proxied());
    first.create("/mine", "", CreateOptions().ephemeral());
    const auto id = *first.client_id();
    EXPECT_EQ(id.password.size(), 16U);
    proxy().cut();
    auto& second = start_client(options().client_id(id));
    EXPECT_EQ(second.client_id(), id);
    EXPECT_EQ(second.exists("/mine")->ephemeral_owner, id.session_id);
    second.stop();
    EXPECT_FALSE(root_client().exists(chroot() + "/mine"));
}

TEST_P(Life, AnExpiredClientIdYieldsANewSession) {
    auto& client = make_client(options().client_id(ClientId(12345, std::string(16, 'x'))));
    auto& states = record_states(client);
    client.start(patience);
    EXPECT_NE(client.client_id()->session_id, 12345);
    EXPECT_TRUE(client.exists("/"));
    ASSERT_TRUE(states.wait_for(1));
    EXPECT_EQ(states.all().back(), KazooState::CONNECTED);
}

TEST_P(Life, SetHostsAppliesToTheNextConnection) {
    auto& client = start_client(proxied());
    auto& states = record_states(client);
    const auto id = client.client_id();
    const auto connections = proxy().accepted();
    client.set_hosts(shared_server().hosts());
    EXPECT_EQ(client.client_id(), id) << "the present connection is not touched";
    proxy().cut();
    ASSERT_TRUE(states.wait_for(2));
    EXPECT_EQ(states.all(), (std::vector{KazooState::SUSPENDED, KazooState::CONNECTED}));
    EXPECT_EQ(client.client_id(), id);
    EXPECT_TRUE(client.exists("/"));
    EXPECT_EQ(proxy().accepted(), connections);
    EXPECT_THROW(client.set_hosts(":::"), ConfigurationError);
}

TEST_P(Life, ExhaustedAttemptsCloseTheClient) {
    auto retry = RetryPolicy().max_tries(3).delay(1ms);
    auto& client = make_client(proxied().connection_retry(retry));
    proxy().cut();
    EXPECT_THROW(client.start(patience), ConnectionLoss);
    EXPECT_EQ(client.client_state(), KeeperState::CLOSED);
    proxy().restore();
    client.start(patience);
    EXPECT_TRUE(client.exists("/"));
}

TEST_P(Life, BadOptionsAreRefusedAtOnce) {
    EXPECT_THROW(make_client(options().hosts("")), ConfigurationError);
    EXPECT_THROW(make_client(options().hosts("host:notaport")), ConfigurationError);
    EXPECT_THROW(make_client(options().timeout(0ms)), ConfigurationError);
}

TEST_P(Life, StopOfTheHandlerWaitsForItsWork) {
    handler()->start();
    EXPECT_TRUE(handler()->running());
    std::atomic<int> done{0};
    for (const Lane lane : {Lane::completion, Lane::callback, Lane::session}) {
        for (int i = 0; i < 3; ++i) {
            handler()->dispatch(lane, [&] {
                std::this_thread::sleep_for(10ms);
                ++done;
            });
        }
    }
    kit().let_go();
    handler()->stop();
    EXPECT_EQ(done, 9);
    EXPECT_FALSE(handler()->running());
}

TEST_P(Life, StopOfAClientWaitsForItsCallbacks) {
    zk().create("/a");
    std::atomic<int> done{0};
    const auto slow = [&](const auto&) {
        std::this_thread::sleep_for(5ms);
        ++done;
    };
    for (int i = 0; i < 10; ++i) zk().get_async("/a", Watcher(slow)).rawlink(slow);
    zk().stop();
    EXPECT_EQ(done, 20) << "ten results, and ten watches that fire at the end";
}

}  // namespace kazoo::behaviour
