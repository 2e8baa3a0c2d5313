// SPDX-License-Identifier: Apache-2.0
// Whom the entries of each scheme admit, as the helper functions of <kazoo/security.hpp> make them.
#include "support/digest_md5.hpp"
#include "tls_fixture.hpp"

#include <kazoo/security.hpp>

#include <string>

namespace kazoo::embedded_tests {
namespace {

using testing::ClientAuth;
using testing_support::digest_md5;

/// A server with TLS, client certificates and SASL.
class AclSchemes : public ::testing::Test {
protected:
    ClientOptions over_tls() const {
        return to(server.hosts()).tls(trusting(certificates.authority()));
    }
    ClientOptions owner_of(const Identity& identity) const {
        return over_tls().tls(trusting(certificates.authority())
                                  .certificate_file(identity.certificate_file())
                                  .key_file(identity.key_file()));
    }
    /// Creates a node that `entry` alone gives access to.
    void protect(const std::string& path, const Acl& entry) {
        anyone.create(path, "", CreateOptions().acl({entry}));
    }
    static bool admitted(KazooClient& zk, const std::string& path) {
        try {
            zk.get(path);
            return true;
        } catch (const NoAuthError&) {
            return false;
        }
    }

    Certificates certificates;
    Identity app = certificates.client();
    Identity other = certificates.authority().issue(testing_support::CertificateRequest("other"));
    Server server{served_by(certificates.server())
                      .tls_client_ca(certificates.authority().file())
                      .tls_client_auth(ClientAuth::want)
                      .sasl_user("bob", "bobsecret")
                      .sasl_user("eve", "evesecret")};
    StartedClient anyone{over_tls()};
};

TEST_F(AclSchemes, WorldAdmitsEveryone) {
    protect("/w", make_world_acl(Permissions::read));
    EXPECT_TRUE(admitted(anyone, "/w"));
    EXPECT_THROW(anyone.set("/w", "x"), NoAuthError) << "the permission counts";
}

TEST_F(AclSchemes, AuthAndDigestAdmitTheUser) {
    StartedClient bob(over_tls().auth_data({{"digest", "bob:secret"}}));
    StartedClient eve(over_tls().auth_data({{"digest", "eve:secret"}}));
    bob.create("/auth", "", CreateOptions().acl({make_auth_acl(Permissions::all)}));
    protect("/digest", make_digest_acl("bob", "secret", Permissions::all));
    for (const auto* path : {"/auth", "/digest"}) {
        EXPECT_TRUE(admitted(bob, path)) << path;
        EXPECT_FALSE(admitted(eve, path)) << path;
        EXPECT_FALSE(admitted(anyone, path)) << path;
    }
}

TEST_F(AclSchemes, IpAdmitsTheAddressesOfTheRange) {
    int number = 0;
    const auto admits = [&](const char* range) {
        const auto path = "/ip" + std::to_string(++number);
        protect(path, make_ip_acl(range, Permissions::all));
        return admitted(anyone, path);
    };
    for (const char* range :
         {"127.0.0.1",
          "127.0.0.1/32",
          "127.0.0.0/31",
          "127.255.0.0/8",
          "10.0.0.0/1",
          "10.0.0.0/0"}) {
        EXPECT_TRUE(admits(range)) << range;
    }
    for (const char* range :
         {"127.0.0.2", "127.0.0.2/31", "126.0.0.0/8", "128.0.0.0/1", "::1", "::/0"}) {
        EXPECT_FALSE(admits(range)) << range;
    }
}

TEST_F(AclSchemes, SaslAdmitsTheUser) {
    StartedClient bob(over_tls().sasl(digest_md5("bob", "bobsecret")));
    StartedClient eve(over_tls().sasl(digest_md5("eve", "evesecret")));
    protect("/sasl", make_sasl_acl("bob", Permissions::all));
    EXPECT_TRUE(admitted(bob, "/sasl"));
    EXPECT_FALSE(admitted(eve, "/sasl"));
    EXPECT_FALSE(admitted(anyone, "/sasl"));
}

TEST_F(AclSchemes, X509AdmitsTheSubject) {
    StartedClient mine(owner_of(app));
    StartedClient theirs(owner_of(other));
    const auto subject = make_x509_acl_credential(app.certificate_pem());
    protect("/x509", make_x509_acl(subject, Permissions::all));
    EXPECT_TRUE(admitted(mine, "/x509"));
    EXPECT_FALSE(admitted(theirs, "/x509"));
    EXPECT_FALSE(admitted(anyone, "/x509"));
}

}  // namespace
}  // namespace kazoo::embedded_tests
