// State listeners.
#include "behaviour/suites.hpp"
#include "support/wait_until.hpp"

namespace kazoo::behaviour {
namespace {

using States = std::vector<KazooState>;

}  // namespace

TEST_P(Listening, StartAndStopAreConnectedAndLost) {
    auto& states = record<KazooState>();
    auto& client = make_client(options());
    client.add_listener([&](KazooState state) { states.add(state); });
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

TEST_P(Listening, NothingIsToldOfTriesThatFail) {
    auto& states = record<KazooState>();
    auto& client = make_client(proxied());
    client.add_listener([&](KazooState state) { states.add(state); });
    proxy().cut();
    client.start_async();
    ASSERT_TRUE(wait_until([&] { return proxy().accepted() > 2; }, patience));
    EXPECT_EQ(client.state(), KazooState::LOST) << "no session yet that could be suspended";
    client.stop();
    EXPECT_EQ(states.size(), 0U);
}

TEST_P(Listening, ALostConnectionIsSuspendedThenConnected) {
    auto& states = record<KazooState>();
    auto& client = start_client(proxied());
    client.add_listener([&](KazooState state) { states.add(state); });
    const auto id = client.client_id();
    proxy().cut();
    ASSERT_TRUE(states.wait_for(1));
    EXPECT_EQ(client.client_state(), KeeperState::CONNECTING);
    EXPECT_FALSE(client.client_id()) << "only while connected";
    EXPECT_EQ(client.session_timeout(), 0ms);
    proxy().restore();
    ASSERT_TRUE(states.wait_for(2));
    EXPECT_EQ(states.all(), (States{KazooState::SUSPENDED, KazooState::CONNECTED}));
    ASSERT_TRUE(client.start_async().wait(patience));
    EXPECT_EQ(client.client_id(), id) << "the same session";
}

TEST_P(Listening, AnExpiredSessionIsLostThenConnected) {
    auto& states = record<KazooState>();
    auto& client = start_client(proxied());
    client.add_listener([&](KazooState state) { states.add(state); });
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

TEST_P(Listening, SilenceForTheSessionsLifeIsLost) {
    auto& states = record<KazooState>();
    auto& client = start_client(proxied().timeout(1s));
    client.add_listener([&](KazooState state) { states.add(state); });
    proxy().freeze();
    ASSERT_TRUE(states.wait_for(2)) << "by the client's own clock, no server says so";
    EXPECT_EQ(states.all(), (States{KazooState::SUSPENDED, KazooState::LOST}));
    proxy().thaw();
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

TEST_P(Listening, TheStateIsAlreadyWhatTheListenerIsTold) {
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

}  // namespace kazoo::behaviour
