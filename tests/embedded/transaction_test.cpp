// SPDX-License-Identifier: Apache-2.0
// Transactions whose replies are lost, and servers of other releases.
#include "embedded_fixture.hpp"

#include <kazoo/kazoo.hpp>

#include <string>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

class LostReply : public ::testing::Test {
protected:
    void SetUp() override { zk.create("/m"); }

    Transaction transfer() {
        return zk.transaction()
            .create("/n-", "data", CreateOptions().sequence())
            .create("/plain")
            .set_data("/m", "x")
            .protect("/m", "id");
    }

    Server server;
    StartedClient zk{server.hosts()};
};

TEST_F(LostReply, LeavesTheOutcomeOpenWithoutAMarker) {
    const auto transaction = zk.transaction().create("/a");
    for (const auto& fault : {Fault::drop_before(), Fault::drop_after()}) {
        server.inject(Fault(fault).on(Request::multi).once());
        const auto error = thrown<ConnectionLoss>([&] { transaction.commit(); });
        EXPECT_EQ(error.outcome(), Outcome::unknown);
        EXPECT_EQ(std::string(error.operation()), "commit");
    }
    EXPECT_TRUE(zk.exists("/a"));
}

TEST_F(LostReply, OfAnAppliedTransactionIsReplacedByTheMarker) {
    server.inject(Fault::drop_after().on(Request::multi).once());
    const auto results = transfer().commit();
    ASSERT_EQ(results.size(), 3U);
    for (const auto& result : results) {
        EXPECT_TRUE(result.successful());
        EXPECT_TRUE(result.reply_lost());
    }
    EXPECT_EQ(results[0].created_path(), "");
    EXPECT_EQ(results[1].created_path(), "/plain");
    EXPECT_EQ(results[2].stat(), std::nullopt);
    EXPECT_EQ(zk.get("/m").stat.version, 1) << "applied once";
}

TEST_F(LostReply, OfATransactionThatWasNotAppliedIsRecognised) {
    server.inject(Fault::drop_before().on(Request::multi).once());
    const auto error = thrown<ConnectionLoss>([&] { transfer().commit(); });
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    EXPECT_NE(error.message().find("the marker does not exist"), std::string::npos) << error;
    EXPECT_FALSE(zk.exists("/plain"));
    EXPECT_EQ(transfer().commit().at(1).created_path(), "/plain") << "and may be tried again";
}

TEST_F(LostReply, IsFoundOutAlthoughTheConnectionIsLostAgain) {
    server.inject(Fault::drop_after().on(Request::multi).once());
    server.inject(Fault::drop_before().on(Request::sync).once());
    server.inject(Fault::drop_before().on(Request::get).once());
    EXPECT_TRUE(transfer().commit().at(0).reply_lost());
}

TEST_F(LostReply, StaysOpenIfTheSessionHasEnded) {
    server.inject(Fault::drop_before().on(Request::multi).once());
    server.handshakes(Handshake::expired, 1);
    const auto error = thrown<ConnectionLoss>([&] { transfer().commit(); });
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    EXPECT_NE(error.message().find("the marker could not be read"), std::string::npos) << error;
    ASSERT_TRUE(becomes_true([&] { return zk.connected(); }));
    EXPECT_EQ(transfer().commit().at(1).created_path(), "/plain") << "which decides it";
}

TEST_F(LostReply, RetriesApplyTheTransactionOnce) {
    for (const auto& fault : {Fault::drop_before(), Fault::drop_after()}) {
        server.inject(Fault(fault).on(Request::multi).once());
    }
    const auto transaction = transfer();
    const auto results = zk.retry([&] { return transaction.commit(); });
    EXPECT_EQ(results.size(), 3U);
    EXPECT_EQ(zk.get("/m").stat.version, 1);
    transaction.forget();
    EXPECT_TRUE(zk.get_children("/m").empty());
}

TEST_F(LostReply, DoesNotHideATimeout) {
    const auto held = server.inject(Fault::hold().on(Request::multi));
    const auto error =
        thrown<OperationTimeoutError>([&] { transfer().commit(CallOptions().timeout(50ms)); });
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    server.remove(held);
    EXPECT_TRUE(transfer().applied(CallOptions().timeout(patience)));
    EXPECT_TRUE(transfer().commit().at(0).reply_lost());
}

TEST_F(LostReply, IsNotReplacedByAMarkerThatCannotBeRead) {
    server.inject(Fault::drop_after().on(Request::multi).once());
    server.inject(Fault::fail(Errc::no_auth).on(Request::get).path("/m/id").once());
    const auto error = thrown<ConnectionLoss>([&] { transfer().commit(); });
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    EXPECT_NE(error.message().find("the marker could not be read"), std::string::npos) << error;
}

TEST(OtherReleases, MultiReadsBecomeSingleReadsBeforeRelease36) {
    for (const auto release : {Release::zookeeper_3_4, Release::zookeeper_3_5}) {
        Server server(ServerOptions().release(release));
        StartedClient zk(server.hosts());
        StateLog states(zk);
        zk.create("/a", "data");
        const auto session = zk.session();
        const auto reads = zk.multi_read().get("/a").get("/absent").get_children("/").get("/..");
        for (int i = 0; i < 2; ++i) {
            const auto results = reads.read();
            ASSERT_EQ(results.size(), 4U);
            EXPECT_EQ(results[0].node().data, "data");
            EXPECT_EQ(results[1].error(), Errc::no_node);
            EXPECT_FALSE(results[2].children().empty());
            EXPECT_EQ(results[3].error(), Errc::bad_arguments);
        }
        EXPECT_EQ(zk.session(), session);
        ASSERT_TRUE(states.wait_for(2));
        EXPECT_EQ(states.states(), (std::vector<KazooState>{SUSPENDED, CONNECTED}))
            << "the connection is lost once only";
    }
}

TEST(OtherReleases, MultiReadsSurviveOneLostConnection) {
    Server server;
    StartedClient zk(server.hosts());
    zk.create("/a", "data");
    server.inject(Fault::drop_before().on(Request::multi).once());
    const auto reads = zk.multi_read().get("/a");
    EXPECT_EQ(reads.read()[0].node().data, "data") << "read singly";
    EXPECT_EQ(reads.read()[0].node().data, "data");
    server.inject(Fault::drop_before().on(Request::multi).once());
    const auto once = CallOptions().resend(Resend::nothing);
    const auto error = thrown<ConnectionLoss>([&] { reads.read(once); });
    EXPECT_EQ(error.outcome(), Outcome::not_applied) << "known to be supported";
    server.inject(Fault::drop_before().on(Request::multi).once());
    EXPECT_EQ(reads.read()[0].node().data, "data") << "sent again";
}

TEST(OtherReleases, SingleReadsAreManyButBounded) {
    Server server(ServerOptions().release(Release::zookeeper_3_5));
    ClientLimits limits;
    limits.requests = 20;
    StartedClient zk(to(server.hosts()).limits(limits));
    zk.create("/a", "data");
    auto reads = zk.multi_read();
    for (int i = 0; i < 100; ++i) reads.get("/a");
    const auto results = reads.read();
    ASSERT_EQ(results.size(), 100U);
    for (const auto& result : results) EXPECT_EQ(result.node().data, "data");
}

TEST(OtherReleases, TransactionsWorkOnAll) {
    for (const auto release :
         {Release::zookeeper_3_4, Release::zookeeper_3_9, Release::clickhouse_keeper}) {
        Server server(ServerOptions().release(release));
        StartedClient zk(server.hosts());
        const auto results = zk.transaction().create("/a").check("/a", 0).delete_("/a").commit();
        EXPECT_EQ(results.at(0).created_path(), "/a");
        const auto error =
            thrown<TransactionFailedError>([&] { zk.transaction().delete_("/a").commit(); });
        EXPECT_EQ(error.transaction()->reason().code(), Errc::no_node);
    }
}

TEST(OtherReleases, StatsOfCreatesDependOnTheServer) {
    const auto create = [](Release release) {
        Server server(ServerOptions().release(release));
        StartedClient zk(server.hosts());
        return zk.transaction().create_with_stat("/a", "123").commit().at(0);
    };
    EXPECT_EQ(create(Release::zookeeper_3_9).created_node()->stat.data_length, 3);
    EXPECT_EQ(create(Release::zookeeper_3_6).created_node(), std::nullopt);
    EXPECT_EQ(create(Release::zookeeper_3_6).created_path(), "/a");
    const auto error = thrown<MarshallingError>([&] { create(Release::zookeeper_3_4); });
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    EXPECT_NE(error.message().find("needs ZooKeeper 3.5"), std::string::npos) << error;
}

TEST(OtherReleases, UnsupportedKindsOfNodesSayWhatTheyNeed) {
    Server server(ServerOptions().ttl_nodes(false));
    StartedClient zk(server.hosts());
    const auto ttl = CreateOptions().ttl(1h);
    const auto single = thrown<UnimplementedError>([&] { zk.create("/a", "", ttl); });
    EXPECT_EQ(single.outcome(), Outcome::not_applied);
    EXPECT_NE(single.message().find("extendedTypesEnabled=true"), std::string::npos) << single;
    const auto error = thrown<TransactionFailedError>([&] {
        zk.transaction().create("/b").create("/a", "", ttl).commit();
    });
    EXPECT_EQ(error.transaction()->index(), 1U);
    EXPECT_EQ(error.transaction()->reason().code(), Errc::unimplemented);
    EXPECT_NE(error.message().find("extendedTypesEnabled=true"), std::string::npos) << error;

    Server old(ServerOptions().release(Release::zookeeper_3_4));
    StartedClient client(old.hosts());
    const auto container = CreateOptions().container();
    const auto unknown = thrown<UnimplementedError>([&] { client.create("/a", "", container); });
    EXPECT_NE(unknown.message().find("3.5.1"), std::string::npos) << unknown;
}

TEST(KindsOfNodes, ContainersAndExpiredNodesAreDeletedByTheServer) {
    Server server(ServerOptions().reaper_interval(20ms));
    StartedClient zk(server.hosts());
    zk.create("/unused", "", CreateOptions().container());
    zk.create("/container", "", CreateOptions().container());
    zk.create("/container/child");
    zk.create("/kept", "", CreateOptions().ttl(1h));
    zk.create("/expires", "", CreateOptions().ttl(1ms));
    EXPECT_TRUE(becomes_true([&] { return !zk.exists("/expires"); }));
    EXPECT_TRUE(zk.exists("/container")) << "it has a child";
    zk.delete_("/container/child");
    EXPECT_TRUE(becomes_true([&] { return !zk.exists("/container"); }));
    EXPECT_TRUE(zk.exists("/unused"));
    EXPECT_TRUE(zk.exists("/kept"));
}

}  // namespace
}  // namespace kazoo::embedded_tests
