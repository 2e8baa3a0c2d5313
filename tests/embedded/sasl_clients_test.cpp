// SPDX-License-Identifier: Apache-2.0
// Clients that authenticate to an embedded server by SASL, mechanism DIGEST-MD5.
#include "embedded_fixture.hpp"
#include "support/digest_md5.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <memory>

namespace kazoo::embedded_tests {
namespace {

using ::testing::HasSubstr;
using testing_support::digest_md5;

class SaslClients : public ::testing::Test {
protected:
    Server server{ServerOptions().sasl_user("bob", "bobsecret").require_sasl(true)};
};

std::string why_not_started(KazooClient& zk) {
    return thrown<AuthFailedError>([&] { zk.start(patience); }).detail();
}

TEST_F(SaslClients, HaveTheIdentityOnEachConnection) {
    StartedClient zk(to(server.hosts()).sasl(digest_md5("bob", "bobsecret")));
    StateLog states(zk);
    zk.create("/mine", "x", CreateOptions().acl({Acl(Permissions::all, Id("sasl", "bob"))}));
    std::atomic<bool> changed{false};
    zk.get("/mine", [&changed](const WatchedEvent&) { changed = true; });
    server.drop_connections();
    ASSERT_TRUE(states.wait_for(2));
    EXPECT_EQ(zk.get("/mine").data, "x");
    zk.set("/mine", "y");
    EXPECT_TRUE(wait_until([&] { return changed.load(); }, patience));
    EXPECT_EQ(states.states(), (std::vector{SUSPENDED, CONNECTED}));
}

TEST_F(SaslClients, WithAWrongPasswordAreRefused) {
    KazooClient zk(to(server.hosts()).sasl(digest_md5("bob", "wrong")));
    EXPECT_THAT(why_not_started(zk), HasSubstr("SASL (DIGEST-MD5) with 127.0.0.1:"));
}

TEST_F(SaslClients, WithoutSaslAreToldThatItIsRequired) {
    KazooClient zk(to(server.hosts()));
    zk.start(patience);
    EXPECT_THROW(zk.get("/"), SessionClosedRequireSaslError);
    EXPECT_TRUE(wait_until([&] { return zk.client_state() == KeeperState::AUTH_FAILED; }, patience)
    );
}

TEST_F(SaslClients, AddCredentialsOfOtherSchemesAsWell) {
    StartedClient zk(
        to(server.hosts()).sasl(digest_md5("bob", "bobsecret")).auth_data({{"digest", "a:b"}})
    );
    zk.create("/both", "", CreateOptions().acl(creator_all_acl()));
    EXPECT_EQ(zk.get_acls("/both").acls.size(), 2U);
}

TEST(SaslClientsWithoutServerSasl, AreRefused) {
    Server server;
    KazooClient zk(to(server.hosts()).sasl(digest_md5("bob", "bobsecret")));
    EXPECT_THAT(why_not_started(zk), HasSubstr("no SASL configured"));
}

/// Like PLAIN: the only token is the password.
class OneStep final : public SaslMechanism {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "ONE-STEP"; }
    [[nodiscard]] SaslStep start() override { return SaslStep::last_token("bob bobsecret"); }
    [[nodiscard]] SaslStep step(std::string_view) override { return SaslStep::complete(); }
};

TEST(SaslClientsWithoutServerSasl, AreRefusedAfterTheOnlyStep) {
    Server server;
    KazooClient zk(to(server.hosts()).sasl([](const SaslServer&) {
        return std::make_unique<OneStep>();
    }));
    EXPECT_THAT(why_not_started(zk), HasSubstr("no SASL configured"));
}

}  // namespace
}  // namespace kazoo::embedded_tests
