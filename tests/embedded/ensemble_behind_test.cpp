// SPDX-License-Identifier: Apache-2.0
// Servers that were restored from a backup: they are behind what their clients have seen.
#include "embedded_fixture.hpp"

#include <algorithm>
#include <memory>
#include <optional>

namespace kazoo::embedded_tests {
namespace {

class EnsembleBehind : public ::testing::Test {
protected:
    /// Starts a client whose writes the restored server does not have.
    void connect(ClientOptions options) {
        zk.emplace(std::move(options));
        zk->add_listener([seen = changes](const StateChange& change) { seen->add(change); });
        zk->start(patience);
        before = server.zxid();
        for (int i = 0; i < 5; ++i) {
            zk->ensure_path("/node-" + std::to_string(i));
        }
        session = zk->client_id()->session_id;
    }
    void restore_the_backup() {
        server.set_zxid(before);
        server.drop_connections();
    }
    bool reported(StateReason reason) {
        return becomes_true([&] {
            const auto all = changes->all();
            return std::any_of(all.begin(), all.end(), [&](const StateChange& change) {
                return change.state == LOST && change.reason == reason;
            });
        });
    }

    Server server;
    std::shared_ptr<testing_support::Recorder<StateChange>> changes =
        std::make_shared<testing_support::Recorder<StateChange>>();
    std::optional<KazooClient> zk;
    std::int64_t before = 0;
    std::int64_t session = 0;
};

TEST_F(EnsembleBehind, OperationsFailAndTheZxidCanBeReset) {
    connect(to(server.hosts()).timeout(60s));
    const auto seen = zk->last_zxid();
    EXPECT_GT(seen, before);
    restore_the_backup();
    ASSERT_TRUE(becomes_true([&] { return zk->state() == SUSPENDED; }));
    const auto failed = testing_support::failure_of(zk->get_async("/"));
    EXPECT_EQ(failed.code(), ClientErrc::ensemble_behind);
    EXPECT_EQ(failed.outcome(), Outcome::not_sent);
    EXPECT_EQ(testing_support::code_of([&] { zk->get("/"); }), ClientErrc::ensemble_behind);
    EXPECT_EQ(zk->state(), SUSPENDED);
    EXPECT_EQ(zk->last_zxid(), seen);

    EXPECT_TRUE(zk->reset_zxid());
    EXPECT_TRUE(reported(StateReason::ensemble_behind));
    ASSERT_TRUE(becomes_true([&] { return zk->connected(); }));
    EXPECT_NE(zk->client_id()->session_id, session);
    EXPECT_LT(zk->last_zxid(), seen);
    EXPECT_TRUE(zk->exists("/"));
    EXPECT_FALSE(zk->reset_zxid()) << "the server accepts the client";
}

TEST_F(EnsembleBehind, AClientCanResetTheZxidByItself) {
    connect(to(server.hosts()).timeout(60s).when_ensemble_is_behind(WhenBehind::reset));
    restore_the_backup();
    EXPECT_TRUE(reported(StateReason::ensemble_behind));
    ASSERT_TRUE(becomes_true([&] { return zk->connected(); }));
    EXPECT_NE(zk->client_id()->session_id, session);
    EXPECT_TRUE(zk->exists("/"));
}

TEST_F(EnsembleBehind, ASessionThatEndsMeanwhileDoesNotHideIt) {
    connect(to(server.hosts()).timeout(4s));
    restore_the_backup();
    EXPECT_TRUE(reported(StateReason::ensemble_behind)) << "by the client's clock";
    EXPECT_TRUE(becomes_true([&] {  // after the pause that follows an expired session
        return testing_support::code_of([&] { zk->get("/"); }) == ClientErrc::ensemble_behind;
    }));
    server.set_zxid(zk->last_zxid() + 1);  // the servers have caught up
    ASSERT_TRUE(becomes_true([&] { return zk->connected(); }));
    EXPECT_TRUE(zk->exists("/"));
}

TEST_F(EnsembleBehind, AStartThatResumesASessionReportsIt) {
    connect(to(server.hosts()));
    const auto left = zk->detach();
    restore_the_backup();
    KazooClient next(to(server.hosts()).resume(left));
    const auto error = thrown<EnsembleBehindError>([&] { next.start(4s); });
    EXPECT_NE(error.message().find("restored from a backup?"), std::string::npos)
        << error.message();
    // A client that carries over nothing but the zxid waits for it, too.
    const SessionHandover floor(0, "", 0ms, left.last_zxid());
    KazooClient fresh(to(server.hosts()).resume(floor));
    const auto connected = fresh.start_async();
    EXPECT_FALSE(connected.wait(300ms));
    server.set_zxid(left.last_zxid());
    EXPECT_TRUE(connected.wait(patience));
}

}  // namespace
}  // namespace kazoo::embedded_tests
