// SPDX-License-Identifier: Apache-2.0
// The effects of faults with handshakes and sessions and of other server versions, as seen by a
// real client.
#include "embedded_fixture.hpp"

#include <algorithm>

namespace kazoo::embedded_tests {
namespace {

/// A server and a client, connected before the test begins.
class SessionFault : public ::testing::Test {
protected:
    void SetUp() override {
        zk.start(patience);
        session = zk.client_id()->session_id;
    }
    bool same_session() const { return zk.client_id() && zk.client_id()->session_id == session; }

    Server server;
    KazooClient zk{to(server.hosts()).connect_timeout(200ms)};
    StateLog states{zk};
    std::int64_t session = 0;
    const std::vector<KazooState> back_again{CONNECTED, SUSPENDED, CONNECTED};
    const std::vector<KazooState> with_another{CONNECTED, SUSPENDED, LOST, CONNECTED};
};

TEST_F(SessionFault, ADroppedConnectionIsRestored) {
    StartedClient other(server.hosts());
    StateLog others(other);
    EXPECT_TRUE(server.drop_connection(session));
    EXPECT_FALSE(server.drop_connection(1)) << "there is no such session";
    ASSERT_TRUE(states.wait_for(3));
    EXPECT_EQ(states.states(), back_again);
    EXPECT_TRUE(same_session());
    EXPECT_TRUE(others.states().empty()) << "it was not meant";
    server.drop_connections();
    EXPECT_TRUE(others.wait_for(2));
    EXPECT_TRUE(states.wait_for(5));
}

TEST_F(SessionFault, AnExpiredSessionIsLost) {
    StartedClient other(server.hosts());
    zk.create("/mine", "", CreateOptions().ephemeral());
    EXPECT_TRUE(server.expire_session(session));
    EXPECT_FALSE(other.exists("/mine"));
    ASSERT_TRUE(states.wait_for(4));
    EXPECT_EQ(states.states(), with_another);
    EXPECT_FALSE(server.expire_session(session)) << "the session has ended";
    const auto alive = server.sessions();
    EXPECT_EQ(std::count(alive.begin(), alive.end(), session), 0);
}

TEST_F(SessionFault, FailedHandshakesAreRetried) {
    using enum Handshake;
    std::size_t told = 1;
    for (const auto what : {refuse, hang, garbage, keeper_without_leader, not_read_only}) {
        server.handshakes(what, 2);
        server.drop_connections();
        ASSERT_TRUE(states.wait_for(told += 2)) << static_cast<int>(what);
        EXPECT_EQ(states.states().back(), CONNECTED) << static_cast<int>(what);
        ASSERT_TRUE(becomes_true([&] { return same_session(); })) << static_cast<int>(what);
    }
}

TEST_F(SessionFault, HandshakesFailUntilTheFaultIsCleared) {
    server.handshakes(Handshake::refuse);
    server.drop_connections();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    KazooClient another(to(server.hosts()));
    thrown<KazooTimeoutError>([&] { another.start(200ms); });
    server.clear_faults();
    ASSERT_TRUE(states.wait_for(CONNECTED));
    another.start(patience);
}

TEST_F(SessionFault, RepliesThatEndTheSession) {
    server.handshakes(Handshake::expired, 1);
    server.drop_connections();
    ASSERT_TRUE(states.wait_for(4));
    EXPECT_EQ(states.states(), with_another);
    EXPECT_FALSE(same_session());
}

TEST_F(SessionFault, AnotherSessionInsteadOfTheRequestedOne) {
    zk.create("/mine", "", CreateOptions().ephemeral());
    server.handshakes(Handshake::other_session, 1);
    server.drop_connections();
    ASSERT_TRUE(states.wait_for(4));
    EXPECT_EQ(states.states(), with_another);
    EXPECT_FALSE(same_session());
    const auto alive = server.sessions();
    EXPECT_EQ(std::count(alive.begin(), alive.end(), session), 1) << "until it expires";
}

TEST_F(SessionFault, TheHandshakeReplyOfOldServersIsAccepted) {
    server.handshakes(Handshake::short_answer);
    server.drop_connections();
    ASSERT_TRUE(states.wait_for(3));
    EXPECT_TRUE(becomes_true([&] { return same_session(); }));
}

TEST_F(SessionFault, AReadOnlyServerAcceptsReadOnlyClientsOnly) {
    server.set_read_only(true);
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    StartedClient reader(to(server.hosts()).read_only(true));
    EXPECT_EQ(reader.client_state(), KeeperState::CONNECTED_RO);
    EXPECT_TRUE(reader.exists("/"));
    thrown<NotReadOnlyCallError>([&] { reader.create("/a"); });
    EXPECT_EQ(reader.command("isro"), "ro");
    EXPECT_FALSE(zk.connected());
    server.set_read_only(false);
    ASSERT_TRUE(states.wait_for(CONNECTED));
    EXPECT_TRUE(same_session());
    zk.create("/a");
    ASSERT_TRUE(becomes_true([&] { return reader.client_state() == KeeperState::CONNECTED; }));
    reader.create("/b");
}

TEST_F(SessionFault, AServerThatIsBehindRefusesItsClients) {
    zk.create("/a");
    const auto zxid = server.zxid();
    server.set_zxid(zxid - 1);
    server.drop_connections();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    StartedClient fresh(server.hosts());  // its session uses the missing zxid
    ASSERT_EQ(server.zxid(), zxid);
    ASSERT_TRUE(states.wait_for(CONNECTED));
    EXPECT_TRUE(same_session());
}

TEST_F(SessionFault, AServerThatIsAheadContinuesFromItsZxid) {
    const std::int64_t epoch = std::int64_t{7} << 32;
    server.set_zxid(epoch);
    zk.create("/a");
    EXPECT_EQ(zk.exists("/a")->czxid, epoch + 1);
    EXPECT_EQ(server.zxid(), epoch + 1);
}

TEST(OtherServers, KeeperResumesNoSession) {
    Server keeper(ServerOptions().release(Release::clickhouse_keeper));
    KazooClient zk(to(keeper.hosts()));
    StateLog states(zk);
    zk.start(patience);
    zk.create("/mine", "", CreateOptions().ephemeral());
    keeper.drop_connections();
    ASSERT_TRUE(states.wait_for(4));
    EXPECT_EQ(states.states(), (std::vector{CONNECTED, SUSPENDED, LOST, CONNECTED}));
    EXPECT_TRUE(zk.exists("/mine")) << "of the old session, which was not closed";
    zk.stop();
}

TEST(OtherServers, OldServersRejectNewRequests) {
    Server old(ServerOptions().release(Release::zookeeper_3_4));
    StartedClient zk(old.hosts());
    EXPECT_EQ(zk.create("/a"), "/a");
    thrown<UnimplementedError>([&] { zk.create_with_stat("/b"); });
}

}  // namespace
}  // namespace kazoo::embedded_tests
