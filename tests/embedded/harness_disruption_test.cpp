// SPDX-License-Identifier: Apache-2.0
// Lost connections and expired sessions that the test harness causes on embedded servers.
#include "embedded_fixture.hpp"

#include <kazoo/handlers/asio.hpp>
#include <kazoo/testing/test_harness.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using testing::HarnessOptions;
using testing::TestHarness;

using States = std::vector<KazooState>;

TEST(HarnessDisruption, ALostConnectionHasBeenReportedWhenTheCallReturns) {
    TestHarness harness;
    auto& zk = harness.client();
    const StateLog states(zk);
    const auto session = zk.client_id();
    zk.create("/mine", "", CreateOptions().ephemeral());
    for (std::size_t round = 1; round <= 20; ++round) {
        harness.lose_connection(zk);
        EXPECT_EQ(states.states().size(), 2 * round);
        EXPECT_EQ(states.states().back(), CONNECTED);
        EXPECT_TRUE(zk.connected());
        EXPECT_EQ(zk.client_id(), session);
    }
    EXPECT_EQ(states.states().front(), SUSPENDED);
    EXPECT_TRUE(zk.exists("/mine"));
}

TEST(HarnessDisruption, AnExpiredSessionHasBeenReportedWhenTheCallReturns) {
    TestHarness harness;
    auto& zk = harness.client();
    auto& witness = harness.make_client();
    harness.start(witness);
    const StateLog states(zk);
    const StateLog others(witness);
    States expected;
    for (int round = 0; round < 20; ++round) {
        const auto session = zk.client_id();
        zk.create("/mine", "", CreateOptions().ephemeral());
        harness.expire_session(zk);
        expected.insert(expected.end(), {SUSPENDED, LOST, CONNECTED});
        EXPECT_EQ(states.states(), expected);
        EXPECT_NE(zk.client_id()->session_id, session->session_id);
        EXPECT_FALSE(witness.exists("/mine"));
    }
    EXPECT_TRUE(others.states().empty()) << "other clients are not affected";
}

TEST(HarnessDisruption, AClientThatIsConnectingIsWaitedFor) {
    TestHarness harness(HarnessOptions().server_options(ServerOptions()));
    auto& zk = harness.make_client();
    const StateLog states(zk);
    zk.start_async();
    harness.lose_connection(zk);
    EXPECT_EQ(states.states(), (States{CONNECTED, SUSPENDED, CONNECTED}));
    harness.server().handshakes(Handshake::refuse, 3);
    harness.server().drop_connections();
    harness.expire_session(zk);
    EXPECT_EQ(states.states().back(), CONNECTED);
    EXPECT_EQ(states.states()[states.states().size() - 2], LOST);
}

TEST(HarnessDisruption, FailsWhenTheDeadlinePasses) {
    TestHarness harness(HarnessOptions().server_options(ServerOptions()).timeout(300ms));
    auto& zk = harness.client();
    harness.server().handshakes(Handshake::refuse);
    const auto lost = thrown<KazooTimeoutError>([&] { harness.lose_connection(zk); });
    EXPECT_STREQ(lost.operation(), "lose_connection");
    const std::string expected =
        "expected SUSPENDED and CONNECTED within 300 ms, the client has reported SUSPENDED; "
        "its state is CONNECTING";
    EXPECT_EQ(lost.detail().substr(0, expected.size()), expected);
    const auto expired = thrown<KazooTimeoutError>([&] { harness.expire_session(zk, 50ms); });
    EXPECT_STREQ(expired.operation(), "expire_session");
}

TEST(HarnessDisruption, FailsAtOnceIfTheClientIsNotStarted) {
    TestHarness harness;
    auto& zk = harness.make_client();
    thrown<ConnectionClosedError>([&] { harness.lose_connection(zk, 1h); });
    harness.start(zk);
    harness.lose_connection(zk);
    zk.stop();
    thrown<ConnectionClosedError>([&] { harness.expire_session(zk, 1h); });
}

TEST(HarnessDisruption, FailsIfTheClientIsStoppedMeanwhile) {
    TestHarness harness(HarnessOptions().server_options(ServerOptions()));
    auto& zk = harness.client();
    harness.server().handshakes(Handshake::refuse);
    const auto lost = harness.lose_connection_async(zk, 1h);
    EXPECT_TRUE(becomes_true([&] { return zk.state() == SUSPENDED; }));
    zk.stop();
    thrown<ConnectionClosedError>([&] { lost.get(patience); });
}

TEST(HarnessDisruption, FailsIfTheSessionEndsInsteadOfTheConnection) {
    TestHarness harness(HarnessOptions().server_options(ServerOptions()));
    auto& zk = harness.client();
    harness.server().handshakes(Handshake::expired, 1);
    thrown<SessionExpiredError>([&] { harness.lose_connection(zk); });
}

TEST(HarnessDisruption, FailsIfTheClientIsConnectedToAnotherServer) {
    TestHarness harness;
    Server another;
    StartedClient zk(another.hosts());
    thrown<UnknownSessionError>([&] { harness.expire_session(zk, 1h); });
    thrown<UnknownSessionError>([&] { harness.lose_connection(zk, 1h); });
}

TEST(HarnessDisruption, FailsIfExternalServersReplaceSessions) {
    Server keeper(ServerOptions().release(Release::clickhouse_keeper));
    TestHarness harness(HarnessOptions().hosts(keeper.hosts()));
    auto& zk = harness.client();
    thrown<UnimplementedError>([&] { harness.expire_session(zk); });
}

TEST(HarnessDisruption, FailsIfNoExternalServerCanBeReached) {
    Server server;
    TestHarness harness(HarnessOptions().hosts(server.hosts()));
    auto& zk = harness.client();
    server.handshakes(Handshake::refuse);
    const auto error = thrown<KazooTimeoutError>([&] { harness.expire_session(zk, 300ms); });
    EXPECT_NE(error.detail().find("take over its session: 127.0.0.1:"), std::string::npos) << error;
    server.handshakes(Handshake::normal);
    harness.expire_session(zk);
}

TEST(HarnessDisruption, ExternalServersOfAnEnsembleAreTriedInTurn) {
    Ensemble ensemble(2);
    ensemble[0].stop();
    TestHarness harness(HarnessOptions().hosts(ensemble.hosts()));
    auto& zk = harness.client();
    const StateLog states(zk);
    harness.lose_connection(zk);
    EXPECT_EQ(states.states(), (States{SUSPENDED, CONNECTED}));
    harness.expire_session(zk);
    EXPECT_EQ(states.states().back(), CONNECTED);
    EXPECT_EQ(states.states()[states.states().size() - 2], LOST);
}

TEST(HarnessDisruption, ResultsOfTheAsynchronousFormsCanBeCancelled) {
    TestHarness harness(HarnessOptions().server_options(ServerOptions()));
    auto& zk = harness.client();
    harness.get(harness.lose_connection_async(zk));
    harness.get(harness.expire_session_async(zk));
    harness.server().handshakes(Handshake::refuse);
    const auto lost = harness.lose_connection_async(zk, 1h);
    const auto expired = harness.expire_session_async(zk, 1h);
    EXPECT_TRUE(lost.cancel());
    thrown<CancelledError>([&] { lost.get(patience); });
    EXPECT_FALSE(expired.wait(10ms));
    harness.tear_down();
    EXPECT_TRUE(expired.ready()) << "tear_down ends what is under way";
    thrown<CancelledError>([&] { expired.get(patience); });
    StartedClient another(harness.hosts().substr(0, harness.hosts().find('/')));
    const auto late = harness.lose_connection_async(another);
    thrown<ConfigurationError>([&] { late.get(patience); });
}

/// A loop that the thread of the test runs, by means of the harness.
class HarnessOnALoop : public ::testing::Test {
protected:
    ClientOptions on_loop() {
        return ClientOptions()
            .handler(std::make_shared<SequentialAsioHandler>(context))
            .connection_retry(RetryPolicy().delay(5ms).max_delay(50ms));
    }

    boost::asio::io_context context;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
        context.get_executor()};
    HarnessOptions options =
        HarnessOptions().client_options(on_loop()).run_loop([this](auto limit) {
            context.run_one_for(limit);
        });
};

TEST_F(HarnessOnALoop, IsRunWhileTheHarnessWaits) {
    const auto thread = std::this_thread::get_id();
    States states;
    auto add = [&](KazooState state) {
        EXPECT_EQ(std::this_thread::get_id(), thread);
        states.push_back(state);
    };
    {
        TestHarness harness(options);
        auto& zk = harness.make_client();
        zk.add_listener(add);
        harness.start(zk);
        harness.lose_connection(zk);
        EXPECT_EQ(states, (States{CONNECTED, SUSPENDED, CONNECTED}));
        harness.expire_session(zk);
        EXPECT_EQ(states, (States{CONNECTED, SUSPENDED, CONNECTED, SUSPENDED, LOST, CONNECTED}));
        EXPECT_EQ(harness.get(zk.create_async("/a", "data")), "/a");
        bool called = false;
        harness.client().get_async("/a").rawlink([&](const AsyncResult<NodeData>& node) {
            called = node.get().data == "data";
        });
        EXPECT_TRUE(harness.wait([&] { return called; }));
        harness.stop(zk);
        EXPECT_EQ(states.back(), LOST);
        thrown<ConnectionClosedError>([&] { harness.lose_connection(zk); });
    }
    EXPECT_EQ(states.size(), 7U);
}

TEST_F(HarnessOnALoop, IsRunForTheAsynchronousForms) {
    TestHarness harness(options);
    auto& zk = harness.client();
    int reported = 0;
    zk.add_listener([&](KazooState) { ++reported; });
    harness.get(harness.lose_connection_async(zk));
    EXPECT_EQ(reported, 2);
    thrown<CancelledError>([&] {
        const auto expired = harness.expire_session_async(zk);
        expired.cancel();
        harness.get(expired);
    });
}

TEST_F(HarnessOnALoop, ExceptionsOfTheLoopLeaveTheHarness) {
    TestHarness harness(options);
    auto& zk = harness.client();
    boost::asio::post(context, [] { throw std::logic_error("of the test"); });
    EXPECT_THROW(harness.lose_connection(zk), std::logic_error);
    EXPECT_TRUE(zk.connected()) << "the wait has been finished";
    boost::asio::post(context, [] { throw std::logic_error("of the test"); });
    EXPECT_THROW(harness.wait([] { return false; }), std::logic_error);
}

TEST_F(HarnessOnALoop, CoroutinesAwaitTheAsynchronousForms) {
    TestHarness harness(options);
    auto& zk = harness.client();
    const auto session = zk.client_id();
    const auto test = [](TestHarness& on, KazooClient& client) -> AsyncResult<std::string> {
        const auto lost = on.lose_connection_async(client);
        co_await lost;
        const auto expired = on.expire_session_async(client);
        co_await expired;
        const auto created = client.create_async("/a");
        co_return co_await created;
    };
    EXPECT_EQ(harness.get(test(harness, zk)), "/a");
    EXPECT_NE(zk.client_id(), session);
}

TEST_F(HarnessOnALoop, BlockingInACallbackIsRefusedBeforeAnythingHappens) {
    auto harness = std::make_unique<TestHarness>(HarnessOptions().client_options(on_loop()));
    auto running = std::async(std::launch::async, [this] { context.run(); });
    auto& zk = harness->client();
    const StateLog states(zk);
    std::promise<std::error_code> refused;
    boost::asio::post(context, [&] {
        refused.set_value(thrown<WouldDeadlockError>([&] { harness->lose_connection(zk); }).code());
    });
    EXPECT_EQ(refused.get_future().get(), ClientErrc::would_deadlock);
    EXPECT_TRUE(states.states().empty());
    harness->lose_connection(zk);  // another thread than that of the loop may block
    EXPECT_EQ(states.states(), (States{SUSPENDED, CONNECTED}));
    harness.reset();
    work.reset();
    running.get();
}

}  // namespace
}  // namespace kazoo::embedded_tests
