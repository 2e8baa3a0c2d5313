// SPDX-License-Identifier: Apache-2.0
// Barrier: waits, and what interrupts them.
#include "recipe_fixture.hpp"
#include "watched.hpp"

#include <kazoo/recipes/barrier.hpp>

#include <stop_token>

namespace kazoo::recipe_tests {
namespace {

class BarrierTest : public RecipeTest {
protected:
    std::int64_t session() { return zk().client_id().value().session_id; }
    /// Returns whether a server has received the read of a wait, with its watch.
    bool is_watched() { return becomes_watched(other()); }
};

TEST_P(BarrierTest, HoldsBackUntilItIsRemoved) {
    const Barrier barrier(zk(), "/jobs/gate");
    barrier.create();
    barrier.create();
    const auto waiting = barrier.wait_async();
    ASSERT_TRUE(is_watched());
    EXPECT_FALSE(waiting.ready());
    other().delete_("/jobs/gate");
    waiting.get(patience);
    barrier.wait();
    EXPECT_FALSE(barrier.remove());
    barrier.create();
    EXPECT_EQ(other().get("/jobs/gate").data, "");
    EXPECT_TRUE(barrier.remove());
    EXPECT_FALSE(other().exists("/jobs/gate"));
}

TEST_P(BarrierTest, AChangeOfItsDataDoesNotOpenIt) {
    const Barrier barrier(zk(), "/gate");
    barrier.create();
    const auto first = barrier.wait_async();
    const auto second = barrier.wait_async();
    ASSERT_TRUE(is_watched());
    other().set("/gate", "1");
    ASSERT_TRUE(is_watched()) << "the watch is set again";
    EXPECT_FALSE(first.ready() || second.ready());
    other().delete_("/gate");
    first.get(patience);
    second.get(patience);
}

TEST_P(BarrierTest, AWaitEndsAtItsTimeLimit) {
    const Barrier barrier(zk(), "/gate");
    barrier.create();
    const auto error = error_of(barrier.wait_async(CallOptions().timeout(20ms)));
    EXPECT_EQ(error.code(), Errc::operation_timeout);
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    EXPECT_EQ(error.path(), "/gate");
    EXPECT_STREQ(error.operation(), "Barrier");
    EXPECT_THROW(barrier.wait(CallOptions().timeout(0ms)), OperationTimeoutError);
    server.inject(Fault::hold().on(Request::exists));
    EXPECT_EQ(
        error_of(barrier.wait_async(CallOptions().timeout(20ms))).code(), Errc::operation_timeout
    ) << "also while the server does not answer";
}

TEST_P(BarrierTest, AWaitCanBeCancelled) {
    const Barrier barrier(zk(), "/gate");
    barrier.create();
    const auto cancelled = barrier.wait_async();
    std::stop_source stop;
    const auto stopped = barrier.wait_async(CallOptions().stop_token(stop.get_token()));
    const auto third = barrier.wait_async();
    ASSERT_TRUE(is_watched());
    EXPECT_TRUE(cancelled.cancel());
    stop.request_stop();
    EXPECT_EQ(error_of(cancelled).code(), ClientErrc::cancelled);
    EXPECT_EQ(error_of(stopped).code(), ClientErrc::cancelled);
    EXPECT_FALSE(third.ready()) << "others continue";
    other().delete_("/gate");
    third.get(patience);
}

TEST_P(BarrierTest, AWaitSurvivesAReconnect) {
    const Barrier barrier(zk(), "/gate");
    barrier.create();
    const auto waiting = barrier.wait_async();
    ASSERT_TRUE(is_watched());
    const testing_support::StateLog states(zk());
    server.handshakes(testing::Handshake::refuse);
    server.drop_connection(session());
    ASSERT_TRUE(states.wait_for(KazooState::SUSPENDED));
    other().delete_("/gate");
    EXPECT_FALSE(waiting.ready());
    server.clear_faults();
    waiting.get(patience);
}

TEST_P(BarrierTest, AWaitSurvivesTheLossOfTheSession) {
    const Barrier barrier(zk(), "/gate");
    barrier.create();
    const auto waiting = barrier.wait_async();
    ASSERT_TRUE(is_watched());
    const auto held = server.inject(Fault::fail(Errc::connection_loss).on(Request::exists));
    expire_session();
    other().delete_("/gate");  // no watch reports it
    server.remove(held);
    waiting.get(patience);
}

TEST_P(BarrierTest, LostRepliesAreNoErrors) {
    const Barrier barrier(zk(), "/a/gate");
    server.inject(Fault::drop_after().on(Request::create).session(session()).times(2));
    barrier.create();
    EXPECT_TRUE(other().exists("/a/gate"));
    server.inject(Fault::drop_after().on(Request::exists).session(session()).once());
    const auto waiting = barrier.wait_async();
    server.inject(Fault::drop_after().on(Request::delete_).session(session()).once());
    EXPECT_TRUE(barrier.remove()) << "removed by this call, although its reply was lost";
    waiting.get(patience);
}

TEST_P(BarrierTest, ErrorsThatDoNotPassFailTheCall) {
    const Barrier barrier(zk(), "/gate");
    server.inject(Fault::fail(Errc::no_auth).on(Request::exists).session(session()));
    EXPECT_EQ(error_of(barrier.wait_async()).code(), Errc::no_auth);
    EXPECT_EQ(error_of(barrier.remove_async()).code(), Errc::no_auth);
    testing_support::thrown<BadArgumentsError>([&] { const Barrier root(zk(), "/"); });
    testing_support::thrown<BadArgumentsError>([&] { const Barrier none(zk(), "/a/../b"); });
}

TEST_P(BarrierTest, WaitsOutliveTheObjectAndFollowAMovedClient) {
    other().create("/gate");
    KazooClient client(options());
    client.start(patience);
    AsyncResult<void> waiting;
    {
        const Barrier barrier(client, "/gate");
        waiting = barrier.wait_async();
    }
    ASSERT_TRUE(is_watched());
    KazooClient moved(std::move(client));
    other().delete_("/gate");
    waiting.get(patience);
}

TEST_P(BarrierTest, WaitsEndWithTheClient) {
    other().create("/gate");
    std::optional<Barrier> barrier;
    AsyncResult<void> stopped;
    AsyncResult<void> destroyed;
    {
        KazooClient client(options());
        client.start(patience);
        barrier.emplace(client, "/gate");
        stopped = barrier->wait_async();
        ASSERT_TRUE(is_watched());
        client.stop();
        EXPECT_EQ(error_of(stopped).code(), ClientErrc::connection_closed);
        client.start(patience);
        destroyed = barrier->wait_async();
        ASSERT_TRUE(is_watched());
    }
    EXPECT_EQ(error_of(destroyed).code(), ClientErrc::connection_closed);
    EXPECT_EQ(error_of(barrier->wait_async()).code(), ClientErrc::connection_closed);
    EXPECT_EQ(error_of(barrier->create_async()).code(), ClientErrc::connection_closed);
}

TEST_P(BarrierTest, ABlockingWaitInAWatchFunctionIsRefused) {
    const Barrier barrier(zk(), "/gate");
    barrier.create();
    auto codes = std::make_shared<Recorder<std::error_code>>();
    zk().exists("/fires", Watcher([codes, &barrier](const WatchedEvent&) {
                    try {
                        barrier.wait(CallOptions().timeout(patience));
                    } catch (const KazooException& error) {
                        codes->add(error.code());
                    }
                }));
    zk().create("/fires");
    ASSERT_TRUE(codes->wait_for(1));
    EXPECT_EQ(codes->all()[0], ClientErrc::would_deadlock);
}

KAZOO_ON_EACH_HANDLER(BarrierTest);

}  // namespace
}  // namespace kazoo::recipe_tests
