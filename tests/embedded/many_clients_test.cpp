// SPDX-License-Identifier: Apache-2.0
// Many clients at once, and misbehaving clients from which a server protects itself and others.
#include "support/raw_client.hpp"
#include "support/running_loop.hpp"
#include "tls_fixture.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <algorithm>
#include <list>
#include <memory>
#include <set>

namespace kazoo::embedded_tests {
namespace {

using testing_support::RawClient;

/// Raises the descriptor limit: both ends of every connection are in this process.
void allow_descriptors(rlim_t count) {
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    ASSERT_GE(limit.rlim_max, count);
    limit.rlim_cur = std::max(limit.rlim_cur, count);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

TEST(ManyClients, AThousandSessionsAtOnce) {
    constexpr std::size_t count = 1000;
    ASSERT_NO_FATAL_FAILURE(allow_descriptors(3000));
    Server server;
    StartedClient root(server.hosts());
    root.create("/all");
    testing_support::RunningLoop loop;
    const auto handler = loop.handler();
    std::list<KazooClient> clients;
    std::vector<Event> connected;
    for (std::size_t i = 0; i < count; ++i) {
        auto options = to(server.hosts()).handler(handler).timeout(30s);
        connected.push_back(clients.emplace_back(std::move(options)).start_async());
    }
    for (auto& event : connected) ASSERT_TRUE(event.wait(30s));
    EXPECT_EQ(server.sessions().size(), count + 1);
    EXPECT_EQ(server.connections(), count + 1);

    std::vector<AsyncResult<std::string>> created;
    for (auto& zk : clients) {
        created.push_back(zk.create_async("/all/n-", "", CreateOptions().ephemeral().sequence()));
    }
    std::set<std::string> names;
    for (auto& result : created) names.insert(result.get(30s));
    EXPECT_EQ(names.size(), count);
    std::vector<AsyncResult<std::vector<std::string>>> seen;
    for (auto& zk : clients) seen.push_back(zk.get_children_async("/all"));
    for (auto& result : seen) EXPECT_EQ(result.get(30s).size(), count);

    for (auto& zk : clients) zk.stop();
    EXPECT_TRUE(root.get_children("/all").empty());
    EXPECT_EQ(server.sessions(), std::vector{root.session()});
}

/// Sets a persistent watch on "/big", so that the server sends an event for each change, which this
/// client never reads.
void watch_without_reading(RawClient& client) {
    ASSERT_NE(client.connect(30'000), 0);
    codec::AddWatchRequest watch;
    watch.path = "/big";
    client.request(watch);
    ASSERT_FALSE(client.read_frame().empty());
}

TEST(ManyClients, AClientThatNeverReadsIsDisconnected) {
    Server server(ServerOptions().max_unsent_bytes(256 * 1024));
    StartedClient zk(server.hosts());
    zk.create("/big");
    RawClient non_reader(server.port());
    watch_without_reading(non_reader);
    ASSERT_EQ(server.connections(), 2U);
    // The system's socket buffers hold megabytes before output accumulates in the server.
    bool cut = false;
    for (int round = 0; round < 2000 && !cut; ++round) {
        std::vector<AsyncResult<ZnodeStat>> changes;
        for (int i = 0; i < 200; ++i) changes.push_back(zk.set_async("/big", "x"));
        for (auto& change : changes) change.get(patience);
        cut = server.connections() == 1;
    }
    EXPECT_TRUE(cut || becomes_true([&] { return server.connections() == 1; }));
    EXPECT_TRUE(zk.connected()) << "other clients are not affected";
    EXPECT_TRUE(non_reader.closes());
}

TEST(ManyClients, AClientThatDoesNotReadItsRepliesIsPaused) {
    Server server(short_sessions().max_session_timeout(1s).max_unsent_bytes(std::size_t{8} << 20));
    StartedClient zk(server.hosts());
    zk.create("/big", std::string(900'000, 'x'));
    RawClient non_reader(server.port());
    ASSERT_NE(non_reader.connect(1000), 0);
    codec::GetDataRequest get;
    get.path = "/big";
    for (int i = 0; i < 500; ++i) non_reader.request(get);  // replies of 450 MB
    // The server stops reading the client's requests, so its session expires and the connection is
    // closed.
    EXPECT_TRUE(becomes_true([&] { return server.sessions().size() == 1; }));
    EXPECT_TRUE(becomes_true([&] { return server.connections() == 1; }));
    EXPECT_TRUE(zk.exists("/big"));
}

TEST(ManyClients, ASlowReaderGetsEverything) {
    Server server;
    StartedClient zk(server.hosts());
    const std::string big(500'000, 'x');
    zk.create("/big", big);
    RawClient slow(server.port());
    ASSERT_NE(slow.connect(), 0);
    codec::GetDataRequest get;
    get.path = "/big";
    for (int i = 0; i < 100; ++i) slow.request(get);
    for (int i = 0; i < 100; ++i) ASSERT_GT(slow.read_frame().size(), big.size()) << i;
}

TEST(ManyClients, ConnectionsBeyondTheLimitAreClosed) {
    Server server(ServerOptions().max_connections(2));
    StartedClient first(server.hosts());
    RawClient second(server.port());
    ASSERT_NE(second.connect(), 0);
    RawClient third(server.port());
    EXPECT_TRUE(third.closes());
    EXPECT_TRUE(first.exists("/"));
}

TEST(ManyClients, UnfinishedHandshakesOfTlsCountTowardsTheLimit) {
    const Certificates certificates;
    const auto& authority = certificates.authority();
    Server server(served_by(certificates.server()).max_connections(2));
    StartedClient first(to(server.hosts()).tls(trusting(authority)));
    auto idle = std::make_unique<RawClient>(server.port());
    RawClient third(server.port());
    EXPECT_TRUE(third.closes());
    EXPECT_TRUE(first.exists("/"));
    idle.reset();
    std::string answer;
    EXPECT_TRUE(becomes_true([&] {
        try {
            answer = first.command("mntr");
        } catch (const KazooException&) {
            return false;  // the server has not noticed yet
        }
        return true;
    })) << "there is room again";
    EXPECT_THAT(answer, ::testing::HasSubstr("connection_rejected\t"));
    EXPECT_THAT(answer, ::testing::Not(::testing::HasSubstr("connection_rejected\t0")));
}

TEST(ManyClients, ARequestBeyondTheLimitEndsItsConnection) {
    Server server(ServerOptions().max_request_bytes(1000));
    StartedClient zk(server.hosts());
    EXPECT_NO_THROW(zk.create("/a", std::string(800, 'x')));
    thrown<ConnectionLoss>([&] { zk.create("/b", std::string(1000, 'x')); });
    EXPECT_FALSE(zk.exists("/b"));
}

}  // namespace
}  // namespace kazoo::embedded_tests
