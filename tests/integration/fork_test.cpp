// SPDX-License-Identifier: Apache-2.0
// A process that forks while a client runs: the client remains the parent's.
#include "support/child_process.hpp"
#include "support/fault_fixture.hpp"

namespace kazoo::testing_support {
namespace {

/// Error and outcome of a call that throws, such as "forked, not sent; ".
template <class Call>
std::string ending(Call&& call) {
    try {
        call();
        return "nothing thrown; ";
    } catch (const KazooException& e) {
        return std::string(error_name(e.code())) + ", " + to_string(e.outcome()) + "; ";
    }
}

class Fork : public FaultTest {};

TEST_P(Fork, ChildGetsErrorsAndLeavesTheSessionAlone) {
    auto zk = std::make_unique<KazooClient>(through_proxy());
    StateLog states(*zk);
    zk->start(patience);
    const auto session = zk->client_id();
    zk->create("/mine", "", CreateOptions().ephemeral());
    proxy().freeze();
    const auto pending = zk->get_async("/mine");
    EXPECT_FALSE(pending.wait(20ms));

    const auto report = in_forked_child([&](std::string& said) {
        said += ending([&] { zk->get("/mine"); });
        said += ending([&] { zk->create("/a/b", "", CreateOptions().makepath()); });
        said += ending([&] { zk->ensure_path("/a/b"); });
        said += ending([&] { zk->add_auth("digest", "a:b"); });
        said += ending([&] { zk->command("ruok"); });
        said += ending([&] { zk->start(1s); });
        said += ending([&] { pending.get(); });
        said += ending([&] { pending.get(10s); });
        zk->get_async("/mine").rawlink([&](const AsyncResult<NodeData>& result) {
            said += "called: " + ending([&] { result.get(); });
        });
        said += pending.cancel() ? "cancelled; " : "not cancelled; ";
        zk->start_async();
        zk->stop();
        zk.reset();
    });
    EXPECT_EQ(
        report,
        "forked, not sent; forked, not sent; forked, not sent; forked, not sent; forked, not sent; "
        "forked, not sent; forked, unknown; forked, unknown; called: forked, not sent; "
        "not cancelled; end"
    );

    proxy().restore();
    ASSERT_TRUE(pending.wait(patience));
    EXPECT_TRUE(pending.successful());
    EXPECT_EQ(zk->client_id(), session);
    EXPECT_EQ(zk->exists("/mine")->owner_session_id(), session->session_id);
    EXPECT_EQ(states.states(), std::vector{CONNECTED});
    EXPECT_EQ(proxy().accepted(), 1U);
}

TEST_P(Fork, ChildOfAStoppedClientGetsConnectionClosed) {
    auto zk = std::make_unique<StartedClient>(through_proxy());
    zk->stop();
    const auto report = in_forked_child([&](std::string& said) {
        said += ending([&] { zk->get("/"); });
        zk.reset();
    });
    EXPECT_EQ(report, "connection_closed, not sent; end");
    zk->start(patience);
    EXPECT_TRUE(zk->exists("/").has_value());
}

// Thread sanitizer does not support new threads in the child of a multi-threaded process.
#ifndef __SANITIZE_THREAD__
/// Runs on the handler that starts threads of its own, which also works in a child. Other loops
/// must be run by the child itself.
class ForkAndStart : public Fork {};

TEST_P(Fork, ChildCreatesItsOwnClient) {
    auto zk = std::make_unique<StartedClient>(through_proxy());
    zk->create("/parent", "");
    const auto report = in_forked_child([&](std::string& said) {
        StartedClient own(ClientOptions().hosts(shared_server().hosts() + chroot()));
        own.create("/child", "");
        said += own.exists("/parent").has_value() ? "works; " : "finds nothing; ";
        own.stop();
    });
    EXPECT_EQ(report, "works; end");
    EXPECT_TRUE(zk->exists("/child").has_value());
}

TEST_P(ForkAndStart, ChildStartsAClientThatTheParentHasStopped) {
    auto zk = std::make_unique<KazooClient>(through_proxy());
    int changes = 0;
    zk->add_listener([&](KazooState) { ++changes; });
    zk->start(patience);
    zk->create("/parent", "");
    zk->stop();
    const auto report = in_forked_child([&](std::string& said) {
        changes = 0;
        for (int round = 0; round < 2; ++round) {
            zk->start(patience);
            said += zk->exists("/parent").has_value() ? "works; " : "finds nothing; ";
            zk->stop();
        }
        said += std::to_string(changes) + " changes; ";
        zk.reset();
    });
    EXPECT_EQ(report, "works; works; 4 changes; end");
    zk->start(patience);
    EXPECT_TRUE(zk->exists("/parent").has_value());
}

TEST_P(ForkAndStart, ChildStartsAClientThatWasNeverStarted) {
    auto zk = std::make_unique<KazooClient>(through_proxy());
    const auto report = in_forked_child([&](std::string& said) {
        zk->start(patience);
        said += zk->exists("/").has_value() ? "works; " : "finds nothing; ";
        zk.reset();
    });
    EXPECT_EQ(report, "works; end");
}

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    ForkAndStart,
    ::testing::Values(handler_kind("Threading")),
    [](const auto& kind) { return std::string(kind.param.name); }
);
#endif

KAZOO_ON_OWN_HANDLERS(Fork);

}  // namespace
}  // namespace kazoo::testing_support
