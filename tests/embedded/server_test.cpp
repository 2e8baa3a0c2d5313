// SPDX-License-Identifier: Apache-2.0
// The lifecycle of an embedded server: starting, stopping, and several servers in one process.
#include "embedded_fixture.hpp"
#include "support/child_process.hpp"
#include "support/raw_client.hpp"

#include <algorithm>
#include <atomic>
#include <list>
#include <optional>
#include <thread>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using testing::AddressInUseError;
using testing::ListenError;
using testing_support::RawClient;
using Clock = std::chrono::steady_clock;

/// Thread sanitizer slows the process too much for tight time limits.
#ifdef __SANITIZE_THREAD__
constexpr bool watched = true;
#else
constexpr bool watched = false;
#endif

TEST(EmbeddedServer, AnswersWithinTenMillisecondsOfItsStart) {
    std::vector<Clock::duration> times;
    for (int i = 0; i < 20; ++i) {
        const auto begin = Clock::now();
        Server server;
        StartedClient zk(server.hosts());
        ASSERT_TRUE(zk.exists("/"));
        times.push_back(Clock::now() - begin);
    }
    const auto best = *std::min_element(times.begin(), times.end());
    const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(best).count();
    RecordProperty("start_to_first_reply_us", static_cast<int>(microseconds));
    EXPECT_LT(microseconds, watched ? 200'000 : 10'000);
}

TEST(EmbeddedServer, AProcessMayHaveSeveralServers) {
    std::list<Server> servers(40);
    std::list<StartedClient> clients;
    for (auto& server : servers) {
        clients.emplace_back(server.hosts()).create("/mine", server.hosts());
    }
    auto server = servers.begin();
    for (auto& zk : clients) {
        EXPECT_EQ(zk.get("/mine").data, server->hosts());
        EXPECT_EQ(server->connections(), 1U);
        EXPECT_EQ(server->sessions(), std::vector{zk.session()});
        ++server;
    }
}

TEST(EmbeddedServer, ASessionIsUnknownToTheServerThatReplacesItsOwn) {
    std::optional<Server> server(std::in_place);
    const auto hosts = server->hosts();
    KazooClient first(ClientOptions().hosts(hosts));
    std::atomic<bool> lost{false};
    first.add_listener([&](KazooState state) { lost = lost || state == KazooState::LOST; });
    first.start(patience);
    const auto session = first.client_id()->session_id;
    server.reset();
    server.emplace(ServerOptions().listen(hosts));
    StartedClient second(hosts);  // as first has, the first session of a server
    EXPECT_NE(second.client_id()->session_id, session);
    second.create("/mine", "", CreateOptions().ephemeral());
    EXPECT_TRUE(wait_until([&] { return lost.load(); }, patience));
    EXPECT_TRUE(second.exists("/mine").has_value());
}

TEST(EmbeddedServer, APortInUseIsReported) {
    const Server first;
    try {
        const Server second(ServerOptions().listen(first.hosts()));
        FAIL() << "two servers at one address";
    } catch (const AddressInUseError& error) {
        EXPECT_EQ(error.code(), std::errc::address_in_use);
        EXPECT_NE(std::string(error.what()).find(first.hosts()), std::string::npos);
    }
}

TEST(EmbeddedServer, AnImpossibleAddressIsReported) {
    const auto listen = [](const char* address) { Server server(ServerOptions().listen(address)); };
    // An address from a network reserved for documentation.
    thrown<ListenError>([&] { listen("192.0.2.1:0"); });
    for (const char* bad : {"", "127.0.0.1", "127.0.0.1:", ":2181", "h:65536", "::1:0", "h:x"}) {
        thrown<ConfigurationError>([&] { listen(bad); });
    }
    thrown<ConfigurationError>([] { Server server(ServerOptions().tick(0ms)); });
    thrown<ConfigurationError>([] { Server server(ServerOptions().tls_key("/nowhere")); });
    thrown<ConfigurationError>([] {
        Server server(ServerOptions().tls_certificate("/nowhere").tls_key("/nowhere"));
    });
}

TEST(EmbeddedServer, ThePortIsFreeAfterItsEnd) {
    std::string hosts;
    {
        const Server server;
        hosts = server.hosts();
        StartedClient zk(hosts);
    }
    const Server again(ServerOptions().listen(hosts));
    EXPECT_EQ(again.hosts(), hosts);
    StartedClient zk(hosts);
}

TEST(EmbeddedServer, MayBeMoved) {
    Server server;
    const auto hosts = server.hosts();
    StartedClient zk(hosts);
    Server other(std::move(server));
    zk.create("/a");
    server = std::move(other);
    EXPECT_TRUE(zk.exists("/a"));
    EXPECT_EQ(server.hosts(), hosts);
}

TEST(EmbeddedServer, SessionsOutliveAStop) {
    Server server;
    KazooClient zk(to(server.hosts()));
    StateLog states(zk);
    zk.start(patience);
    const auto id = zk.client_id();
    zk.create("/mine", "", CreateOptions().ephemeral());
    server.stop();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    EXPECT_FALSE(server.running());
    EXPECT_EQ(server.connections(), 0U);
    auto waits = zk.exists_async("/mine");
    server.start();
    EXPECT_TRUE(waits.get(patience).has_value());
    EXPECT_EQ(zk.client_id(), id);
    ASSERT_TRUE(states.wait_for(3));
    EXPECT_EQ(states.states(), (std::vector{CONNECTED, SUSPENDED, CONNECTED}));
}

TEST(EmbeddedServer, KeepsItsPortWhileStopped) {
    Server server;
    server.stop();
    for (int i = 0; i < 50; ++i) {
        // As reconnecting clients do; none may connect to itself (TCP simultaneous open).
        ASSERT_FALSE(testing_support::connect_to_loopback(server.port()));
    }
    server.start();
    StartedClient zk(server.hosts());
}

TEST(EmbeddedServer, SessionsExpireWhileItIsStopped) {
    Server server(short_sessions());
    KazooClient zk(to(server.hosts()).timeout(100ms));
    StateLog states(zk);
    zk.start(patience);
    server.stop();
    ASSERT_TRUE(becomes_true([&] { return server.sessions().empty(); }));
    server.start();
    ASSERT_TRUE(states.wait_for(LOST) || states.wait_for(CONNECTED));
    ASSERT_TRUE(becomes_true([&] { return server.sessions().size() == 1; }));
}

TEST(EmbeddedServer, ReportsItsRelease) {
    const std::vector<std::pair<Release, int>> releases{
        {Release::zookeeper_3_4, 4},
        {Release::zookeeper_3_5, 5},
        {Release::zookeeper_3_6, 6},
        {Release::zookeeper_3_7, 7},
        {Release::zookeeper_3_8, 8},
        {Release::zookeeper_3_9, 9}};
    for (const auto& [release, minor] : releases) {
        Server server(ServerOptions().release(release));
        StartedClient zk(server.hosts());
        const auto version = zk.server_version();
        ASSERT_EQ(version.size(), 3U);
        EXPECT_EQ(version[0], 3);
        EXPECT_EQ(version[1], minor);
    }
    Server keeper(ServerOptions().release(Release::clickhouse_keeper));
    StartedClient zk(keeper.hosts());
    EXPECT_NE(zk.command("srvr").find("ClickHouse Keeper"), std::string::npos);
}

TEST(EmbeddedServer, AnswersAHalfClosedClient) {
    Server server;
    RawClient client(server.port());
    client.send("ruok");
    client.half_close();
    EXPECT_EQ(client.read_all(), "imok");

    RawClient late(server.port());
    ASSERT_NE(late.connect(), 0);
    codec::GetDataRequest get;
    get.path = "/";
    late.request(get);
    late.half_close();
    EXPECT_FALSE(late.read_frame().empty());
    EXPECT_TRUE(late.closes());
    EXPECT_TRUE(becomes_true([&] { return server.connections() == 0; }));
}

TEST(EmbeddedServer, DisconnectsClientsThatSendNoFrames) {
    Server server;
    RawClient client(server.port());
    client.send("\xff\xff\xff\xff and so on");
    EXPECT_TRUE(client.closes());
    StartedClient zk(server.hosts());
}

TEST(EmbeddedServer, IsControlledByManyThreadsAtOnce) {
    Server server;
    StartedClient zk(server.hosts());
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&server, i] {
            const auto path = "/t" + std::to_string(i);
            for (int round = 0; round < 50; ++round) {
                const auto fault = server.inject(Fault::fail(Errc::no_auth).path(path));
                EXPECT_TRUE(server.remove(fault));
                EXPECT_FALSE(server.remove(fault));
                EXPECT_EQ(server.connections(), 1U);
            }
        });
    }
    for (int i = 0; i < 200; ++i) zk.exists("/");
    for (auto& thread : threads) thread.join();
}

TEST(EmbeddedServer, BelongsToTheParentAfterAFork) {
    auto server = std::make_unique<Server>();
    StartedClient zk(server->hosts());
    const auto report = testing_support::in_forked_child([&](std::string& said) {
        try {
            static_cast<void>(server->zxid());
        } catch (const ForkedError&) {
            said += "refused; ";
        }
        server.reset();
    });
    EXPECT_EQ(report, "refused; end");
    EXPECT_TRUE(zk.exists("/"));
}

}  // namespace
}  // namespace kazoo::embedded_tests
