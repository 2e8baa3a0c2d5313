// SPDX-License-Identifier: Apache-2.0
// The effects of each injected request fault, as seen by a real client.
#include "embedded_fixture.hpp"

#include <atomic>

namespace kazoo::embedded_tests {
namespace {

TEST(RequestFault, DropBeforeAppliesNothing) {
    Server server;
    StartedClient zk(server.hosts());
    server.inject(Fault::drop_before().on(Request::create).once());
    const auto error = thrown<ConnectionLoss>([&] { zk.create("/a"); });
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    EXPECT_FALSE(zk.exists("/a"));
    EXPECT_EQ(zk.create("/a"), "/a") << "once";
}

TEST(RequestFault, DropAfterAppliesTheRequest) {
    Server server;
    StartedClient zk(server.hosts());
    server.inject(Fault::drop_after().on(Request::create).once());
    const auto error = thrown<ConnectionLoss>([&] { zk.create("/a"); });
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    EXPECT_TRUE(zk.exists("/a"));
}

TEST(RequestFault, HoldAppliesAndHoldsTheReply) {
    Server server;
    StartedClient zk(server.hosts());
    StartedClient other(server.hosts());
    const auto fault = server.inject(Fault::hold().on(Request::set).session(zk.session()));
    auto held = zk.set_async("/", "new");
    auto behind = zk.get_async("/");
    ASSERT_TRUE(becomes_true([&] { return other.get("/").data == "new"; })) << "it is applied";
    other.set("/", "newer");
    EXPECT_FALSE(held.ready());
    EXPECT_FALSE(behind.ready()) << "later replies wait as well";
    EXPECT_TRUE(server.remove(fault));
    EXPECT_EQ(held.get(patience).version, 1);
    EXPECT_EQ(behind.get(patience).stat.version, 1) << "read before the other one's write";
    EXPECT_FALSE(server.remove(fault)) << "removed before";
}

TEST(RequestFault, ClearFaultsReleasesHeldReplies) {
    Server server;
    StartedClient zk(server.hosts());
    server.inject(Fault::hold().on(Request::get));
    auto held = zk.get_async("/");
    auto behind = zk.sync_async("/");
    EXPECT_FALSE(held.wait(50ms));
    server.clear_faults();
    EXPECT_TRUE(held.wait(patience));
    EXPECT_TRUE(behind.wait(patience));
    EXPECT_NO_THROW(zk.get("/"));
}

TEST(RequestFault, DelayPostponesTheReply) {
    Server server;
    StartedClient zk(server.hosts());
    server.inject(Fault::delay(80ms).on(Request::get));
    const auto begin = std::chrono::steady_clock::now();
    auto first = zk.get_async("/");
    auto second = zk.exists_async("/");
    first.get(patience);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 79ms) << "the server's clock ticks in ms";
    EXPECT_TRUE(second.get(patience)) << "not before the first, and in order";
}

TEST(RequestFault, FailRepliesAndAppliesNothing) {
    Server server;
    StartedClient zk(server.hosts());
    const auto zxid = server.zxid();
    server.inject(Fault::fail(Errc::quota_exceeded).on(Request::set));
    const auto error = thrown<QuotaExceededError>([&] { zk.set("/", "x"); });
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    EXPECT_EQ(zk.get("/").stat.version, 0);
    EXPECT_EQ(server.zxid(), zxid);
    EXPECT_TRUE(zk.connected());
}

TEST(RequestFault, MatchesItsConditions) {
    Server server;
    StartedClient zk(server.hosts());
    StartedClient other(server.hosts());
    for (const char* path : {"/a", "/a/b", "/c"}) zk.create(path);
    const auto fails = [](KazooClient& client, const char* path) {
        return !client.get_async(path).result().has_value();
    };
    server.inject(Fault::fail(Errc::no_auth).on(Request::get).path("/a/"));
    EXPECT_TRUE(fails(zk, "/a/b"));
    EXPECT_FALSE(fails(zk, "/a"));
    EXPECT_TRUE(zk.exists("/a/b")) << "another request";
    server.clear_faults();

    server.inject(Fault::fail(Errc::no_auth).session(other.session()));
    EXPECT_TRUE(fails(other, "/c"));
    EXPECT_FALSE(fails(zk, "/c"));
    server.clear_faults();

    server.inject(Fault::fail(Errc::no_auth).on(Request::get).skip(1).times(2));
    EXPECT_FALSE(fails(zk, "/c"));
    EXPECT_TRUE(fails(zk, "/c"));
    EXPECT_TRUE(fails(other, "/c"));
    EXPECT_FALSE(fails(zk, "/c"));
}

TEST(RequestFault, AffectsEveryFormOfARequest) {
    Server server;
    StartedClient zk(server.hosts());
    server.inject(Fault::fail(Errc::throttled_op));
    server.inject(Fault::fail(Errc::no_auth).on(Request::create));
    const auto code = [](const auto& result) { return result.result().error(); };
    EXPECT_EQ(code(zk.create_async("/a")), Errc::throttled_op) << "the first one that matches";
    server.clear_faults();
    server.inject(Fault::fail(Errc::throttled_op).on(Request::create));
    server.inject(Fault::fail(Errc::throttled_op).on(Request::get_children));
    EXPECT_EQ(code(zk.create_async("/a")), Errc::throttled_op);
    EXPECT_EQ(code(zk.create_with_stat_async("/a")), Errc::throttled_op);
    EXPECT_EQ(code(zk.get_children_async("/")), Errc::throttled_op);
    EXPECT_EQ(code(zk.get_children_with_stat_async("/")), Errc::throttled_op);
    EXPECT_TRUE(zk.exists("/"));
}

TEST(RequestFault, APingThatIsDroppedIsALostConnection) {
    Server server(short_sessions());
    KazooClient zk(to(server.hosts()).timeout(300ms));
    StateLog states(zk);
    zk.start(patience);
    server.inject(Fault::drop_before().on(Request::ping).once());
    ASSERT_TRUE(states.wait_for(3));
    EXPECT_EQ(states.states(), (std::vector{CONNECTED, SUSPENDED, CONNECTED}));
}

TEST(RequestFault, UnansweredPingsEndTheConnection) {
    Server server(short_sessions());
    KazooClient zk(to(server.hosts()).timeout(300ms));
    StateLog states(zk);
    zk.start(patience);
    const auto fault = server.inject(Fault::hold().on(Request::ping));
    ASSERT_TRUE(states.wait_for(SUSPENDED) || states.states().size() > 1);
    server.remove(fault);
    ASSERT_TRUE(states.wait_for(CONNECTED));
}

TEST(RequestFault, CredentialsCanBeRefused) {
    Server server;
    StartedClient zk(server.hosts());
    server.inject(Fault::fail(Errc::auth_failed).on(Request::auth));
    thrown<AuthFailedError>([&] { zk.add_auth("digest", "user:secret"); });
    EXPECT_TRUE(becomes_true([&] { return zk.client_state() == KeeperState::AUTH_FAILED; }));
}

TEST(RequestFault, WatchesAreSentAgainUntilAccepted) {
    Server server;
    StartedClient zk(server.hosts());
    StartedClient other(server.hosts());
    std::atomic<int> fired{0};
    zk.exists("/a", [&](const WatchedEvent&) { ++fired; });
    server.inject(Fault::drop_before().on(Request::set_watches).times(2));
    server.drop_connection(zk.session());
    other.create("/a");
    EXPECT_TRUE(becomes_true([&] { return fired == 1; }));
}

TEST(RequestFault, ACloseThatIsDroppedLeavesTheSession) {
    Server server;
    StartedClient zk(server.hosts());
    const auto session = zk.session();
    server.inject(Fault::drop_before().on(Request::close));
    zk.stop();
    EXPECT_EQ(server.sessions(), std::vector{session});
}

}  // namespace
}  // namespace kazoo::embedded_tests
