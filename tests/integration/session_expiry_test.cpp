// The end of a session, declared by the server or by the client's own clock.
#include "support/fault_fixture.hpp"
#include "support/shared_server.hpp"
#include "support/tcp_proxy.hpp"

#include <atomic>

namespace kazoo::testing_support {
namespace {

using namespace std::chrono_literals;
using enum KazooState;

const std::vector<KazooState> expired_and_back{CONNECTED, SUSPENDED, LOST, CONNECTED};

class SessionExpiry : public FaultTest {
protected:
    /// Connects through the proxy that the tests cut.
    ClientOptions through_proxy() { return options_for(network_.hosts() + chroot()); }
    ClientOptions close() { return options_for(shared_server().hosts() + chroot()); }

    TcpProxy network_{shared_server().port()};
};

/// Counts the calls of a watch function and keeps the last event.
struct WatchCounter {
    std::atomic<int> times{0};
    std::mutex mutex;
    WatchedEvent last;

    Watcher watcher() {
        return [this](const WatchedEvent& event) {
            const std::lock_guard lock(mutex);
            last = event;
            ++times;
        };
    }
    WatchedEvent event() {
        const std::lock_guard lock(mutex);
        return last;
    }
};

TEST_P(SessionExpiry, ServersExpireADisconnectedClient) {
    WatchCounter on_data;
    WatchCounter on_children;
    KazooClient zk(through_proxy().timeout(1s));
    StateLog states(zk);
    zk.start(patience);
    ASSERT_EQ(zk.session_timeout(), 1s);
    const auto session = zk.client_id();
    zk.create("/mine", "", CreateOptions().ephemeral());
    // A watcher registered in two places is called once for the end of the session.
    const auto watcher = on_data.watcher();
    zk.get("/mine", watcher);
    zk.exists("/absent", watcher);
    zk.get_children("/", on_children.watcher());

    KazooClient other(close());
    other.start(patience);
    network_.cut();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    Tally tally;
    tally.add(zk.get_async("/mine"));
    tally.add(zk.set_async("/mine", "x"));
    tally.add(zk.create_async("/new"));
    ASSERT_TRUE(wait_until([&] { return !other.exists("/mine").has_value(); }, patience));
    network_.heal();
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_EQ(
        tally.endings(), (std::map<std::string, std::size_t>{{"session_expired, not sent", 3}})
    );
    ASSERT_TRUE(states.wait_for(expired_and_back.size()));
    EXPECT_EQ(states.states(), expired_and_back);
    EXPECT_NE(zk.client_id(), session);
    EXPECT_FALSE(zk.exists("/mine").has_value());
    EXPECT_FALSE(zk.exists("/new").has_value());

    const WatchedEvent end(EventType::NONE, KeeperState::EXPIRED_SESSION);
    ASSERT_TRUE(wait_until([&] { return on_data.times > 0 && on_children.times > 0; }, patience));
    EXPECT_EQ(on_data.event(), end);
    EXPECT_EQ(on_children.event(), end);
    // The watches are gone: changes of their nodes cause no more events.
    zk.create("/mine");
    zk.create("/absent");
    zk.stop();
    EXPECT_EQ(on_data.times, 1);
    EXPECT_EQ(on_children.times, 1);
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
        network_.cut();
        ASSERT_TRUE(states.wait_for(SUSPENDED));
        auto waiting = zk.set_async("/base", "lost");
        end_session(session);
        network_.heal();
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
    WatchCounter on_data;
    zk.start(patience);
    const auto session = zk.client_id();
    zk.create("/mine", "", CreateOptions().ephemeral());
    zk.get("/mine", on_data.watcher());
    const auto cut = Clock::now();
    network_.cut();
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
    ASSERT_TRUE(wait_until([&] { return on_data.times == 1; }, patience));
    EXPECT_EQ(on_data.event(), WatchedEvent(EventType::NONE, KeeperState::EXPIRED_SESSION));

    // The client continues to look for a server, for a new session; new calls wait.
    ASSERT_TRUE(wait_until([&] { return zk.client_state() == KeeperState::CONNECTING; }, patience));
    auto patient = zk.exists_async("/mine");
    EXPECT_FALSE(patient.wait(50ms));
    network_.heal();
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
    network_.cut();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    end_session(session);
    network_.heal();
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
