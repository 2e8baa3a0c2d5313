// SPDX-License-Identifier: Apache-2.0
// Clients of servers that do not know all requests.
#include "embedded_fixture.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using Zk = KazooClient;

std::uint64_t connections(const KazooClient& zk) {
    return zk.metrics().connections;
}

struct Case {
    Release release;
    std::string needs;
    std::function<void(Zk&)> call;
};

TEST(OldServers, EachOperationNamesTheReleaseThatItNeeds) {
    const auto nothing = [](const WatchedEvent&) {};
    const std::vector<Case> cases{
        {Release::zookeeper_3_4, "3.5", [](Zk& zk) { zk.create_with_stat("/a"); }},
        {Release::zookeeper_3_4, "3.5", [](Zk& zk) { zk.create_or_set("/a", ""); }},
        {Release::zookeeper_3_4, "3.5", [](Zk& zk) { zk.remove_watches("/"); }},
        {Release::zookeeper_3_4, "3.5", [](Zk& zk) { zk.reconfig("", "1", ""); }},
        {Release::zookeeper_3_4,
         "3.5.1",
         [](Zk& zk) { zk.create("/a", "", CreateOptions().container()); }},
        {Release::zookeeper_3_4,
         "3.5.3",
         [](Zk& zk) { zk.create("/a", "", CreateOptions().ttl(1s)); }},
        {Release::zookeeper_3_5, "3.6", [](Zk& zk) { zk.get_ephemerals(); }},
        {Release::zookeeper_3_5,
         "3.6",
         [&](Zk& zk) { zk.add_watch("/", WatchMode::persistent, nothing).remove(); }},
        {Release::zookeeper_3_6, "3.7", [](Zk& zk) { zk.who_am_i(); }}};
    for (const auto& one : cases) {
        Server server(ServerOptions().release(one.release));
        StartedClient zk(server.hosts());
        for (int i = 0; i < 2; ++i) {  // the second time the client knows without asking
            const auto error = thrown<UnimplementedError>([&] { one.call(zk); });
            EXPECT_THAT(error.detail(), ContainsRegex("needs? ZooKeeper")) << i;
            EXPECT_THAT(error.detail(), HasSubstr(one.needs)) << i;
            EXPECT_NE(error.outcome(), Outcome::unknown) << one.needs << " " << i;
            // A server that may know the request, but has disabled it, keeps the connection; so the
            // client does not expect that one which does not know it closes it.
            zk.retry([&] { return zk.sync("/"); });
        }
    }
}

TEST(OldServers, ARepeatedRequestCostsOneConnection) {
    Server server(ServerOptions().release(Release::zookeeper_3_4));
    StartedClient zk(server.hosts());
    for (int i = 0; i < 5; ++i) {
        thrown<UnimplementedError>([&] { zk.who_am_i(); });
    }
    EXPECT_TRUE(zk.exists("/"));
    EXPECT_LE(connections(zk), 2U);
}

// A server that closes the connection without an answer: the error of each try could also be a
// broken connection, which is retried.
TEST(OldServers, RetriesOfAnUnknownRequestEnd) {
    Server keeper(ServerOptions().release(Release::clickhouse_keeper));
    StartedClient zk(to(keeper.hosts()).command_retry(RetryPolicy().delay(1ms).max_delay(5ms)));
    const auto error = thrown<UnimplementedError>([&] { zk.retry([&] { return zk.who_am_i(); }); });
    EXPECT_THAT(error.detail(), HasSubstr("3.7"));
    EXPECT_TRUE(zk.exists("/"));
    EXPECT_LE(connections(zk), 6U);
}

TEST(OldServers, ReadsWork) {
    for (const auto release : {Release::zookeeper_3_4, Release::zookeeper_3_5}) {
        Server server(ServerOptions().release(release));
        StartedClient zk(server.hosts());
        zk.ensure_path("/a/b");
        EXPECT_EQ(zk.get("/a").stat.num_children, 1);
        EXPECT_EQ(zk.get_children("/a"), std::vector<std::string>{"b"});
        EXPECT_EQ(zk.get_children_with_stat("/a").children, std::vector<std::string>{"b"});
        EXPECT_EQ(zk.get_children_with_data("/a").size(), 1U);
        EXPECT_FALSE(zk.get_acls("/a").acls.empty());
        const auto read = zk.multi_read().get("/a").get_children("/a").read();
        EXPECT_EQ(read.size(), 2U);
        EXPECT_EQ(zk.get("/a", ReadOptions().consistency(Consistency::latest)).data, "");
    }
}

}  // namespace
}  // namespace kazoo::embedded_tests
