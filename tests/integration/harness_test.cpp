// SPDX-License-Identifier: Apache-2.0
// The test harness with external servers, on every handler: Apache ZooKeeper, and the embedded
// server as if it were external.
#include "support/fault_fixture.hpp"
#include "support/shared_server.hpp"

#include <kazoo/testing/test_harness.hpp>

namespace kazoo::testing_support {
namespace {

using namespace std::chrono_literals;
using enum KazooState;
using testing::HarnessOptions;
using testing::TestHarness;

class HarnessOnExternalServers : public HandlerTest {
protected:
    HarnessOptions on_shared_server() {
        return HarnessOptions()
            .hosts(shared_server().hosts() + chroot())
            .client_options(options().connection_retry(RetryPolicy().delay(10ms).max_delay(100ms)));
    }
};

TEST_P(HarnessOnExternalServers, LosesConnections) {
    kit().run_blocking([&] {
        TestHarness harness(on_shared_server());
        auto& zk = harness.client();
        const StateLog states(zk);
        const auto session = zk.client_id();
        zk.create("/mine", "", CreateOptions().ephemeral());
        std::vector<KazooState> expected;
        for (int round = 0; round < 3; ++round) {
            harness.lose_connection(zk);
            expected.insert(expected.end(), {SUSPENDED, CONNECTED});
            EXPECT_EQ(states.states(), expected);
            EXPECT_EQ(zk.client_id(), session);
        }
        EXPECT_TRUE(zk.exists("/mine"));
    });
}

TEST_P(HarnessOnExternalServers, ExpiresSessions) {
    kit().run_blocking([&] {
        TestHarness harness(on_shared_server());
        auto& zk = harness.client();
        const StateLog states(zk);
        for (int round = 0; round < 3; ++round) {
            const auto session = zk.client_id();
            zk.create("/mine", "", CreateOptions().ephemeral());
            harness.expire_session(zk);
            const auto seen = states.states();
            ASSERT_GE(seen.size(), 3U);
            EXPECT_EQ(seen[seen.size() - 2], LOST);
            EXPECT_EQ(seen.back(), CONNECTED);
            EXPECT_NE(zk.client_id()->session_id, session->session_id);
            EXPECT_FALSE(zk.exists("/mine"));
        }
    });
}

TEST_P(HarnessOnExternalServers, DeletesItsNodes) {
    std::string made;
    kit().run_blocking([&] {
        TestHarness harness(on_shared_server());
        made = harness.chroot();
        harness.client().create("/a/b", "", CreateOptions().makepath());
        EXPECT_TRUE(root_client().exists(made + "/a/b"));
    });
    EXPECT_FALSE(root_client().exists(made));
}

INSTANTIATE_TEST_SUITE_P(
    Handlers,
    HarnessOnExternalServers,
    ::testing::ValuesIn(handler_kinds()),
    [](const auto& kind) { return std::string(kind.param.name); }
);

}  // namespace
}  // namespace kazoo::testing_support
