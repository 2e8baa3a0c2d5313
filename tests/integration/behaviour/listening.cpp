// SPDX-License-Identifier: Apache-2.0
// State listeners.
#include "behaviour/suites.hpp"

#include <atomic>
#include <thread>

namespace kazoo::behaviour {
namespace {

using States = std::vector<KazooState>;

}  // namespace

TEST_P(Listening, StartAndStopAreConnectedAndLost) {
    auto& client = make_client(options());
    auto& states = record_states(client);
    EXPECT_EQ(client.state(), KazooState::LOST);
    EXPECT_EQ(client.client_state(), KeeperState::CLOSED);
    client.start(patience);
    EXPECT_EQ(client.state(), KazooState::CONNECTED);
    EXPECT_EQ(client.client_state(), KeeperState::CONNECTED);
    client.stop();
    EXPECT_EQ(client.state(), KazooState::LOST);
    EXPECT_EQ(client.client_state(), KeeperState::CLOSED);
    EXPECT_EQ(states.all(), (States{KazooState::CONNECTED, KazooState::LOST}));
}

TEST_P(Listening, FailedAttemptsAreNotReported) {
    auto& client = make_client(proxied());
    auto& states = record_states(client);
    proxy().cut();
    client.start_async();
    ASSERT_TRUE(wait_until([&] { return proxy().accepted() > 2; }, patience));
    EXPECT_EQ(client.state(), KazooState::LOST) << "no session yet that could be suspended";
    client.stop();
    EXPECT_EQ(states.size(), 0U);
}

TEST_P(Listening, ALostConnectionIsSuspendedThenConnected) {
    auto& client = start_client(proxied());
    auto& states = record_states(client);
    const auto id = client.client_id();
    proxy().cut();
    ASSERT_TRUE(states.wait_for(1));
    EXPECT_EQ(client.client_state(), KeeperState::CONNECTING);
    EXPECT_EQ(client.client_id(), id) << "the session may still be alive";
    EXPECT_GT(client.session_timeout(), 0ms);
    proxy().restore();
    ASSERT_TRUE(states.wait_for(2));
    EXPECT_EQ(states.all(), (States{KazooState::SUSPENDED, KazooState::CONNECTED}));
    ASSERT_TRUE(client.start_async().wait(patience));
    EXPECT_EQ(client.client_id(), id) << "the same session";
}

TEST_P(Listening, AnExpiredSessionIsLostThenConnected) {
    auto& client = start_client(proxied());
    auto& states = record_states(client);
    const auto id = *client.client_id();
    proxy().cut();
    ASSERT_TRUE(states.wait_for(1));
    end_session(id);
    proxy().restore();
    ASSERT_TRUE(states.wait_for(3));
    EXPECT_EQ(
        states.all(), (States{KazooState::SUSPENDED, KazooState::LOST, KazooState::CONNECTED})
    );
    ASSERT_TRUE(client.start_async().wait(patience));
    EXPECT_NE(client.client_id()->session_id, id.session_id) << "another session";
}

TEST_P(Listening, SilenceForTheSessionTimeoutIsLost) {
    auto& client = start_client(proxied().timeout(1s));
    auto& states = record_states(client);
    proxy().freeze();
    ASSERT_TRUE(states.wait_for(2)) << "by the client's own clock, without any server";
    EXPECT_EQ(states.all(), (States{KazooState::SUSPENDED, KazooState::LOST}));
    proxy().restore();
    ASSERT_TRUE(states.wait_for(3));
    EXPECT_TRUE(client.exists("/"));
}

TEST_P(Listening, ReturningTrueRemoves) {
    auto& told = record<std::string>();
    auto& client = make_client(options());
    client.add_listener([&](KazooState) {
        told.add("once");
        return true;
    });
    client.add_listener([&](KazooState) {
        told.add("always");
        return false;
    });
    client.start(patience);
    client.stop();
    EXPECT_EQ(told.all(), (std::vector<std::string>{"once", "always", "always"}));
}

TEST_P(Listening, RemoveListener) {
    auto& told = record<std::string>();
    auto& client = make_client(options());
    const auto first = client.add_listener([&](KazooState) { told.add("first"); });
    client.add_listener([&](KazooState) { told.add("second"); });
    EXPECT_TRUE(client.remove_listener(first));
    EXPECT_FALSE(client.remove_listener(first));
    client.start(patience);
    client.stop();
    EXPECT_EQ(told.all(), (std::vector<std::string>{"second", "second"}));
}

TEST_P(Listening, AListenerMayAddAndRemoveListeners) {
    auto& told = record<std::string>();
    auto& client = make_client(options());
    ListenerId itself = 0;
    itself = client.add_listener([&](KazooState) {
        client.add_listener([&](KazooState) { told.add("inner"); });
        client.remove_listener(itself);
        told.add("outer");
    });
    client.start(patience);
    ASSERT_TRUE(told.wait_for(1));
    client.stop();
    EXPECT_EQ(told.all(), (std::vector<std::string>{"outer", "inner"}));
}

TEST_P(Listening, TheClientIsAlreadyInTheReportedState) {
    auto& seen = record<bool>();
    auto& client = make_client(options());
    client.add_listener([&](KazooState state) {
        if (state == KazooState::CONNECTED) {
            seen.add(client.connected() && client.state() == state && client.client_id());
        }
    });
    client.start(patience);
    ASSERT_TRUE(seen.wait_for(1));
    EXPECT_TRUE(seen.all()[0]);
}

TEST_P(Listening, TheCurrentStateOnRequest) {
    auto& states = record<KazooState>();
    auto& client = start_client(options());
    client.add_listener([&](KazooState state) { states.add(state); }, ListenFrom::current_state);
    ASSERT_TRUE(states.wait_for(1));
    client.stop();
    EXPECT_EQ(states.all(), (States{KazooState::CONNECTED, KazooState::LOST}));
}

TEST_P(Listening, TheCurrentStateComesBeforeLaterChanges) {
    auto& states = record<KazooState>();
    auto& client = make_client(options());
    client.add_listener([&](KazooState state) { states.add(state); }, ListenFrom::current_state);
    client.start(patience);
    client.stop();
    const auto seen = states.all();
    EXPECT_EQ(seen, (States{KazooState::LOST, KazooState::CONNECTED, KazooState::LOST}));
}

TEST_P(Listening, ANewSessionIsDistinguishedFromAResumedOne) {
    auto& changes = record<StateChange>();
    auto& client = make_client(proxied());
    client.add_listener([&](const StateChange& change) { changes.add(change); });
    client.start(patience);
    const auto first = client.client_id()->session_id;
    proxy().cut();
    ASSERT_TRUE(changes.wait_for(2));
    proxy().restore();
    ASSERT_TRUE(changes.wait_for(3));
    client.restart();
    const auto second = client.client_id()->session_id;
    ASSERT_TRUE(changes.wait_for(5));
    const auto seen = changes.all();
    EXPECT_EQ(seen[0], (StateChange{KazooState::CONNECTED, KeeperState::CONNECTED, first, true}));
    EXPECT_EQ(seen[1], (StateChange{KazooState::SUSPENDED, KeeperState::CONNECTING, first, false}));
    EXPECT_EQ(seen[2], (StateChange{KazooState::CONNECTED, KeeperState::CONNECTED, first, false}));
    EXPECT_EQ(seen[3].state, KazooState::LOST);
    EXPECT_EQ(seen[4], (StateChange{KazooState::CONNECTED, KeeperState::CONNECTED, second, true}));
}

TEST_P(Listening, RemoveAndWaitWaitsForTheRunningCall) {
    auto& entered = record<int>();
    auto& client = make_client(options());
    std::atomic<bool> leave{false};
    std::atomic<bool> left{false};
    const auto id = client.add_listener([&](KazooState) {
        entered.add(1);
        const auto limit = std::chrono::steady_clock::now() + patience;
        while (!leave && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
        left = true;
    });
    client.start_async();
    ASSERT_TRUE(entered.wait_for(1));
    std::thread later([&] { leave = true; });
    EXPECT_TRUE(client.remove_listener_and_wait(id));
    EXPECT_TRUE(left);
    later.join();
    EXPECT_FALSE(client.remove_listener_and_wait(id));
}

}  // namespace kazoo::behaviour
