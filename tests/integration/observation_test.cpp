// SPDX-License-Identifier: Apache-2.0
// What a client shows of itself: metrics, a dump, and the server that it is connected to.
#include "support/fault_fixture.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kazoo::testing_support {
namespace {

class Observation : public FaultTest {
protected:
    static OperationMetrics of(const KazooClient& zk, std::string_view operation) {
        const auto metrics = zk.metrics();
        const auto* const found = metrics.find(operation);
        return found != nullptr ? *found : OperationMetrics();
    }
};

TEST_P(Observation, OperationsAreCountedByOutcome) {
    StartedClient zk(direct());
    EXPECT_EQ(zk.metrics().find("get"), nullptr);
    zk.create("/a", "data");
    EXPECT_EQ(zk.get("/a").data, "data");
    EXPECT_FALSE(zk.exists("/missing"));
    thrown<NoNodeError>([&] { static_cast<void>(zk.get("/missing")); });
    thrown<BadVersionError>([&] { zk.set("/a", "x", 17); });
    thrown<BadArgumentsError>([&] { zk.set("no//../path", "x"); });
    EXPECT_EQ(of(zk, "create").succeeded, 1U);
    EXPECT_EQ(of(zk, "get").succeeded, 1U);
    EXPECT_EQ(of(zk, "get").not_applied, 1U);
    EXPECT_EQ(of(zk, "exists").succeeded, 1U) << "a missing node is an answer";
    EXPECT_EQ(of(zk, "set").not_applied, 1U);
    EXPECT_EQ(of(zk, "set").not_sent, 1U) << "refused by the client";
    EXPECT_EQ(of(zk, "set").ended(), 2U);
    EXPECT_EQ(of(zk, "get").on_the_wire.count(), 2U);
    EXPECT_EQ(of(zk, "get").queued.count(), 2U);
    EXPECT_EQ(of(zk, "set").on_the_wire.count(), 1U);
}

TEST_P(Observation, ALostWriteIsUnknown) {
    StartedClient zk(through_proxy());
    zk.create("/a", "data");
    proxy().freeze();
    const auto lost = zk.set_async("/a", "x");
    ASSERT_TRUE(wait_until([&] { return zk.metrics().requests_in_flight == 1; }, patience));
    EXPECT_EQ(of(zk, "set").ended(), 0U);
    proxy().cut();
    EXPECT_EQ(failure_of(lost).outcome(), Outcome::unknown);
    EXPECT_EQ(of(zk, "set").unknown, 1U);
    EXPECT_EQ(zk.metrics().requests_in_flight, 0U);
}

TEST_P(Observation, ReconnectsAndQueuedRequestsAreShown) {
    StartedClient zk(through_proxy());
    StateLog states(zk);
    auto metrics = zk.metrics();
    EXPECT_TRUE(metrics.connected);
    EXPECT_EQ(metrics.sessions_established, 1U);
    EXPECT_EQ(metrics.connections, 1U);
    EXPECT_EQ(zk.connected_server(), proxy().hosts());
    proxy().cut();
    ASSERT_TRUE(states.wait_for(SUSPENDED));
    const auto waiting = zk.get_async("/");
    metrics = zk.metrics();
    EXPECT_FALSE(metrics.connected);
    EXPECT_EQ(metrics.requests_queued, 1U);
    EXPECT_EQ(metrics.requests_in_flight, 0U);
    EXPECT_EQ(zk.connected_server(), std::nullopt);
    ASSERT_TRUE(wait_until([&] { return zk.metrics().failed_attempts > 0; }, patience));
    proxy().restore();
    EXPECT_FALSE(failure_of(waiting).code());
    metrics = zk.metrics();
    EXPECT_EQ(metrics.sessions_established, 1U);
    EXPECT_EQ(metrics.reconnects, 1U);
    EXPECT_EQ(metrics.lost(LossReason::closed), 1U);
    EXPECT_GT(metrics.bytes_sent, 0U);
    EXPECT_GT(metrics.bytes_received, 0U);
}

TEST_P(Observation, TheWaitForLanesIsSampled) {
    auto& zk = make_client(direct());
    zk.add_listener([](KazooState) {});
    zk.start(patience);
    zk.create("/a", "data");
    const auto sampled = [&](Lane lane) { return zk.metrics().lane(lane).wait.count() > 0; };
    ASSERT_TRUE(wait_until(
        [&] {
            static_cast<void>(zk.exists("/a"));
            return sampled(Lane::completion);
        },
        patience
    ));
    ASSERT_TRUE(wait_until([&] { return sampled(Lane::session); }, patience)) << "CONNECTED";
    EXPECT_FALSE(sampled(Lane::callback)) << "there was no watch event";
    EXPECT_NE(zk.dump().find("lane completion: wait "), std::string::npos);
}

TEST_P(Observation, WatchesAreShown) {
    StartedClient zk(direct());
    zk.create("/a", "data");
    auto& events = record<WatchedEvent>();
    static_cast<void>(zk.get("/a", recording(events)));
    EXPECT_EQ(zk.metrics().watches_registered, 1U);
    EXPECT_EQ(zk.metrics().watch_events, 0U);
    zk.set("/a", "other");
    ASSERT_TRUE(events.wait_for(1));
    EXPECT_EQ(zk.metrics().watches_registered, 0U);
    EXPECT_EQ(zk.metrics().watch_events, 1U);
}

TEST_P(Observation, CountersContinueWithTheNextSession) {
    StartedClient zk(direct());
    zk.create("/a", "data");
    zk.stop();
    EXPECT_EQ(zk.metrics().sessions_established, 1U);
    EXPECT_FALSE(zk.metrics().connected);
    EXPECT_EQ(zk.connected_server(), std::nullopt);
    thrown<ConnectionClosedError>([&] { static_cast<void>(zk.get("/a")); });
    EXPECT_EQ(of(zk, "get").not_sent, 1U);
    zk.start(patience);
    EXPECT_EQ(zk.get("/a").data, "data");
    EXPECT_EQ(zk.metrics().sessions_established, 2U);
    EXPECT_EQ(of(zk, "create").succeeded, 1U);
    EXPECT_EQ(of(zk, "get").succeeded, 1U);
}

TEST_P(Observation, ASourceOfMetricsDoesNotKeepTheClientAlive) {
    std::optional<StartedClient> zk(direct());
    zk->create("/a", "data");
    const auto source = zk->metrics_source();
    const auto metrics = source();
    ASSERT_TRUE(metrics);
    EXPECT_EQ(metrics->sessions_established, 1U);
    StartedClient moved(std::move(*zk));
    EXPECT_TRUE(source()) << "it follows the client";
    zk.reset();
    zk.emplace(std::move(moved));
    zk->stop();
    zk.reset();
    ASSERT_TRUE(wait_until([&] { return !source(); }, patience));
}

TEST_P(Observation, ADumpShowsTheClient) {
    StartedClient zk(through_proxy().client_name("billing"));
    zk.create("/a", "data");
    static_cast<void>(zk.get("/a", [](const WatchedEvent&) {}));
    proxy().freeze();
    const auto read = zk.get_async("/a", CallOptions().resend(Resend::nothing));
    ASSERT_TRUE(wait_until([&] { return zk.metrics().requests_in_flight == 1; }, patience));
    const auto text = zk.dump();
    for (const auto& part :
         {std::string("client: billing\n"),
          std::string("state: CONNECTED"),
          "server: " + proxy().hosts(),
          "chroot: " + chroot(),
          std::string("requests: 1 in flight, 0 queued\n"),
          std::string(" get /a, in flight, called "),
          std::string("watches: 1\n  /a (data), functions: 1\n"),
          std::string("connections, latest last:\n"),
          std::string(": connected\n"),
          std::string("callbacks waiting: ")}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
    }
    proxy().cut();
    EXPECT_EQ(failure_of(read).code(), Errc::connection_loss);
    ASSERT_TRUE(wait_until(
        [&] { return zk.dump().find("connection lost: ") != std::string::npos; }, patience
    ));
}

// All handles for one path and mode share the requests for their watch.
TEST_P(Observation, TheRequestsOfWatchHandlesAreShown) {
    StartedClient zk(through_proxy());
    proxy().freeze();
    const auto handle = zk.add_watch_async("/a", WatchMode::persistent, [](const auto&) {});
    ASSERT_TRUE(wait_until([&] { return zk.metrics().requests_in_flight == 1; }, patience));
    const auto text = zk.dump();
    EXPECT_NE(text.find(" /a, in flight, called "), std::string::npos) << text;
    proxy().restore();
    EXPECT_TRUE(handle.get(patience).active());
    EXPECT_EQ(of(zk, "add_watch").succeeded, 1U);
    EXPECT_LT(of(zk, "add_watch").queued.max(), patience);
}

TEST_P(Observation, ADumpOfManyRequestsIsShort) {
    StartedClient zk(through_proxy());
    proxy().freeze();
    std::vector<AsyncResult<NodeData>> reads;
    for (int i = 0; i < 1000; ++i) {
        reads.push_back(zk.get_async("/" + std::string(1000, 'x')));
    }
    const auto text = zk.dump();
    EXPECT_NE(text.find("\n  and 980 more\n"), std::string::npos) << text;
    EXPECT_LT(text.size(), 10'000U) << "long paths are cut";
    proxy().cut();
}

TEST_P(Observation, ADumpContainsNoSecrets) {
    StartedClient zk(direct().auth_data({{"digest", "user:open-sesame"}}));
    zk.create("/a", "confidential");
    const auto text = zk.dump();
    EXPECT_NE(text.find("session: 0x"), std::string::npos);
    for (const auto& secret :
         {std::string("sesame"), std::string("confidential"), zk.client_id().value().password}) {
        EXPECT_EQ(text.find(secret), std::string::npos) << text;
    }
}

TEST_P(Observation, AClientThatWasNeverStartedHasADump) {
    const KazooClient zk(direct());
    const auto text = zk.dump();
    EXPECT_NE(text.find("state: CLOSED\nsession: none\nserver: none\n"), std::string::npos) << text;
    EXPECT_NE(text.find("connections: none yet"), std::string::npos) << text;
}

KAZOO_ON_OWN_HANDLERS(Observation);

}  // namespace
}  // namespace kazoo::testing_support
