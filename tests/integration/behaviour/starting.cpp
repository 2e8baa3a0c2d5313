// SPDX-License-Identifier: Apache-2.0
// start_async() and its event, unreachable servers, and requests without a connection.
#include "behaviour/suites.hpp"
#include "support/loopback.hpp"

namespace kazoo::behaviour {
namespace {

/// A port where no server listens.
std::string unreachable() {
    return "127.0.0.1:" + std::to_string(free_port());
}

}  // namespace

TEST_P(Starting, StartAsyncReturnsAtOnce) {
    auto& client = make_client(proxied());
    proxy().freeze();
    EXPECT_LT(time_of([&] { client.start_async(); }), at_once);
    EXPECT_LT(time_of([&] { client.start_async(); }), at_once) << "a second time";
    EXPECT_FALSE(client.connected());
    client.stop();
    EXPECT_LT(time_of([&] { client.start_async(); }), at_once) << "after stop";
    proxy().restore();
    EXPECT_TRUE(client.start_async().wait(patience));
    EXPECT_LT(time_of([&] { client.start_async(); }), at_once) << "connected";
}

TEST_P(Starting, StartAsyncReturnsAnEvent) {
    auto& client = make_client(proxied());
    proxy().freeze();
    const Event event = client.start_async();
    EXPECT_FALSE(event.is_set());
    EXPECT_FALSE(event.wait(1ms));
    proxy().restore();
    EXPECT_TRUE(event.wait(patience));
    EXPECT_TRUE(event.is_set());
    event.wait();  // without a limit: returns, as the event is set
}

TEST_P(Starting, WaitThenConnected) {
    auto& good = make_client(options());
    EXPECT_TRUE(good.start_async().wait(30s));
    EXPECT_TRUE(good.connected());

    auto& bad = make_client(options().hosts(unreachable()));
    const auto event = bad.start_async();
    bool set = true;
    EXPECT_LT(time_of([&] { set = event.wait(100ms); }), at_once);
    EXPECT_FALSE(set);
    EXPECT_FALSE(bad.connected());
}

TEST_P(Starting, StopEndsTheAttempts) {
    auto& client = make_client(proxied());
    proxy().cut();
    const auto event = client.start_async();
    ASSERT_TRUE(wait_until([&] { return proxy().accepted() > 3; }, patience));
    EXPECT_FALSE(event.is_set());
    EXPECT_LT(time_of([&] { client.stop(); }), at_once);
    EXPECT_EQ(client.client_state(), KeeperState::CLOSED);
    const auto tries = proxy().accepted();
    EXPECT_FALSE(wait_until([&] { return proxy().accepted() > tries; }, 200ms));
}

TEST_P(Starting, StopEndsAHandshakeWithoutReply) {
    auto& client = make_client(proxied());
    proxy().freeze();
    const auto event = client.start_async();
    ASSERT_TRUE(wait_until([&] { return proxy().accepted() > 0; }, patience));
    EXPECT_LT(time_of([&] { client.stop(); }), at_once);
    EXPECT_FALSE(event.is_set());
}

TEST_P(Starting, TheEventFollowsTheConnection) {
    auto& client = make_client(proxied());
    const auto event = client.start_async();
    ASSERT_TRUE(event.wait(patience));
    proxy().cut();
    EXPECT_TRUE(wait_until([&] { return !event.is_set(); }, patience));
    EXPECT_FALSE(client.connected());
    proxy().restore();
    EXPECT_TRUE(event.wait(patience));
    EXPECT_TRUE(client.connected());
    client.stop();
    EXPECT_FALSE(event.is_set());
    const auto again = client.start_async();
    EXPECT_TRUE(again.wait(patience));
    EXPECT_TRUE(event.is_set()) << "one event for the life of the client";
}

TEST_P(Starting, StartFailsAfterItsTimeout) {
    auto& client = make_client(options().hosts(unreachable()));
    EXPECT_LT(time_of([&] { EXPECT_THROW(client.start(50ms), KazooTimeoutError); }), at_once);
    EXPECT_FALSE(client.connected());
    EXPECT_EQ(client.client_state(), KeeperState::CLOSED);
    EXPECT_EQ(failure_of(client.exists_async("/")).code(), ClientErrc::connection_closed);
}

TEST_P(Starting, NamesMayFailToResolve) {
    auto& client = make_client(options().hosts("no-such-host.invalid:2181"));
    const auto event = client.start_async();
    EXPECT_TRUE(wait_for_log("no-such-host.invalid"));
    EXPECT_FALSE(event.is_set());
    EXPECT_LT(time_of([&] { client.stop(); }), at_once);
}

TEST_P(Starting, ClientsAreDestroyedWhileTheyConnect) {
    proxy().freeze();
    auto& failures = record<std::error_code>();
    EXPECT_LT(
        time_of([&] {
            for (int i = 0; i < 5; ++i) {
                KazooClient client(proxied());
                client.start_async();
                client.get_async("/").rawlink([&](AsyncResult<NodeData> result) {
                    failures.add(result.result().error());
                });
                if (i > 2) client.start_async().wait(20ms);
            }
        }),
        at_once
    );
    ASSERT_TRUE(failures.wait_for(5));
    for (const auto& code : failures.all()) EXPECT_EQ(code, Condition::connection_lost);
}

TEST_P(Starting, SuspendedRequestsAreQueued) {
    auto& client = start_client(proxied());
    ASSERT_TRUE(cut_off(client));
    const auto created = client.create_async("/a", "data");
    const auto read = client.get_async("/a");
    const auto path = client.ensure_path_async("/b/c");
    EXPECT_FALSE(created.wait(20ms));
    proxy().restore();
    EXPECT_EQ(created.get(patience), "/a");
    EXPECT_EQ(read.get(patience).data, "data");
    EXPECT_TRUE(path.get(patience));
}

TEST_P(Starting, LostRequestsFailAtOnce) {
    auto& client = make_client(options());
    const auto failure = [&] { return failure_of(client.get_async("/")); };
    EXPECT_EQ(failure().code(), ClientErrc::connection_closed) << "never started";
    EXPECT_EQ(failure().outcome(), Outcome::not_sent);
    client.start(patience);
    EXPECT_FALSE(failure().code());
    client.stop();
    EXPECT_EQ(failure().code(), ClientErrc::connection_closed) << "stopped";
    EXPECT_THROW(client.get("/"), ConnectionClosedError);
    EXPECT_THROW(client.get("/"), SessionExpiredError) << "its base, as in kazoo";
}

TEST_P(Starting, RequestsAfterExpiryFailUntilThereIsANewSession) {
    auto& client = start_client(proxied());
    auto& in_listener = record<std::error_code>();
    client.add_listener([&](KazooState state) {
        if (state != KazooState::LOST) return;
        client.get_async("/").rawlink([&](auto result) { in_listener.add(result.result().error()); }
        );
    });
    const auto id = *client.client_id();
    ASSERT_TRUE(cut_off(client));
    const auto queued = client.create_async("/a");
    end_session(id);
    proxy().restore();
    EXPECT_EQ(failure_of(queued).code(), Errc::session_expired);
    EXPECT_EQ(failure_of(queued).outcome(), Outcome::not_sent);
    ASSERT_TRUE(in_listener.wait_for(1));
    // If the listener runs late, the new session serves the request.
    const auto code = in_listener.all()[0];
    EXPECT_TRUE(!code || code == Errc::session_expired) << code;
    ASSERT_TRUE(client.start_async().wait(patience));
    EXPECT_NE(client.client_id()->session_id, id.session_id);
    EXPECT_TRUE(client.exists("/"));
}

}  // namespace kazoo::behaviour
