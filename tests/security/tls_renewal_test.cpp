// SPDX-License-Identifier: Apache-2.0
// Certificates of an Apache ZooKeeper server that are renewed while a client runs. ZooKeeper 3.8.0
// reads them when it starts, so that the server restarts, with the session and without its client.
#include "secured_test.hpp"

namespace kazoo::security_tests {
namespace {

class TlsRenewal : public SecuredTest {
protected:
    static SecureApacheOptions with(const Identity& identity) {
        SecureApacheOptions options;
        options.certificate = identity.certificate_file();
        options.key = identity.key_file();
        return options;
    }
};

const bool tls_renewal_needed = needs("TlsRenewal", SecureApache::lacking);

TEST_F(TlsRenewal, AnExpiredCertificateIsRefusedUntilItIsRenewed) {
    SecureApache server(with(certificates().expired_server()));
    server.start();
    const auto tls = TlsOptions().ca_file(certificates().authority().file());
    KazooClient zk(client_of(server.secure_hosts()).tls(tls));
    const auto connected = zk.start_async();
    EXPECT_TRUE(logs("the server's certificate expired on"));
    EXPECT_FALSE(zk.connected());

    const auto renewed = certificates().server();
    server.use_certificate(renewed.certificate_file(), renewed.key_file());
    server.restart();
    EXPECT_TRUE(connected.wait(patience));
}

TEST_F(TlsRenewal, ASessionSurvivesTheChangeToAnotherAuthority) {
    SecureApache server(with(certificates().server()));
    server.start();
    TemporaryDirectory files;
    const auto trusted = files.write("trusted.pem", certificates().authority().pem());
    StartedClient zk(
        client_of(server.secure_hosts()).timeout(60s).tls(TlsOptions().ca_file(trusted.string()))
    );
    const auto session = zk.session();
    const auto path = unique_chroot();
    zk.create(path, "", CreateOptions().ephemeral());

    const auto renewed = certificates().foreign_server();
    server.use_certificate(renewed.certificate_file(), renewed.key_file());
    server.restart();
    EXPECT_TRUE(logs("the server's certificate is not trusted"));
    EXPECT_FALSE(zk.connected());

    files.write(
        "trusted.pem", certificates().authority().pem() + certificates().foreign_authority().pem()
    );
    EXPECT_TRUE(zk.exists(path, CallOptions().timeout(patience)));
    EXPECT_EQ(zk.session(), session);
}

}  // namespace
}  // namespace kazoo::security_tests
