// SPDX-License-Identifier: Apache-2.0
// Several servers with one state: fail-over, moving sessions, stale reads, catching up.
#include "embedded_fixture.hpp"

#include <set>

namespace kazoo::embedded_tests {
namespace {

class EnsembleTest : public ::testing::Test {
protected:
    Ensemble ensemble{3};
};

TEST_F(EnsembleTest, WritesThroughOneServerAreSeenByAll) {
    std::set<std::string> addresses;
    for (std::size_t i = 0; i < ensemble.size(); ++i) addresses.insert(ensemble[i].hosts());
    EXPECT_EQ(addresses.size(), 3U);
    StartedClient a(ensemble[0].hosts());
    StartedClient b(ensemble[1].hosts());
    a.create("/a", "told to the first");
    EXPECT_EQ(b.get("/a").data, "told to the first");
    b.set("/a", "told to the second");
    EXPECT_EQ(a.get("/a").data, "told to the second");
    EXPECT_EQ(ensemble.sessions().size(), 2U);
    EXPECT_EQ(ensemble.zxid(), ensemble[2].applied_zxid());
    EXPECT_THROW(ensemble[3].stop(), std::out_of_range);
    thrown<ConfigurationError>([] { Ensemble none(0); });
}

TEST_F(EnsembleTest, AWatchSeesAWriteThroughAnotherServer) {
    StartedClient a(ensemble[0].hosts());
    StartedClient b(ensemble[1].hosts());
    testing_support::Recorder<std::string> seen;
    a.get_children("/", [&](const WatchedEvent& event) { seen.add(event.path.value_or("")); });
    b.create("/new");
    EXPECT_TRUE(seen.wait_for(1));
    a.stop();
}

TEST_F(EnsembleTest, AClientMovesWithItsSession) {
    StartedClient other(ensemble[2].hosts());
    KazooClient zk(to(ensemble.hosts()));
    StateLog states(zk);
    zk.start(patience);
    const auto id = zk.client_id();
    zk.create("/mine", "", CreateOptions().ephemeral());
    for (std::size_t i = 0; i < 2; ++i) {
        const auto before = states.states().size();
        ASSERT_EQ(ensemble[i].connections(), 1U);
        ensemble[i].stop();
        ASSERT_TRUE(states.wait_for(before + 2));
        ASSERT_TRUE(becomes_true([&] { return zk.client_id() == id; }));
        EXPECT_TRUE(other.exists("/mine"));
    }
    EXPECT_EQ(ensemble[2].connections(), 2U);
    zk.stop();
    EXPECT_FALSE(other.exists("/mine"));
}

TEST_F(EnsembleTest, ARestartedServerHasTheCurrentTree) {
    StartedClient a(ensemble[0].hosts());
    ensemble[1].stop();
    a.create("/meanwhile");
    ensemble[1].start();
    StartedClient b(ensemble[1].hosts());
    EXPECT_TRUE(b.exists("/meanwhile"));
}

TEST_F(EnsembleTest, WithoutServersClientsAreSuspendedAndSessionsSurvive) {
    StartedClient zk(ensemble.hosts());
    const auto id = zk.client_id();
    for (std::size_t i = 0; i < 3; ++i) ensemble[i].stop();
    ASSERT_TRUE(becomes_true([&] { return !zk.connected(); }));
    EXPECT_EQ(ensemble.sessions(), std::vector{id->session_id});
    ensemble[2].start();
    EXPECT_TRUE(becomes_true([&] { return zk.client_id() == id; }));
}

TEST_F(EnsembleTest, TheOldConnectionOfAMovedSessionIsClosed) {
    KazooClient first(to(ensemble[0].hosts()));
    StateLog states(first);
    first.start(patience);
    const auto id = first.client_id();
    StartedClient second(to(ensemble[1].hosts()).client_id(id));
    ASSERT_TRUE(states.wait_for(2)) << "it reconnects and takes the session back";
    EXPECT_EQ(states.states()[1], SUSPENDED);
    ensemble[0].stop();
    EXPECT_TRUE(becomes_true([&] { return second.client_id() == id; }));
    // Its connection may break once more, if the first client took the session back just before.
    EXPECT_TRUE(second.retry([&] { return second.exists("/"); }));
    first.stop();
}

TEST_F(EnsembleTest, ALaggingServerServesStaleReadsUntilSync) {
    StartedClient near(ensemble[0].hosts());
    StartedClient far(ensemble[1].hosts());
    near.create("/a", "old");
    ensemble[1].lag();
    near.set("/a", "new");
    EXPECT_EQ(far.get("/a").data, "old");
    EXPECT_LT(ensemble[1].applied_zxid(), ensemble.zxid());
    auto synced = far.sync_async("/a");
    auto read = far.get_async("/a");
    EXPECT_EQ(near.get("/a").data, "new");
    EXPECT_FALSE(synced.ready());
    ensemble[1].catch_up();
    EXPECT_EQ(synced.get(patience), "/a");
    EXPECT_EQ(read.get(patience).data, "new") << "at least as new as the sync";
    EXPECT_EQ(ensemble[1].applied_zxid(), ensemble.zxid());
}

TEST_F(EnsembleTest, AWriteThroughALaggingServerIsAnsweredWhenItHasCaughtUp) {
    StartedClient near(ensemble[0].hosts());
    StartedClient far(ensemble[1].hosts());
    ensemble[1].lag();
    auto created = far.create_async("/a");
    auto own_read = far.exists_async("/a");
    ASSERT_TRUE(becomes_true([&] { return near.exists("/a").has_value(); }));
    EXPECT_FALSE(created.ready());
    ensemble[1].catch_up();
    EXPECT_EQ(created.get(patience), "/a");
    EXPECT_TRUE(own_read.get(patience)) << "a client reads its own writes";
}

TEST_F(EnsembleTest, WatchesOfALaggingServerFireWhenItCatchesUp) {
    StartedClient near(ensemble[0].hosts());
    StartedClient far(ensemble[1].hosts());
    testing_support::Recorder<EventType> seen;
    far.exists("/a", [&](const WatchedEvent& event) { seen.add(event.type); });
    ensemble[1].lag();
    near.create("/a");
    EXPECT_FALSE(far.exists("/a"));
    EXPECT_EQ(seen.size(), 0U);
    ensemble[1].catch_up();
    EXPECT_TRUE(seen.wait_for(1));
    EXPECT_EQ(seen.all(), std::vector{EventType::CREATED});
    far.stop();
}

TEST_F(EnsembleTest, ALaggingServerRefusesClientsThatAreAhead) {
    ensemble[1].lag();
    KazooClient zk(to(ensemble[0].hosts() + "," + ensemble[1].hosts()));
    StateLog states(zk);
    zk.start(patience);
    zk.create("/a");
    ensemble[0].stop();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    auto read = zk.exists_async("/a");
    EXPECT_FALSE(read.wait(100ms)) << "it would read the past";
    ensemble[1].catch_up();
    EXPECT_TRUE(read.get(patience));
}

TEST_F(EnsembleTest, ACutOffServerServesStaleReadsAndRefusesWrites) {
    StartedClient near(ensemble[0].hosts());
    StartedClient far(ensemble[1].hosts());
    near.create("/a", "old");
    ensemble[1].cut_off();
    EXPECT_TRUE(ensemble[1].is_cut_off());
    near.set("/a", "new");
    EXPECT_EQ(far.get("/a").data, "old");
    EXPECT_EQ(far.get("/a").stat.version, 0);
    thrown<NotReadOnlyCallError>([&] { far.set("/a", "mine"); });
    thrown<NotReadOnlyCallError>([&] { far.sync("/a"); });
    ensemble[1].rejoin();
    EXPECT_FALSE(ensemble[1].is_cut_off());
    ASSERT_TRUE(becomes_true([&] { return far.exists("/a")->version == 1; }));
    far.set("/a", "mine");
    EXPECT_EQ(near.get("/a").data, "mine");
}

TEST_F(EnsembleTest, CutOffAndLaggingAreIndependent) {
    StartedClient near(ensemble[0].hosts());
    ensemble[1].lag();
    ensemble[1].cut_off();
    near.create("/a");
    ensemble[1].rejoin();
    StartedClient far(ensemble[2].hosts());
    EXPECT_TRUE(far.exists("/a"));
    EXPECT_LT(ensemble[1].applied_zxid(), ensemble.zxid()) << "it lags still";
    ensemble[1].catch_up();
    EXPECT_EQ(ensemble[1].applied_zxid(), ensemble.zxid());
}

TEST_F(EnsembleTest, FaultsBelongToOneServer) {
    StartedClient a(ensemble[0].hosts());
    StartedClient b(ensemble[1].hosts());
    ensemble[1].inject(Fault::fail(Errc::no_auth).on(Request::get));
    EXPECT_NO_THROW(a.get("/"));
    thrown<NoAuthError>([&] { b.get("/"); });
    EXPECT_TRUE(ensemble.expire_session(b.session()));
    EXPECT_EQ(ensemble.sessions(), std::vector{a.session()});
}

TEST_F(EnsembleTest, AServerThatReportsAMovedSessionIsLeft) {
    KazooClient zk(to(ensemble[0].hosts() + "," + ensemble[1].hosts()));
    StateLog states(zk);
    zk.start(patience);
    const auto id = zk.client_id();
    ensemble[0].inject(Fault::fail(Errc::session_moved).on(Request::create));
    const auto error = thrown<SessionMovedError>([&] { zk.create("/a"); });
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    EXPECT_EQ(zk.create("/a"), "/a") << "through the other server";
    EXPECT_EQ(ensemble[1].connections(), 1U);
    EXPECT_EQ(zk.client_id(), id);
    ASSERT_TRUE(states.wait_for(3)) << "the listener's lane may be behind the caller";
    EXPECT_EQ(states.states(), (std::vector{CONNECTED, SUSPENDED, CONNECTED}));
}

}  // namespace
}  // namespace kazoo::embedded_tests
