// SPDX-License-Identifier: Apache-2.0
// The test harness with embedded servers: set-up, clients, tear-down.
#include "embedded_fixture.hpp"

#include <kazoo/handlers/threading.hpp>
#include <kazoo/security.hpp>
#include <kazoo/testing/test_harness.hpp>

#include <cstdlib>
#include <memory>
#include <mutex>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using testing::HarnessOptions;
using testing::TestHarness;

/// Sets an environment variable for the duration of a test.
class EnvironmentVariable {
public:
    EnvironmentVariable(const char* name, const std::string& value) : name_(name) {
        ::setenv(name, value.c_str(), 1);
    }
    ~EnvironmentVariable() { ::unsetenv(name_); }
    EnvironmentVariable(const EnvironmentVariable&) = delete;
    EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

private:
    const char* name_;
};

TEST(TestHarness, GivesEachHarnessAChrootOfItsOwn) {
    TestHarness one;
    TestHarness other;
    EXPECT_TRUE(one.embedded());
    EXPECT_EQ(one.server().port(), other.server().port()) << "they share a server";
    EXPECT_NE(one.chroot(), other.chroot());
    EXPECT_EQ(one.hosts(), one.server().hosts() + one.chroot());
    one.client().create("/a", "of one");
    EXPECT_EQ(one.client().chroot(), one.chroot());
    EXPECT_FALSE(other.client().exists("/a"));
    StartedClient root(one.server().hosts());
    EXPECT_EQ(root.get(one.chroot() + "/a").data, "of one");
}

TEST(TestHarness, DeletesAllNodesAtItsEnd) {
    std::string chroot;
    std::string server;
    {
        TestHarness harness;
        chroot = harness.chroot();
        server = harness.server().hosts();
        auto& zk = harness.client();
        zk.create("/a/b/c", "", CreateOptions().makepath());
        zk.create("/a/mine", "", CreateOptions().ephemeral());
        // Nodes that only their creator may delete.
        zk.add_auth("digest", "somebody:secret");
        const AclList own{make_acl("auth", "", Permissions::all)};
        zk.create("/locked/below", "", CreateOptions().makepath().acl(own));
    }
    StartedClient root(server);
    EXPECT_FALSE(root.exists(chroot));
}

TEST(TestHarness, StopsItsClientsTheNewestFirst) {
    std::mutex mutex;
    std::vector<std::string> stopped;
    {
        TestHarness harness;
        for (const auto* const name : {"first", "second", "third"}) {
            auto& zk = harness.make_client();
            zk.add_listener([&, name](KazooState state) {
                const std::lock_guard lock(mutex);
                if (state == LOST) stopped.emplace_back(name);
            });
            EXPECT_EQ(zk.client_state(), KeeperState::CLOSED) << "listeners are added first";
            harness.start(zk);
        }
    }
    EXPECT_EQ(stopped, (std::vector<std::string>{"third", "second", "first"}));
}

TEST(TestHarness, PassesOptionsToClients) {
    const auto handler = std::make_shared<SequentialThreadingHandler>();
    TestHarness harness(HarnessOptions().client_options(
        ClientOptions().timeout(3s).handler(handler).hosts("ignored:1")
    ));
    EXPECT_EQ(&harness.client(), &harness.client());
    EXPECT_EQ(harness.client().session_timeout(), 3s);
    auto& other = harness.make_client(ClientOptions().timeout(5s).hosts("ignored:1"));
    harness.start(other);
    EXPECT_EQ(other.session_timeout(), 5s);
    EXPECT_EQ(other.handler(), handler) << "that of the harness, because its options name none";
    EXPECT_EQ(other.chroot(), harness.chroot());
    harness.stop(other);
    EXPECT_EQ(other.client_state(), KeeperState::CLOSED);
}

TEST(TestHarness, MayHaveAServerOfItsOwn) {
    TestHarness shared;
    TestHarness own(HarnessOptions().server_options(short_sessions().max_session_timeout(100ms)));
    EXPECT_NE(own.server().port(), shared.server().port());
    EXPECT_EQ(own.client().session_timeout(), 100ms);
    own.server().stop();
    EXPECT_TRUE(shared.server().running());
}

TEST(TestHarness, UsesAServerOfTheTest) {
    Server server;
    StartedClient root(server.hosts());
    std::string chroot;
    {
        TestHarness harness(HarnessOptions().server(server));
        chroot = harness.chroot();
        EXPECT_TRUE(root.exists(chroot));
        EXPECT_EQ(harness.server().port(), server.port());
        harness.lose_connection(harness.client());
        harness.expire_session(harness.client());
    }
    EXPECT_FALSE(root.exists(chroot));
}

TEST(TestHarness, DisruptsClientsOfAnEnsembleWhereverTheyAreConnected) {
    Ensemble ensemble(3);
    TestHarness harness(HarnessOptions().ensemble(ensemble));
    std::vector<std::unique_ptr<StateLog>> logs;
    for (int i = 0; i < 6; ++i) {
        auto& zk = harness.make_client();
        logs.push_back(std::make_unique<StateLog>(zk));
        harness.start(zk);
        harness.lose_connection(zk);
        EXPECT_EQ(logs.back()->states(), (std::vector{CONNECTED, SUSPENDED, CONNECTED}));
        harness.expire_session(zk);
        EXPECT_EQ(logs.back()->states().back(), CONNECTED);
    }
}

TEST(TestHarness, UsesTheServersThatTheEnvironmentNames) {
    Server server;
    StartedClient root(server.hosts());
    std::string chroot;
    {
        const EnvironmentVariable hosts("ZOOKEEPER_HOSTS", server.hosts() + "/parent");
        TestHarness harness;
        chroot = harness.chroot();
        EXPECT_FALSE(harness.embedded());
        EXPECT_EQ(chroot.find("/parent/kazootests-"), 0U) << chroot;
        EXPECT_EQ(harness.hosts(), server.hosts() + chroot);
        thrown<ConfigurationError>([&] { static_cast<void>(harness.server()); });
        harness.client().create("/a");
        EXPECT_TRUE(root.exists(chroot + "/a"));
    }
    EXPECT_FALSE(root.exists(chroot));
    EXPECT_TRUE(root.exists("/parent"));
    const EnvironmentVariable empty("ZOOKEEPER_HOSTS", "");
    EXPECT_TRUE(TestHarness().embedded());
}

TEST(TestHarness, RefusesInvalidConfigurations) {
    const EnvironmentVariable malformed("ZOOKEEPER_HOSTS", "host:0");
    const auto error = thrown<ConfigurationError>([] { TestHarness(); });
    EXPECT_NE(error.detail().find("ZOOKEEPER_HOSTS: "), std::string::npos) << error;
    thrown<ConfigurationError>([] { TestHarness(HarnessOptions().hosts("host:0")); });
    thrown<ConfigurationError>([] { TestHarness(HarnessOptions().timeout(0ms)); });
    thrown<ConfigurationError>([] {
        TestHarness(HarnessOptions().hosts("host").server_options(ServerOptions()));
    });
}

TEST(TestHarness, ReportsThatNoServerCanBeReached) {
    thrown<KazooTimeoutError>([] {
        TestHarness(HarnessOptions().hosts("127.0.0.1:1").timeout(200ms));
    });
}

TEST(TestHarness, TearDownEndsWhatTheTestHasDoneToTheServer) {
    TestHarness harness;
    StartedClient root(harness.server().hosts());
    auto& zk = harness.client();
    harness.server().inject(Fault::hold());
    const auto held = zk.create_async("/held");
    harness.server().handshakes(Handshake::hang);
    harness.server().stop();
    auto server = harness.server();
    harness.tear_down();
    EXPECT_TRUE(held.ready());
    EXPECT_TRUE(server.running());
    EXPECT_FALSE(root.exists(harness.chroot()));
    harness.tear_down();  // no effect
    thrown<ConfigurationError>([&] { harness.client(); });
    thrown<ConfigurationError>([&] { static_cast<void>(harness.server()); });
    EXPECT_EQ(TestHarness().server().port(), server.port());
}

TEST(TestHarness, TearDownReportsAFailure) {
    Server server;
    StartedClient root(server.hosts());
    TestHarness harness(HarnessOptions().hosts(server.hosts()));
    root.create(harness.chroot() + "/locked/below", "", CreateOptions().makepath());
    root.set_acls(harness.chroot() + "/locked", read_acl_unsafe());
    harness.client().create("/other");
    thrown<NoAuthError>([&] { harness.tear_down(); });
    EXPECT_TRUE(root.exists(harness.chroot() + "/locked/below"));
    EXPECT_EQ(server.sessions().size(), 1U) << "its clients have been stopped all the same";
}

TEST(TestHarness, WaitsForConditionsAndResults) {
    TestHarness harness;
    auto& zk = harness.client();
    int calls = 0;
    EXPECT_TRUE(harness.wait([&] { return ++calls == 3; }));
    EXPECT_FALSE(harness.wait([] { return false; }, 10ms));
    EXPECT_EQ(harness.get(zk.create_async("/a", "data")), "/a");
    EXPECT_EQ(harness.get(zk.get_async("/a")).data, "data");
    harness.get(zk.delete_async("/a"));
    thrown<NoNodeError>([&] { harness.get(zk.get_async("/a")); });
}

}  // namespace
}  // namespace kazoo::embedded_tests
