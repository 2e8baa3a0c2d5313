// SPDX-License-Identifier: Apache-2.0
// The end of a session, declared by the server or by the client's own clock.
#include "support/fault_fixture.hpp"

namespace kazoo::testing_support {
namespace {

const std::vector<KazooState> expired_and_back{CONNECTED, SUSPENDED, LOST, CONNECTED};

class SessionExpiry : public FaultTest {};

TEST_P(SessionExpiry, ServersExpireADisconnectedClient) {
    auto& on_data = record<WatchedEvent>();
    auto& on_children = record<WatchedEvent>();
    KazooClient zk(through_proxy().timeout(1s));
    StateLog states(zk);
    zk.start(patience);
    ASSERT_EQ(zk.session_timeout(), 1s);
    const auto session = zk.client_id();
    zk.create("/mine", "", CreateOptions().ephemeral());
    // A watcher registered in two places is called once for the end of the session.
    const auto watcher = recording(on_data);
    zk.get("/mine", watcher);
    zk.exists("/absent", watcher);
    zk.get_children("/", recording(on_children));

    StartedClient other(direct());
    proxy().cut();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    Tally tally;
    tally.add(zk.get_async("/mine"));
    tally.add(zk.set_async("/mine", "x"));
    tally.add(zk.create_async("/new"));
    ASSERT_TRUE(wait_until([&] { return !other.exists("/mine").has_value(); }, patience));
    proxy().restore();
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_EQ(tally.endings(), (Endings{{"session_expired, not sent", 3}}));
    ASSERT_TRUE(states.wait_for(expired_and_back.size()));
    EXPECT_EQ(states.states(), expired_and_back);
    EXPECT_NE(zk.client_id(), session);
    EXPECT_FALSE(zk.exists("/mine").has_value());
    EXPECT_FALSE(zk.exists("/new").has_value());

    const WatchedEvent end(EventType::NONE, KeeperState::EXPIRED_SESSION);
    ASSERT_TRUE(on_data.wait_for(1));
    ASSERT_TRUE(on_children.wait_for(1));
    EXPECT_EQ(on_data.all().back(), end);
    EXPECT_EQ(on_children.all().back(), end);
    // The watches are gone: changes of their nodes cause no more events.
    zk.create("/mine");
    zk.create("/absent");
    zk.stop();
    EXPECT_EQ(on_data.size(), 1U);
    EXPECT_EQ(on_children.size(), 1U);
    EXPECT_TRUE(tally.each_exactly_once());
}

TEST_P(SessionExpiry, AnotherConnectionClosesTheSession) {
    KazooClient zk(through_proxy());
    StateLog states(zk);
    zk.start(patience);
    zk.create("/base");
    auto expected = std::vector{CONNECTED};
    for (int round = 0; round < 3; ++round) {
        const auto session = zk.client_id().value();
        zk.create("/mine", "", CreateOptions().ephemeral());
        proxy().cut();
        ASSERT_TRUE(states.wait_for(SUSPENDED));
        auto waiting = zk.set_async("/base", "lost");
        end_session(session);
        proxy().restore();
        const auto error = thrown<SessionExpiredError>([&] { waiting.get(patience); });
        EXPECT_EQ(error.outcome(), Outcome::not_sent);
        EXPECT_EQ(error.path(), "/base");
        ASSERT_TRUE(states.wait_for(CONNECTED));
        expected.insert(expected.end(), {SUSPENDED, LOST, CONNECTED});
        EXPECT_EQ(states.states(), expected);
        EXPECT_NE(zk.client_id()->session_id, session.session_id);
        EXPECT_FALSE(zk.exists("/mine").has_value());
    }
    EXPECT_NE(logged().find("the server says the session has expired"), std::string::npos);
    EXPECT_EQ(zk.get("/base").data, "");
}

TEST_P(SessionExpiry, ClientReportsLostByItsOwnClock) {
    constexpr auto timeout = 1000ms;
    KazooClient zk(through_proxy().timeout(timeout));
    StateLog states(zk);
    auto& on_data = record<WatchedEvent>();
    zk.start(patience);
    const auto session = zk.client_id();
    zk.create("/mine", "", CreateOptions().ephemeral());
    zk.get("/mine", recording(on_data));
    const auto cut = Clock::now();
    proxy().cut();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    auto waiting = zk.get_async("/mine");
    const auto error = thrown<SessionExpiredError>([&] { waiting.get(patience); });
    const auto passed = Clock::now() - cut;
    EXPECT_EQ(error.outcome(), Outcome::not_sent);
    // The last contact precedes the cut by at most a ping interval (T/3).
    EXPECT_GE(passed, timeout * 9 / 10);
    EXPECT_LE(passed, timeout * 4 / 3 + 2s);
    ASSERT_TRUE(states.wait_for(LOST));
    EXPECT_EQ(states.states(), (std::vector{CONNECTED, SUSPENDED, LOST}));
    EXPECT_NE(logged().find("no contact with any server"), std::string::npos);
    ASSERT_TRUE(on_data.wait_for(1));
    EXPECT_EQ(on_data.all().back(), WatchedEvent(EventType::NONE, KeeperState::EXPIRED_SESSION));

    // The client continues to look for a server, for a new session; new calls wait.
    ASSERT_TRUE(wait_until([&] { return zk.client_state() == KeeperState::CONNECTING; }, patience));
    auto patient = zk.exists_async("/mine");
    EXPECT_FALSE(patient.wait(50ms));
    proxy().restore();
    ASSERT_TRUE(patient.wait(patience));
    EXPECT_TRUE(patient.successful());
    ASSERT_TRUE(states.wait_for(expired_and_back.size()));
    EXPECT_EQ(states.states(), expired_and_back);
    EXPECT_NE(zk.client_id()->session_id, session->session_id);
}

TEST_P(SessionExpiry, ListenersStartOperationsAtEveryChange) {
    KazooClient zk(through_proxy());
    StateLog states(zk);
    Tally tally;
    zk.add_listener([&](KazooState) { tally.add(zk.exists_async("/")); });
    const auto completed = [&](std::size_t count) {
        return wait_until([&] { return tally.completed() == count; }, patience);
    };
    zk.start(patience);
    ASSERT_TRUE(completed(1));
    const auto session = zk.client_id().value();
    proxy().cut();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    end_session(session);
    proxy().restore();
    ASSERT_TRUE(completed(4));
    zk.stop();
    ASSERT_TRUE(completed(5));
    EXPECT_TRUE(tally.each_exactly_once());
    EXPECT_EQ(states.states(), (std::vector{CONNECTED, SUSPENDED, LOST, CONNECTED, LOST}));
    // The call made at LOST is refused, or waits for the next session if the listener ran late.
    auto endings = tally.endings();
    EXPECT_GE(endings["ok"], 2U);
    EXPECT_GE(endings["session_expired, not sent"], 1U);
    EXPECT_EQ(endings["ok"] + endings["session_expired, not sent"], 4U);
    EXPECT_EQ(endings["connection_closed, not sent"], 1U);
}

KAZOO_ON_OWN_HANDLERS(SessionExpiry);

}  // namespace
}  // namespace kazoo::testing_support
