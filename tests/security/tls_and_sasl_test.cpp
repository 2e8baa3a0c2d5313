// SPDX-License-Identifier: Apache-2.0
// Apache ZooKeeper with TLS that requires SASL and accepts certificates of clients.
#include "sasl_kit.hpp"
#include "support/kdc.hpp"

namespace kazoo::security_tests {
namespace {

TlsOptions trusting() {
    return TlsOptions().ca_file(certificates().authority().file());
}

/// A server with TLS that requires SASL, and accepts certificates.
SecureApacheOptions with_tls() {
    SecureApacheOptions options;
    const auto identity = certificates().server();
    options.certificate = identity.certificate_file();
    options.key = identity.key_file();
    options.client_ca = certificates().authority().file();
    options.client_auth = "want";
    options.require_sasl = true;
    return options;
}

class TlsAndDigestMd5 : public OneServer<TlsAndDigestMd5> {
public:
    static SecureApacheOptions server_options() {
        auto options = with_tls();
        options.digest_users = {{"alice", alice_password}, {"bob", bob_password}};
        return options;
    }

protected:
    ClientOptions as_alice(const std::string& password) {
        return client_of(server().secure_hosts())
            .tls(trusting())
            .sasl(cyrus_sasl(digest_md5("alice", password)));
    }
};

const bool tls_and_sasl_needed = needs("TlsAndDigestMd5", lacking_digest_md5);

TEST_F(TlsAndDigestMd5, AllIdentitiesAreThereAfterEachReconnect) {
    const auto client = certificates().client();
    Proxy proxy(server().secure_port());
    StartedClient zk(
        as_alice(alice_password)
            .hosts(by_name(proxy))
            .tls(trusting().certificate_file(client.certificate_file()).key_file(client.key_file()))
            .auth_data({{"digest", "a:secret"}})
    );
    const std::vector<std::string> all{"digest:a", "sasl:alice", "x509:" + client.subject()};
    EXPECT_EQ(identities(zk), all);
    expect_nothing_lost(zk, proxy);
}

TEST_F(TlsAndDigestMd5, ACertificateIsOptional) {
    StartedClient zk(as_alice(alice_password));
    EXPECT_EQ(identities(zk), std::vector<std::string>{"sasl:alice"});
}

TEST_F(TlsAndDigestMd5, AWrongPasswordIsRefused) {
    expect_refused(as_alice("wrong"));
}

// PLAIN has one step, and Apache ZooKeeper without SASL answers it without an error.
TEST_F(TlsAndDigestMd5, PlainDoesNotSeemToSucceed) {
    const auto as_alice_by_plain = [this](const SecureApache& peer) {
        const auto plain = SaslOptions().mechanism("PLAIN").username("alice").password("secret");
        return client_of(peer.secure_hosts()).tls(trusting()).sasl(cyrus_sasl(plain));
    };
    expect_refused(as_alice_by_plain(server()));
    auto options = with_tls();
    options.require_sasl = false;
    SecureApache without_sasl(options);
    without_sasl.start();
    const auto refusal = expect_refused(as_alice_by_plain(without_sasl));
    EXPECT_THAT(refusal.message(), ::testing::HasSubstr("the server has no SASL configured"));
}

TEST_F(TlsAndDigestMd5, ACertificateIsNoReplacementForSasl) {
    const auto client = certificates().client();
    KazooClient zk(
        client_of(server().secure_hosts())
            .tls(trusting().certificate_file(client.certificate_file()).key_file(client.key_file()))
    );
    zk.start_async();
    EXPECT_EQ(failure_of(zk.exists_async("/")).code(), Errc::session_closed_require_sasl);
}

TEST_F(TlsAndDigestMd5, AServerThatIsNotTrustedIsNotAuthenticatedTo) {
    const auto foreign = certificates().foreign_authority().file();
    expect_unreachable(
        as_alice(alice_password).tls(TlsOptions().ca_file(foreign)),
        "the server's certificate is not trusted"
    );
    expect_unreachable(
        as_alice(alice_password).tls(trusting().server_name("other.example")),
        "but its certificate is"
    );
}

class TlsAndKerberos : public OneServer<TlsAndKerberos> {
public:
    static SecureApacheOptions server_options() {
        kdc_ = std::make_unique<Kdc>();
        auto options = with_tls();
        options.principal = "zookeeper/localhost";
        options.keytab = kdc_->add(options.principal);
        options.kerberos_configuration = kdc_->configuration();
        return options;
    }
    static void TearDownTestSuite() {
        OneServer::TearDownTestSuite();
        kdc_.reset();
    }

protected:
    static inline std::unique_ptr<Kdc> kdc_;
};

const bool needed_too = needs("TlsAndKerberos", lacking_kerberos);

TEST_F(TlsAndKerberos, AllIdentitiesAreThereAfterEachReconnect) {
    const Variable configuration("KRB5_CONFIG", kdc_->configuration().string());
    const auto cache = kdc_->ticket("alice", kdc_->add("alice"));
    const Variable tickets("KRB5CCNAME", "FILE:" + cache.string());
    const Variable keytab("KRB5_CLIENT_KTNAME");
    Proxy proxy(server().secure_port());
    StartedClient zk(client_of(by_name(proxy))
                         .tls(trusting())
                         .sasl(cyrus_sasl(gssapi()))
                         .auth_data({{"digest", "a:secret"}}));
    EXPECT_EQ(identities(zk), (std::vector<std::string>{"digest:a", "sasl:alice@KAZOO.TEST"}));
    expect_nothing_lost(zk, proxy);
}

}  // namespace
}  // namespace kazoo::security_tests
