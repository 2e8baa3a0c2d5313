// SPDX-License-Identifier: Apache-2.0
// Apache ZooKeeper with TLS that asks clients for no certificate.
#include "secured_test.hpp"

namespace kazoo::security_tests {
namespace {

using ::testing::IsEmpty;

class OneWayTls : public OneServer<OneWayTls> {
public:
    static SecureApacheOptions server_options() {
        SecureApacheOptions options;
        options.certificate = identity().certificate_file();
        options.key = identity().key_file();
        return options;
    }

protected:
    static const Identity& identity() {
        static const auto issued = certificates().server();
        return issued;
    }
    static TlsOptions trusting() { return TlsOptions().ca_file(certificates().authority().file()); }
    ClientOptions secured(TlsOptions tls) {
        return client_of(server().secure_hosts()).tls(std::move(tls));
    }
};

const bool needed = needs("OneWayTls", SecureApache::lacking);

TEST_F(OneWayTls, AClientThatTrustsTheAuthorityConnects) {
    for (const std::string scheme : {"", "tls://"}) {
        for (const std::string host : {"localhost", "127.0.0.1"}) {
            StartedClient zk(client_of(scheme + server().secure_hosts(host)).tls(trusting()));
            const auto path = unique_chroot();
            zk.create(path, std::string(200'000, 'x'));
            EXPECT_EQ(zk.get(path).data.size(), 200'000U);
            EXPECT_THAT(identities(zk), IsEmpty());
        }
    }
}

TEST_F(OneWayTls, OperationsSurviveReconnects) {
    Proxy proxy(server().secure_port());
    StartedClient zk(client_of(by_name(proxy)).tls(trusting()));
    expect_nothing_lost(zk, proxy);
}

TEST_F(OneWayTls, CredentialsAreSentAgainAfterAReconnect) {
    Proxy proxy(server().secure_port());
    StartedClient zk(client_of(by_name(proxy)).tls(trusting()).auth_data({{"digest", "a:secret"}}));
    EXPECT_EQ(identities(zk), std::vector<std::string>{"digest:a"});
    expect_nothing_lost(zk, proxy);
}

TEST_F(OneWayTls, AnAuthorityThatIsNotTrustedIsRefused) {
    expect_unreachable(
        secured(TlsOptions().ca_file(certificates().foreign_authority().file())),
        "the server's certificate is not trusted"
    );
}

TEST_F(OneWayTls, TheSystemsAuthoritiesDoNotIncludeATestsOwn) {
    expect_unreachable(secured(TlsOptions()), "the server's certificate is not trusted");
}

TEST_F(OneWayTls, AWrongHostNameIsRefused) {
    const auto elsewhere = trusting().server_name("other.example");
    expect_unreachable(secured(elsewhere), "the server is 'other.example', but its certificate is");
    StartedClient careless(secured(TlsOptions(elsewhere).verify(VerifyMode::chain)));
    EXPECT_TRUE(careless.exists("/"));
}

// Apache's ssl.crl concerns the certificates of clients; a server's is for the client to check.
TEST_F(OneWayTls, ARevokedCertificateIsRefused) {
    const auto& authority = certificates().authority();
    StartedClient while_valid(secured(trusting().crl_file(authority.revocation_list({}))));
    EXPECT_TRUE(while_valid.exists("/"));
    expect_unreachable(
        secured(trusting().crl_file(authority.revocation_list({identity()}))),
        "the server's certificate has been revoked"
    );
}

TEST_F(OneWayTls, AServerWithOlderVersionsOnlyIsRefused) {
    expect_unreachable(secured(trusting().min_version(TlsVersion::tls_1_3)), "version of TLS");
}

TEST_F(OneWayTls, AClientWithTlsCannotUseThePlainPort) {
    expect_unreachable(
        client_of(server().plain_hosts()).tls(trusting()), "does not speak TLS on this port"
    );
}

TEST_F(OneWayTls, AClientWithoutTlsCannotUseTheSecurePort) {
    expect_unreachable(client_of(server().secure_hosts()), "localhost:");
}

}  // namespace
}  // namespace kazoo::security_tests
