// SPDX-License-Identifier: Apache-2.0
// Apache ZooKeeper that requires SASL and offers DIGEST-MD5.
#include "sasl_kit.hpp"

#include <atomic>

namespace kazoo::security_tests {
namespace {

class DigestMd5 : public OneServer<DigestMd5> {
public:
    static SecureApacheOptions server_options() {
        SecureApacheOptions options;
        options.digest_users = {{"alice", alice_password}, {"bob", bob_password}};
        options.require_sasl = true;
        return options;
    }

protected:
    ClientOptions as(const std::string& user, const std::string& password) {
        return client_of(server().hosts()).sasl(cyrus_sasl(digest_md5(user, password)));
    }
};

const bool digest_md5_needed = needs("DigestMd5", lacking_digest_md5);

TEST_F(DigestMd5, TheUserIsTheIdentity) {
    StartedClient alice(as("alice", alice_password));
    EXPECT_EQ(identities(alice), std::vector<std::string>{"sasl:alice"});
    const auto path = unique_chroot();
    alice.create(path, "secret", CreateOptions().acl({Acl(Permissions::all, Id("sasl", "alice"))}));
    EXPECT_EQ(alice.get(path).data, "secret");

    StartedClient bob(as("bob", bob_password));
    EXPECT_EQ(identities(bob), std::vector<std::string>{"sasl:bob"});
    EXPECT_THROW(bob.get(path), NoAuthError);
}

TEST_F(DigestMd5, OperationsSurviveReconnects) {
    Proxy proxy(server().port());
    StartedClient zk(client_of(by_name(proxy)).sasl(cyrus_sasl(digest_md5("alice", alice_password)))
    );
    expect_nothing_lost(zk, proxy);
}

TEST_F(DigestMd5, CredentialsOfOtherSchemesAreAdded) {
    Proxy proxy(server().port());
    StartedClient zk(client_of(by_name(proxy))
                         .sasl(cyrus_sasl(digest_md5("alice", alice_password)))
                         .auth_data({{"digest", "a:secret"}}));
    EXPECT_EQ(identities(zk), (std::vector<std::string>{"digest:a", "sasl:alice"}));
    expect_nothing_lost(zk, proxy);
}

TEST_F(DigestMd5, AWrongPasswordIsRefused) {
    const auto error = expect_refused(as("alice", "wrong password"));
    EXPECT_THAT(error.message(), ::testing::Not(::testing::HasSubstr("wrong password")));
}

// ZooKeeper 3.8 compares the password of an unknown user with that of the user who has come last,
// so that this one must not be anybody's.
TEST_F(DigestMd5, AnUnknownUserIsRefused) {
    expect_refused(as("eve", "secret of eve"));
}

TEST_F(DigestMd5, APasswordThatBecomesWrongIsRefusedAtTheNextConnection) {
    const auto password = std::make_shared<std::atomic<const char*>>(alice_password);
    Proxy proxy(server().port());
    StartedClient zk(
        client_of(by_name(proxy))
            .sasl(cyrus_sasl(
                SaslOptions().mechanism("DIGEST-MD5").username("alice").password([password] {
                    return std::string(password->load());
                })
            ))
    );
    EXPECT_TRUE(zk.exists("/"));
    *password = "changed";
    proxy.cut();
    proxy.restore();
    ASSERT_TRUE(wait_until([&] { return zk.client_state() == KeeperState::AUTH_FAILED; }, patience)
    );
    EXPECT_EQ(failure_of(zk.get_async("/")).code(), Errc::auth_failed);
}

TEST_F(DigestMd5, AClientWithoutSaslIsRefused) {
    KazooClient zk(client_of(server().hosts()));
    zk.start_async();
    EXPECT_EQ(failure_of(zk.exists_async("/")).code(), Errc::session_closed_require_sasl);
}

TEST_F(DigestMd5, AServerWithoutSaslIsNotUsedWithoutAuthentication) {
    ApacheServer plain;
    plain.start();
    expect_refused(client_of(plain.hosts()).sasl(cyrus_sasl(digest_md5("alice", alice_password))));
}

}  // namespace
}  // namespace kazoo::security_tests
