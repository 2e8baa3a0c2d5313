// SPDX-License-Identifier: Apache-2.0
// Cancellation by cancel(), deadlines and stop tokens, and the resulting outcomes.
#include "behaviour/suites.hpp"

#include <stop_token>

namespace kazoo::behaviour {
namespace {

CallOptions within(Duration timeout) {
    return CallOptions().timeout(timeout);
}

/// Waits until all requests have been sent to the silent server: from then on a request that times
/// out has an unknown outcome.
bool has_sent_all(KazooClient& client) {
    return wait_until(
        [&] {
            const auto marker = client.set_async("/", "", -1, within(10ms));
            const auto failure = failure_of(marker);
            return failure.code() == Errc::operation_timeout &&
                   failure.outcome() == Outcome::unknown;
        },
        patience
    );
}

void expect_failure(const Error& failure, std::error_code code, Outcome outcome) {
    EXPECT_EQ(failure.code(), code) << failure;
    EXPECT_EQ(failure.outcome(), outcome) << failure;
}

}  // namespace

TEST_P(Cancellation, OfAQueuedRequestWithdrawsIt) {
    auto& client = start_client(proxied());
    ASSERT_TRUE(cut_off(client));
    const auto kept = client.create_async("/kept");
    const auto dropped = client.create_async("/dropped");
    const auto read = client.get_async("/kept");
    EXPECT_TRUE(dropped.cancel());
    expect_failure(failure_of(dropped), ClientErrc::cancelled, Outcome::not_sent);
    EXPECT_FALSE(dropped.cancel()) << "it is over";
    EXPECT_FALSE(kept.ready());
    proxy().restore();
    EXPECT_EQ(kept.get(patience), "/kept");
    EXPECT_FALSE(failure_of(read).code());
    EXPECT_FALSE(client.exists("/dropped")) << "it never left";
}

TEST_P(Cancellation, OfASentRequestAbandonsIt) {
    auto& client = start_client(proxied());
    proxy().freeze();
    const auto write = client.create_async("/written");
    const auto read = client.get_async("/");
    const auto behind = client.create_async("/behind");
    ASSERT_TRUE(has_sent_all(client));
    EXPECT_TRUE(write.cancel());
    EXPECT_TRUE(read.cancel());
    expect_failure(failure_of(write), ClientErrc::cancelled, Outcome::unknown);
    expect_failure(failure_of(read), ClientErrc::cancelled, Outcome::not_applied);
    proxy().restore();
    EXPECT_EQ(behind.get(patience), "/behind") << "the order of the others does not change";
    EXPECT_TRUE(client.exists("/written")) << "unknown it was, and applied";
}

TEST_P(Cancellation, RunsTheCallbacksOnce) {
    auto& client = start_client(proxied());
    proxy().freeze();
    auto& told = record<std::error_code>();
    const auto result = client.get_async("/");
    result.rawlink([&](auto r) { told.add(r.result().error()); });
    EXPECT_TRUE(result.cancel());
    ASSERT_TRUE(told.wait_for(1));
    proxy().restore();
    EXPECT_TRUE(client.exists("/")) << "the reply of the abandoned request has come";
    EXPECT_EQ(told.all(), std::vector<std::error_code>{ClientErrc::cancelled});
}

TEST_P(Cancellation, OfAReadyResultHasNoEffect) {
    const auto good = zk().get_async("/");
    const auto bad = zk().get_async("/absent");
    ASSERT_TRUE(bad.wait(patience));
    EXPECT_FALSE(good.cancel());
    EXPECT_FALSE(bad.cancel());
    EXPECT_TRUE(good.successful());
    EXPECT_EQ(failure_of(bad).code(), Errc::no_node);
}

TEST_P(Cancellation, ReachesTheStepsOfAnOperation) {
    auto& client = start_client(proxied());
    proxy().freeze();
    const auto path = client.ensure_path_async("/a/b/c");
    const auto tree = client.delete_recursive_async("/x");
    const auto node = client.create_async("/d/e", "", CreateOptions().makepath());
    EXPECT_TRUE(path.cancel());
    EXPECT_TRUE(tree.cancel());
    EXPECT_TRUE(node.cancel());
    EXPECT_EQ(failure_of(path).code(), ClientErrc::cancelled);
    EXPECT_EQ(failure_of(tree).code(), ClientErrc::cancelled);
    EXPECT_EQ(failure_of(node).code(), ClientErrc::cancelled);
    proxy().restore();
    EXPECT_TRUE(client.get_children("/").empty()) << "no step followed";
}

TEST_P(Cancellation, DeadlineOnASilentServer) {
    auto& client = start_client(proxied());
    auto& states = record_states(client);
    const auto session = client.client_id()->session_id;
    proxy().freeze();
    const auto write = client.set_async("/", "x", -1, within(200ms));
    const auto read = client.get_async("/", {}, within(200ms));
    expect_failure(failure_of(write), Errc::operation_timeout, Outcome::unknown);
    expect_failure(failure_of(read), Errc::operation_timeout, Outcome::not_applied);
    EXPECT_THROW(client.get("/", {}, within(1ms)), OperationTimeoutError);
    proxy().restore();
    EXPECT_EQ(client.get("/").data, "x") << "the connection is kept";
    EXPECT_EQ(client.client_id()->session_id, session);
    EXPECT_EQ(states.size(), 0U);
}

TEST_P(Cancellation, DeadlineWhileSuspended) {
    auto& client = start_client(proxied());
    ASSERT_TRUE(cut_off(client));
    const auto late = client.create_async("/late", "", {}, within(20ms));
    const auto patient = client.create_async("/patient", "", {}, within(patience));
    expect_failure(failure_of(late), Errc::operation_timeout, Outcome::not_sent);
    proxy().restore();
    EXPECT_EQ(patient.get(patience), "/patient");
    EXPECT_FALSE(client.exists("/late"));
}

TEST_P(Cancellation, DeadlineCoversAllSteps) {
    auto& client = start_client(proxied());
    proxy().freeze();
    EXPECT_EQ(
        failure_of(client.ensure_path_async("/a/b", std::nullopt, within(30ms))).code(),
        Errc::operation_timeout
    );
    EXPECT_EQ(
        failure_of(client.delete_recursive_async("/a", within(30ms))).code(),
        Errc::operation_timeout
    );
    EXPECT_EQ(
        failure_of(client.create_async("/a/b", "", CreateOptions().makepath(), within(30ms)))
            .code(),
        Errc::operation_timeout
    );
}

TEST_P(Cancellation, DeadlineThatHasPassedSendsNothing) {
    for (const auto timeout : {Duration(0), Duration(-1s), Duration::min()}) {
        const auto result = zk().create_async("/a", "", {}, within(timeout));
        expect_failure(failure_of(result), Errc::operation_timeout, Outcome::not_sent);
    }
    EXPECT_FALSE(zk().exists("/a"));
    EXPECT_TRUE(zk().exists("/", {}, within(Duration::max()))) << "and the maximum means no limit";
}

TEST_P(Cancellation, ByAStopToken) {
    auto& client = start_client(proxied());
    std::stop_source source;
    const auto stoppable = CallOptions().stop_token(source.get_token());
    client.create("/before", "", {}, stoppable);
    proxy().freeze();
    const auto one = client.get_async("/", {}, stoppable);
    const auto steps = client.ensure_path_async("/a/b", std::nullopt, stoppable);
    const auto other = client.get_async("/");
    ASSERT_TRUE(has_sent_all(client));
    source.request_stop();
    expect_failure(failure_of(one), ClientErrc::cancelled, Outcome::not_applied);
    EXPECT_EQ(failure_of(steps).code(), ClientErrc::cancelled);
    const auto after = client.create_async("/after", "", {}, stoppable);
    expect_failure(failure_of(after), ClientErrc::cancelled, Outcome::not_sent);
    proxy().restore();
    EXPECT_FALSE(failure_of(other).code());
    EXPECT_EQ(client.get_children("/"), std::vector<std::string>{"before"});
}

TEST_P(Cancellation, ByAStopTokenThatOutlivesEverything) {
    std::stop_source source;
    for (int i = 0; i < 20; ++i) {
        static_cast<void>(zk().exists_async("/", {}, CallOptions().stop_token(source.get_token())));
    }
    zk().stop();
    source.request_stop();
    EXPECT_EQ(
        failure_of(zk().exists_async("/", {}, CallOptions().stop_token(source.get_token()))).code(),
        ClientErrc::cancelled
    );
}

TEST_P(Cancellation, OfAReadDropsItsWatch) {
    auto& client = start_client(proxied());
    auto& told = record<WatchedEvent>();
    proxy().freeze();
    const auto read = client.get_async("/", recording(told));
    EXPECT_TRUE(read.cancel());
    proxy().restore();
    client.set("/", "x");
    client.sync("/");
    client.stop();
    EXPECT_EQ(told.size(), 0U) << "not for the change, not for the end of the session";
}

TEST_P(Cancellation, RacesWithReplies) {
    constexpr int count = 300;
    int cancelled = 0;
    int answered = 0;
    for (int i = 0; i < count; ++i) {
        const auto result = zk().exists_async("/");
        const bool did = result.cancel();
        const auto failure = failure_of(result);
        EXPECT_EQ(did, failure.code() == ClientErrc::cancelled) << failure;
        did ? ++cancelled : ++answered;
    }
    EXPECT_EQ(cancelled + answered, count);
    EXPECT_TRUE(zk().exists("/")) << "and the order of replies is right";
}

}  // namespace kazoo::behaviour
