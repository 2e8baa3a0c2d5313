// SPDX-License-Identifier: Apache-2.0
// Ending a client in each of its states, called from outside.
#include "support/fake_server.hpp"
#include "support/fault_fixture.hpp"

#include <future>
#include <optional>

namespace kazoo::testing_support {
namespace {

class StopAndDestroy : public FaultTest {};

TEST_P(StopAndDestroy, NeverStarted) {
    Tally tally;
    {
        KazooClient zk(through_proxy());
        tally.add(zk.get_async("/a"));
        tally.add(zk.set_async("/a", "b"));
        tally.add(zk.create_async("/a/b", "", CreateOptions().makepath()));
        tally.add(zk.ensure_path_async("/a/b"));
        tally.add(zk.delete_recursive_async("/a"));
        tally.add(zk.add_auth_async("digest", "a:b"));
        zk.stop();
        zk.stop();
        EXPECT_NO_THROW(zk.close());
    }
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_EQ(tally.endings(), (Endings{{"connection_closed, not sent", 6}}));
    EXPECT_EQ(proxy().accepted(), 0U);
}

TEST_P(StopAndDestroy, WithoutAHandshakeReply) {
    FakeServer silent([](FakeConnection& connection, int) { connection.stay_silent(); });
    Tally tally;
    for (const bool stop_first : {true, false}) {
        const auto before = silent.connections();
        std::optional<KazooClient> zk(options_for(silent.hosts()));
        StateLog states(*zk);
        zk->start_async();
        tally.add(zk->get_async("/a"));
        ASSERT_TRUE(wait_until([&] { return silent.connections() > before; }, patience));
        end_at_once(zk, stop_first);
        EXPECT_EQ(states.states(), std::vector<KazooState>());
    }
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_EQ(tally.endings(), (Endings{{"connection_loss, not sent", 2}}));
}

TEST_P(StopAndDestroy, WhileAnotherThreadStarts) {
    FakeServer silent([](FakeConnection& connection, int) { connection.stay_silent(); });
    KazooClient zk(options_for(silent.hosts()));
    auto started = std::async(std::launch::async, [&] { zk.start(patience); });
    ASSERT_TRUE(wait_until([&] { return silent.connections() > 0; }, patience));
    EXPECT_LT(time_of([&] { zk.stop(); }), at_once);
    EXPECT_THROW(started.get(), ConnectionClosedError);
    EXPECT_EQ(zk.client_state(), KeeperState::CLOSED);
}

TEST_P(StopAndDestroy, WithoutAnAcceptedConnection) {
    // One connection fills the backlog; further attempts get no answer.
    const auto listener = listen_on_loopback(0);
    const auto first = connect_to_loopback(local_port(listener));
    ASSERT_TRUE(first);
    std::optional<KazooClient> zk(options_for("127.0.0.1:" + std::to_string(local_port(listener))));
    zk->start_async();
    auto waiting = zk->get_async("/a");
    EXPECT_FALSE(waiting.wait(100ms));
    EXPECT_EQ(zk->client_state(), KeeperState::CONNECTING);
    end_at_once(zk);
    EXPECT_EQ(failure_of(waiting).outcome(), Outcome::not_sent);
}

TEST_P(StopAndDestroy, WithoutAnAddress) {
    std::optional<KazooClient> zk(options_for("nowhere.invalid"));
    zk->start_async();
    ASSERT_TRUE(wait_for_log("nowhere.invalid:2181: the name does not resolve"));
    end_at_once(zk);
}

TEST_P(StopAndDestroy, TenThousandPendingAreServed) {
    constexpr std::size_t many = 10'000;
    KazooClient zk(through_proxy().close_timeout(60s));  // long enough to serve all requests
    zk.start(patience);
    Tally tally;
    for (std::size_t i = 0; i < many; ++i) tally.add(zk.exists_async("/"));
    zk.stop();
    EXPECT_EQ(tally.endings(), (Endings{{"ok", many}}));
    EXPECT_TRUE(tally.each_exactly_once());
    EXPECT_EQ(zk.state(), LOST);
    EXPECT_EQ(zk.client_state(), KeeperState::CLOSED);
}

TEST_P(StopAndDestroy, TenThousandPendingAtAPausedServer) {
    constexpr std::size_t many = 10'000;
    constexpr auto limit = 300ms;
    std::optional<StartedClient> zk(through_proxy().close_timeout(limit));
    proxy().freeze();
    Tally tally;
    for (std::size_t i = 0; i < many / 2; ++i) {
        tally.add(zk->exists_async("/"));
        tally.add(zk->set_async("/", "x"));
    }
    const auto taken = time_of([&] { zk.reset(); });
    EXPECT_GE(taken, limit);
    EXPECT_LT(taken, limit + at_once);
    EXPECT_EQ(tally.completed(), many);
    EXPECT_TRUE(tally.each_exactly_once());
    auto endings = tally.endings();
    const auto unsent = endings["connection_loss, not sent"];
    EXPECT_EQ(
        endings["connection_loss, unknown"] + endings["connection_loss, not applied"] + unsent, many
    );
    EXPECT_GT(endings["connection_loss, unknown"], 0U);
    EXPECT_GT(endings["connection_loss, not applied"], 0U);
}

TEST_P(StopAndDestroy, WhileALargeWriteIsUnderWay) {
    const std::string large(900'000, 'x');
    std::optional<StartedClient> zk(through_proxy().close_timeout(200ms));
    proxy().freeze();
    Tally tally;
    // More than the connection's buffers hold.
    for (int i = 0; i < 40; ++i) tally.add(zk->set_async("/", large));
    auto last = zk->set_async("/", "x");
    EXPECT_FALSE(last.wait(50ms));
    EXPECT_LT(time_of([&] { zk.reset(); }), 200ms + at_once);
    EXPECT_EQ(failure_of(last).code(), Errc::connection_loss);
    EXPECT_EQ(tally.completed(), tally.issued());
    EXPECT_TRUE(tally.each_exactly_once());
}

TEST_P(StopAndDestroy, WhileSuspended) {
    for (const bool stop_first : {true, false}) {
        std::optional<KazooClient> zk(through_proxy());
        StateLog states(*zk);
        zk->start(patience);
        proxy().cut();
        ASSERT_TRUE(states.wait_for(SUSPENDED));
        Tally tally;
        tally.add(zk->set_async("/", "x"));
        tally.add(zk->ensure_path_async("/a/b/c"));
        end_at_once(zk, stop_first);
        EXPECT_EQ(tally.endings(), (Endings{{"connection_loss, not sent", 2}}));
        EXPECT_EQ(states.states(), (std::vector{CONNECTED, SUSPENDED, LOST}));
        proxy().restore();
    }
}

/// Serves the first connection and leaves the others without an answer.
void serve_first_connection(FakeConnection& connection, int number) {
    if (number > 0) connection.stay_silent();
    connection.welcome();
    connection.serve_all();
}

TEST_P(StopAndDestroy, WithFourLetterWordsUnderWay) {
    for (const bool stop_first : {true, false}) {
        FakeServer server(serve_first_connection);
        std::optional<StartedClient> zk(options_for(server.hosts()));
        Tally tally;
        const auto answer = zk->command_async("srvr");
        tally.add(answer);
        tally.add(zk->command_async("ruok", CallOptions().timeout(1min)));
        tally.add(zk->server_version_async());
        EXPECT_FALSE(answer.wait(50ms));
        if (stop_first) {
            EXPECT_LT(time_of([&] { zk->stop(); }), at_once);
            EXPECT_EQ(tally.completed(), 3U);
            tally.add(zk->command_async("ruok"));
        }
        end_at_once(zk);
        ASSERT_TRUE(tally.wait_complete());
        EXPECT_EQ(tally.endings()["connection_closed, not applied"], 3U);
        EXPECT_TRUE(tally.each_exactly_once());
    }
}

TEST_P(StopAndDestroy, FourLetterWordsOfAnEarlierLifeHaveEnded) {
    FakeServer server(serve_first_connection);
    StartedClient zk(options_for(server.hosts()));
    const auto before = zk.command_async("ruok");
    zk.stop();
    EXPECT_EQ(failure_of(before).code(), ClientErrc::connection_closed);
    EXPECT_FALSE(before.cancel());
    zk.set_hosts(shared_server().hosts());
    zk.start(patience);
    EXPECT_NE(zk.command("srvr").find("version"), std::string::npos);
}

TEST_P(StopAndDestroy, WhileAThreadWaitsForTheConnection) {
    for (const bool stop_first : {true, false}) {
        FakeServer silent([](FakeConnection& connection, int) { connection.stay_silent(); });
        std::optional<KazooClient> zk(options_for(silent.hosts()));
        const auto connected = zk->start_async();
        auto waiting = std::async(std::launch::async, [=] { return connected.wait(); });
        EXPECT_EQ(waiting.wait_for(50ms), std::future_status::timeout);
        if (stop_first) zk->stop();
        if (!stop_first) zk.reset();
        ASSERT_EQ(waiting.wait_for(at_once), std::future_status::ready);
        EXPECT_FALSE(waiting.get());
        EXPECT_FALSE(connected.wait()) << "the client no longer connects";
    }
}

TEST_P(StopAndDestroy, WithCredentialsUnderWay) {
    FakeServer server([](FakeConnection& connection, int) {
        connection.welcome();
        connection.stay_silent();
    });
    std::optional<StartedClient> zk(options_for(server.hosts()).close_timeout(100ms));
    Tally tally;
    const auto sent = zk->add_auth_async("digest", "a:b");
    tally.add(sent);
    EXPECT_FALSE(sent.wait(50ms));
    tally.add(zk->add_auth_async("digest", "a:b"));
    tally.add(zk->add_auth_async("digest", "c:d"));
    end_at_once(zk);
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_EQ(tally.endings(), (Endings{{"connection_loss, not applied", 3}}));
    EXPECT_TRUE(tally.each_exactly_once());
}

TEST_P(StopAndDestroy, ResultsOutliveTheClient) {
    std::optional<StartedClient> zk(through_proxy().close_timeout(100ms));
    const auto before = zk->exists_async("/");
    before.wait();
    proxy().freeze();
    Tally tally;
    const auto held = zk->get_async("/");
    tally.add(held);
    zk.reset();
    EXPECT_EQ(tally.completed(), 1U);
    tally.add(held);
    tally.add(before);
    ASSERT_TRUE(tally.wait_complete());
    EXPECT_EQ(tally.endings(), (Endings{{"connection_loss, not applied", 2}, {"ok", 1}}));
    EXPECT_THROW(held.get(), ConnectionLoss);
    EXPECT_FALSE(held.cancel());
    EXPECT_TRUE(before.get().has_value());
}

TEST_P(StopAndDestroy, SeveralThreadsAtOnce) {
    constexpr std::size_t some = 200;
    StartedClient zk(through_proxy());
    Tally tally;
    zk.exists_async("/").rawlink([](const auto&) { std::this_thread::sleep_for(100ms); });
    for (std::size_t i = 0; i < some; ++i) tally.add(zk.exists_async("/"));
    std::vector<std::future<std::size_t>> stops;
    for (int i = 0; i < 4; ++i) {
        stops.push_back(std::async(std::launch::async, [&] {
            zk.stop();
            return tally.completed();
        }));
    }
    for (auto& stop : stops) {
        ASSERT_EQ(stop.wait_for(patience), std::future_status::ready);
        EXPECT_EQ(stop.get(), some);
    }
    EXPECT_TRUE(tally.each_exactly_once());
}

TEST_P(StopAndDestroy, StartAndStopFiftyTimes) {
    KazooClient zk(through_proxy());
    StateLog states(zk);
    std::int64_t last_session = 0;
    for (int round = 1; round <= 50; ++round) {
        zk.start(patience);
        ASSERT_TRUE(zk.exists("/").has_value());
        const auto session = zk.client_id()->session_id;
        ASSERT_NE(session, last_session);
        last_session = session;
        zk.stop();
        ASSERT_EQ(states.states().size(), 2U * static_cast<std::size_t>(round));
        ASSERT_EQ(thrown<ConnectionClosedError>([&] { zk.get("/"); }).outcome(), Outcome::not_sent);
    }
    EXPECT_EQ(proxy().accepted(), 50U);
}

TEST_P(StopAndDestroy, StartTwiceIsStartOnce) {
    KazooClient zk(through_proxy());
    const auto first = zk.start_async();
    const auto second = zk.start_async();
    ASSERT_TRUE(first.wait(patience));
    EXPECT_TRUE(second.is_set());
    EXPECT_TRUE(zk.start_async().is_set());
    zk.start(patience);
    EXPECT_TRUE(zk.exists("/").has_value());
    EXPECT_EQ(proxy().accepted(), 1U);
}

TEST_P(StopAndDestroy, StartDuringAStopBeginsANewSession) {
    KazooClient zk(through_proxy());
    StateLog states(zk);
    zk.start(patience);
    for (int round = 0; round < 10; ++round) {
        const auto session = zk.client_id();
        const auto told = states.states().size();
        proxy().freeze();
        auto stopping = std::async(std::launch::async, [&] { zk.stop(); });
        ASSERT_TRUE(wait_until(
            [&] {
                const auto refused = zk.exists_async("/");
                return refused.ready() && refused.result().error() == ClientErrc::connection_closed;
            },
            patience
        ));
        const auto connected = zk.start_async();
        EXPECT_FALSE(connected.is_set());
        proxy().restore();
        ASSERT_TRUE(connected.wait(patience));
        ASSERT_EQ(stopping.wait_for(at_once), std::future_status::ready);
        EXPECT_TRUE(zk.connected());
        EXPECT_TRUE(zk.exists("/").has_value());
        EXPECT_NE(zk.client_id(), session);
        ASSERT_TRUE(states.wait_for(told + 2));
    }
}

KAZOO_ON_OWN_HANDLERS(StopAndDestroy);

}  // namespace
}  // namespace kazoo::testing_support
