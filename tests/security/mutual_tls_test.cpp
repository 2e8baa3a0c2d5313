// SPDX-License-Identifier: Apache-2.0
// Apache ZooKeeper with TLS that requires certificates of clients and derives identities from them.
#include "secured_test.hpp"

#include <filesystem>

namespace kazoo::security_tests {
namespace {

constexpr auto list_name = "clients.crl";
constexpr auto refused = "the server refuses the client's certificate";

std::filesystem::path list_file() {
    return certificates().directory() / list_name;
}

/// Issues a certificate whose revocation list is list_file().
Identity client_certificate(const std::string& name) {
    CertificateRequest request(name);
    request.revocation_list = "URI:file://" + list_file().string();
    return certificates().authority().issue(request);
}

TlsOptions presenting(const Identity& identity) {
    return TlsOptions()
        .ca_file(certificates().authority().file())
        .certificate_file(identity.certificate_file())
        .key_file(identity.key_file());
}

SecureApacheOptions requiring_certificates() {
    SecureApacheOptions options;
    const auto identity = certificates().server();
    options.certificate = identity.certificate_file();
    options.key = identity.key_file();
    options.client_ca = certificates().authority().file();
    return options;
}

class MutualTls : public OneServer<MutualTls> {
public:
    static SecureApacheOptions server_options() {
        const auto list = certificates().authority().revocation_list({revoked()});
        std::filesystem::copy_file(list, list_file());
        auto options = requiring_certificates();
        options.check_revocation = true;
        return options;
    }

protected:
    static const Identity& revoked() {
        static const auto identity = client_certificate("revoked");
        return identity;
    }
    ClientOptions secured(TlsOptions tls) {
        return client_of(server().secure_hosts()).tls(std::move(tls));
    }
};

const bool mutual_tls_needed = needs("MutualTls", SecureApache::lacking);

TEST_F(MutualTls, TheSubjectOfTheCertificateIsTheIdentity) {
    const auto alice = client_certificate("alice");
    StartedClient zk(secured(presenting(alice)));
    EXPECT_EQ(identities(zk), std::vector{"x509:" + alice.subject()});

    const auto path = unique_chroot();
    zk.create(
        path, "secret", CreateOptions().acl({Acl(Permissions::all, Id("x509", alice.subject()))})
    );
    EXPECT_EQ(zk.get(path).data, "secret");
    StartedClient bob(secured(presenting(client_certificate("bob"))));
    EXPECT_THROW(bob.get(path), NoAuthError);
}

TEST_F(MutualTls, OperationsSurviveReconnects) {
    Proxy proxy(server().secure_port());
    StartedClient zk(client_of(by_name(proxy)).tls(presenting(client_certificate("steady"))));
    expect_nothing_lost(zk, proxy);
}

TEST_F(MutualTls, AClientWithoutACertificateIsRefused) {
    expect_unreachable(
        secured(TlsOptions().ca_file(certificates().authority().file())),
        "TlsOptions::certificate_file"
    );
}

TEST_F(MutualTls, ACertificateOfAnUnknownAuthorityIsRefused) {
    expect_unreachable(secured(presenting(certificates().foreign_client())), refused);
}

TEST_F(MutualTls, AnExpiredCertificateIsRefused) {
    CertificateRequest request("expired");
    request.revocation_list = "URI:file://" + list_file().string();
    request.not_before = "20200101000000Z";
    request.not_after = "20200102000000Z";
    const auto identity = certificates().authority().issue(request);
    expect_unreachable(secured(presenting(identity)), refused);
}

TEST_F(MutualTls, ARevokedCertificateIsRefused) {
    expect_unreachable(secured(presenting(revoked())), refused);
}

TEST_F(MutualTls, ARenewedCertificateIsUsedByTheNextConnection) {
    const auto first = client_certificate("first");
    const auto second = client_certificate("second");
    TemporaryDirectory files;
    files.write("certificate", first.certificate_pem());
    files.write("key", first.key_pem());
    Proxy proxy(server().secure_port());
    StartedClient zk(client_of(by_name(proxy))
                         .tls(TlsOptions()
                                  .ca_file(certificates().authority().file())
                                  .certificate_file((files / "certificate").string())
                                  .key_file((files / "key").string())));
    const auto session = zk.session();
    EXPECT_EQ(identities(zk), std::vector{"x509:" + first.subject()});

    files.write("certificate", second.certificate_pem());
    files.write("key", second.key_pem());
    proxy.cut();
    proxy.restore();
    ASSERT_TRUE(wait_until([&] { return zk.metrics().reconnects == 1; }, patience));
    EXPECT_EQ(identities(zk), std::vector{"x509:" + second.subject()});
    EXPECT_EQ(zk.session(), session);
}

/// TLS 1.3, in which a client learns only after its handshake that the server refuses it.
class MutualTls13 : public OneServer<MutualTls13> {
public:
    static SecureApacheOptions server_options() {
        auto options = requiring_certificates();
        options.tls_1_3 = true;
        return options;
    }

protected:
    ClientOptions secured(TlsOptions tls) {
        return client_of(server().secure_hosts()).tls(tls.min_version(TlsVersion::tls_1_3));
    }
};

const bool needed_13 = needs("MutualTls13", SecureApache::lacking);

TEST_F(MutualTls13, TheSubjectOfTheCertificateIsTheIdentity) {
    const auto identity = certificates().client();
    StartedClient zk(secured(presenting(identity)));
    EXPECT_EQ(identities(zk), std::vector{"x509:" + identity.subject()});
}

TEST_F(MutualTls13, OperationsSurviveReconnects) {
    Proxy proxy(server().secure_port());
    StartedClient zk(client_of(by_name(proxy)).tls(presenting(certificates().client())));
    expect_nothing_lost(zk, proxy);
}

TEST_F(MutualTls13, AClientWithoutACertificateIsRefused) {
    expect_unreachable(
        secured(TlsOptions().ca_file(certificates().authority().file())),
        "TlsOptions::certificate_file"
    );
}

TEST_F(MutualTls13, ACertificateOfAnUnknownAuthorityIsRefused) {
    expect_unreachable(secured(presenting(certificates().foreign_client())), refused);
}

}  // namespace
}  // namespace kazoo::security_tests
