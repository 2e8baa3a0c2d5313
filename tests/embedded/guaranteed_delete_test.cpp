// SPDX-License-Identifier: Apache-2.0
// Guaranteed deletes: lost connections and sessions, callers that stop waiting, and nodes that were
// created again.
#include "embedded_fixture.hpp"

#include <algorithm>
#include <stop_token>
#include <string>

namespace kazoo::embedded_tests {
namespace {

class GuaranteedDelete : public ::testing::Test {
protected:
    void SetUp() override {
        czxid = create();
        session = zk.session();
    }
    /// Creates the node. Returns its czxid.
    std::int64_t create() { return other.create_with_stat("/a", "x").stat.czxid; }
    bool becomes_gone() {
        return becomes_true([&] { return !other.exists("/a"); });
    }
    /// Closes the client's connection. Until the faults are cleared, it cannot connect again.
    void disconnect() {
        const StateLog states(zk);
        server.handshakes(Handshake::refuse);
        server.drop_connection(session);
        EXPECT_TRUE(states.wait_for(SUSPENDED));
    }
    /// The same by a deletion, whose reply is lost.
    AsyncResult<void> lose() {
        const StateLog states(zk);
        server.inject(Fault::drop_after().on(Request::delete_).session(session).once());
        server.handshakes(Handshake::refuse);
        auto result = zk.delete_guaranteed_async("/a", czxid);
        EXPECT_TRUE(states.wait_for(SUSPENDED));
        return result;
    }
    bool logs(const std::string& text) {
        return becomes_true([&] {
            const auto lines = logged.all();
            return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
                return line.find(text) != std::string::npos;
            });
        });
    }
    ClientOptions options() {
        return to(server.hosts()).logger(Logger([this](LogLevel, std::string_view line) {
            logged.add(std::string(line));
        }));
    }

    Server server;
    testing_support::Recorder<std::string> logged;
    StartedClient other{server.hosts()};
    StartedClient zk{options()};
    std::int64_t session = 0;
    std::int64_t czxid = 0;
};

TEST_F(GuaranteedDelete, DeletesTheNodeAndNoOther) {
    zk.set("/a", "changed");
    zk.delete_guaranteed("/a", czxid);
    EXPECT_FALSE(other.exists("/a"));
    zk.delete_guaranteed("/a", czxid);  // it does not exist any more, which is what is wanted
    const auto again = create();
    zk.delete_guaranteed("/a", czxid);
    EXPECT_TRUE(other.exists("/a")) << "another node";
    zk.delete_guaranteed("/a", again);
    EXPECT_FALSE(other.exists("/a"));
}

TEST_F(GuaranteedDelete, IsRepeatedAfterLostConnections) {
    server.inject(Fault::drop_before().on(Request::delete_).session(session).times(2));
    server.inject(Fault::drop_before().on(Request::sync).session(session).skip(1).once());
    server.inject(Fault::fail(Errc::throttled_op).on(Request::exists).session(session).once());
    zk.delete_guaranteed("/a", czxid);
    EXPECT_FALSE(other.exists("/a"));
}

TEST_F(GuaranteedDelete, LeavesANodeThatWasCreatedAfterTheReplyWasLost) {
    const auto result = lose();
    ASSERT_FALSE(other.exists("/a"));
    create();
    server.clear_faults();
    result.get(patience);
    EXPECT_TRUE(other.exists("/a"));
}

TEST_F(GuaranteedDelete, GoesOnAfterTheTimeLimit) {
    disconnect();
    const auto error = thrown<OperationTimeoutError>([&] {
        zk.delete_guaranteed("/a", czxid, CallOptions().timeout(20ms));
    });
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    EXPECT_STREQ(error.operation(), "delete_guaranteed");
    EXPECT_EQ(error.path(), "/a");
    EXPECT_TRUE(other.exists("/a"));
    server.clear_faults();
    EXPECT_TRUE(becomes_gone());
}

TEST_F(GuaranteedDelete, GoesOnAfterACancellation) {
    disconnect();
    std::stop_source source;
    const auto stopped =
        zk.delete_guaranteed_async("/a", czxid, CallOptions().stop_token(source.get_token()));
    source.request_stop();
    thrown<CancelledError>([&] { stopped.get(patience); });
    server.clear_faults();
    EXPECT_TRUE(becomes_gone());

    czxid = create();
    disconnect();
    const auto cancelled = zk.delete_guaranteed_async("/a", czxid);
    EXPECT_TRUE(cancelled.cancel());
    thrown<CancelledError>([&] { cancelled.get(patience); });
    server.clear_faults();
    EXPECT_TRUE(becomes_gone());
}

TEST_F(GuaranteedDelete, GoesOnInTheNextSession) {
    disconnect();
    const auto waited_for = zk.delete_guaranteed_async("/a", czxid);
    const auto second = other.create_with_stat("/b").stat.czxid;
    thrown<OperationTimeoutError>([&] {
        zk.delete_guaranteed("/b", second, CallOptions().timeout(20ms));
    });
    server.expire_session(session);
    server.clear_faults();
    waited_for.get(patience);
    EXPECT_FALSE(other.exists("/a"));
    EXPECT_TRUE(becomes_true([&] { return !other.exists("/b"); }));
}

TEST_F(GuaranteedDelete, LeavesANodeThatWasCreatedWhileNobodyWaited) {
    ClientLimits limits;
    limits.guaranteed = 1;
    StartedClient limited(to(server.hosts()).limits(limits));
    server.handshakes(Handshake::refuse);
    server.drop_connection(limited.session());
    ASSERT_TRUE(becomes_true([&] { return !limited.connected(); }));
    thrown<OperationTimeoutError>([&] {
        limited.delete_guaranteed("/a", czxid, CallOptions().timeout(20ms));
    });
    other.delete_("/a");
    const auto again = create();
    server.clear_faults();
    ASSERT_TRUE(becomes_true([&] {
        return limited.delete_guaranteed_async("/z", 1).result().has_value();
    })) << "the first one has ended";
    EXPECT_EQ(other.exists("/a")->czxid, again);
}

TEST_F(GuaranteedDelete, ReadsAgainIfTheDataWasSetMeanwhile) {
    server.inject(Fault::fail(Errc::bad_version).on(Request::delete_).times(3));
    zk.delete_guaranteed("/a", czxid);
    EXPECT_FALSE(other.exists("/a"));
    czxid = create();
    server.inject(Fault::fail(Errc::bad_version).on(Request::delete_));
    const auto error = thrown<BadVersionError>([&] { zk.delete_guaranteed("/a", czxid); });
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
}

TEST_F(GuaranteedDelete, ANodeThatIsDeletedMeanwhileIsGone) {
    server.inject(Fault::fail(Errc::no_node).on(Request::delete_).once());
    zk.delete_guaranteed("/a", czxid);
}

TEST_F(GuaranteedDelete, ErrorsThatDoNotPassEndIt) {
    other.create("/a/b");
    const auto error = thrown<NotEmptyError>([&] { zk.delete_guaranteed("/a", czxid); });
    EXPECT_STREQ(error.operation(), "delete_guaranteed");
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    thrown<BadArgumentsError>([&] { zk.delete_guaranteed("/", czxid); });
    thrown<BadArgumentsError>([&] { zk.delete_guaranteed("/..", czxid); });
}

TEST_F(GuaranteedDelete, AnErrorInTheBackgroundIsLogged) {
    other.create("/a/b");
    disconnect();
    thrown<OperationTimeoutError>([&] {
        zk.delete_guaranteed("/a", czxid, CallOptions().timeout(20ms));
    });
    server.clear_faults();
    EXPECT_TRUE(logs("delete_guaranteed /a: the node has children")) << "with path and code";
}

TEST_F(GuaranteedDelete, WhatIsLeftWhenTheClientStopsIsLogged) {
    disconnect();
    const auto waits = zk.delete_guaranteed_async("/a", czxid);
    thrown<OperationTimeoutError>([&] {
        zk.delete_guaranteed("/a", czxid, CallOptions().timeout(20ms));
    });
    zk.stop();
    const auto error = thrown<KazooException>([&] { waits.get(patience); });
    EXPECT_EQ(error.outcome(), Outcome::not_sent);
    EXPECT_TRUE(logs("its node may still exist: delete_guaranteed /a"));
    EXPECT_TRUE(other.exists("/a"));
}

TEST_F(GuaranteedDelete, ALimitThatWasOverBeforeTheCallEndsIt) {
    std::stop_source source;
    source.request_stop();
    const auto cancelled = thrown<CancelledError>([&] {
        zk.delete_guaranteed("/a", czxid, CallOptions().stop_token(source.get_token()));
    });
    const auto late = thrown<OperationTimeoutError>([&] {
        zk.delete_guaranteed("/a", czxid, CallOptions().timeout(0s));
    });
    EXPECT_EQ(cancelled.outcome(), Outcome::not_sent);
    EXPECT_EQ(late.outcome(), Outcome::not_sent);
    zk.sync("/");
    EXPECT_TRUE(other.exists("/a"));
}

TEST_F(GuaranteedDelete, TheNumberIsLimited) {
    ClientLimits limits;
    limits.guaranteed = 1;
    StartedClient limited(to(server.hosts()).limits(limits));
    const auto held = server.inject(Fault::hold().on(Request::sync).session(limited.session()));
    const auto first = limited.delete_guaranteed_async("/a", czxid);
    EXPECT_TRUE(first.cancel());
    thrown<CancelledError>([&] { first.get(patience); });
    const auto error = thrown<QueueFullError>([&] { limited.delete_guaranteed("/a", czxid); });
    EXPECT_EQ(error.outcome(), Outcome::not_sent);
    const auto waits = CallOptions().when_full(WhenFull::wait).timeout(5s);
    thrown<QueueFullError>([&] { limited.delete_guaranteed("/a", czxid, waits); });
    server.remove(held);
    EXPECT_TRUE(becomes_gone());
    EXPECT_TRUE(becomes_true([&] {
        return limited.delete_guaranteed_async("/a", czxid).result().has_value();
    })) << "the place is free again";
}

TEST(GuaranteedDeleteInAnEnsemble, DoesNotTrustAServerThatLagsBehind) {
    Ensemble ensemble(2);
    StartedClient writer(ensemble[0].hosts());
    StartedClient zk(ensemble[1].hosts());
    const auto czxid = writer.create_with_stat("/a").stat.czxid;
    ASSERT_TRUE(becomes_true([&] { return ensemble[1].applied_zxid() == ensemble.zxid(); }));
    ensemble[1].lag();
    writer.delete_("/a");
    const auto again = writer.create_with_stat("/a").stat.czxid;
    ASSERT_EQ(zk.exists("/a")->czxid, czxid) << "both have version 0";
    const auto result = zk.delete_guaranteed_async("/a", czxid);
    EXPECT_FALSE(result.wait(50ms));
    ensemble[1].catch_up();
    result.get(patience);
    EXPECT_EQ(writer.exists("/a")->czxid, again);
}

}  // namespace
}  // namespace kazoo::embedded_tests
