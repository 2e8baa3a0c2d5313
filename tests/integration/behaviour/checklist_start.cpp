// Rows 8-14: start_async, its event, and unreachable servers.
#include "behaviour/suites.hpp"
#include "support/loopback.hpp"
#include "support/wait_until.hpp"

#include <stdexcept>

namespace kazoo::behaviour {
namespace {

/// A port where no server listens.
std::string unreachable() {
    return "127.0.0.1:" + std::to_string(free_port());
}

}  // namespace

TEST_P(Checklist, Row08_StartAsyncReturnsAtOnce) {
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

TEST_P(Checklist, Row09_StartAsyncReturnsAnEvent) {
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

TEST_P(Checklist, Row10_WaitThenConnected) {
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

TEST_P(Checklist, Row11_StopEndsTheAttempts) {
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

TEST_P(Checklist, Row11_StopEndsAHandshakeWithoutReply) {
    auto& client = make_client(proxied());
    proxy().freeze();
    const auto event = client.start_async();
    ASSERT_TRUE(wait_until([&] { return proxy().accepted() > 0; }, patience));
    EXPECT_LT(time_of([&] { client.stop(); }), at_once);
    EXPECT_FALSE(event.is_set());
}

TEST_P(Checklist, Row12_TheProgramThrowsItsOwnError) {
    const auto program = [&] {
        auto& client = make_client(options().hosts(unreachable()));
        auto event = client.start_async();
        event.wait(50ms);
        if (!client.connected()) {
            client.stop();
            throw std::logic_error("Unable to connect.");
        }
    };
    EXPECT_THROW(program(), std::logic_error);
}

TEST_P(Checklist, Row13_TheEventFollowsTheConnection) {
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

TEST_P(Checklist, Row14_StartFailsAfterItsTimeout) {
    auto& client = make_client(options().hosts(unreachable()));
    EXPECT_LT(time_of([&] { EXPECT_THROW(client.start(50ms), KazooTimeoutError); }), at_once);
    EXPECT_FALSE(client.connected());
    EXPECT_EQ(client.client_state(), KeeperState::CLOSED);
    EXPECT_EQ(failure_of(client.exists_async("/")).code(), ClientErrc::connection_closed);
}

TEST_P(Checklist, Row14_NamesMayFailToResolve) {
    auto& client = make_client(options().hosts("no-such-host.invalid:2181"));
    const auto event = client.start_async();
    EXPECT_TRUE(wait_for_log("no-such-host.invalid"));
    EXPECT_FALSE(event.is_set());
    EXPECT_LT(time_of([&] { client.stop(); }), at_once);
}

TEST_P(Checklist, Row14_ClientsAreDestroyedWhileTheyConnect) {
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

}  // namespace kazoo::behaviour
