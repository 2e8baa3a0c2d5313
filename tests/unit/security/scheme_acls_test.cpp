// SPDX-License-Identifier: Apache-2.0
#include "support/certificates.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/security.hpp>

#include <gmock/gmock.h>
#include <openssl/err.h>

#include <string>

namespace kazoo {
namespace {

using ::testing::HasSubstr;

template <class Call>
std::string refusal_of(Call&& call) {
    try {
        call();
    } catch (const BadArgumentsError& refused) {
        EXPECT_EQ(refused.outcome(), Outcome::not_sent);
        return refused.error().message();
    }
    return "";
}

TEST(SchemeAcls, WorldAndAuthHaveOneIdEach) {
    EXPECT_EQ(AclList{make_world_acl(Permissions::all)}, open_acl_unsafe());
    EXPECT_EQ(AclList{make_world_acl(Permissions::read)}, read_acl_unsafe());
    EXPECT_EQ(AclList{make_auth_acl(Permissions::all)}, creator_all_acl());
}

TEST(SchemeAcls, IpTakesAddressesAndRanges) {
    for (const char* range : {"10.1.2.3", "10.0.0.0/8", "0.0.0.0/0", "::1", "2001:db8::/32"}) {
        EXPECT_EQ(make_ip_acl(range, 5), Acl(5, Id("ip", range)));
    }
}

TEST(SchemeAcls, IpRefusesWhatServersRefuse) {
    for (const char* range :
         {"",
          "localhost",
          "10.0.0",
          "10.0.0.256",
          "10.0.0.0/33",
          "10.0.0.0/",
          "::/129",
          "::ffff:10.0.0.1",
          " 10.0.0.1",
          "[::1]"}) {
        const auto why = refusal_of([&] { make_ip_acl(range, 1); });
        EXPECT_THAT(why, HasSubstr("make_ip_acl")) << range;
        EXPECT_THAT(why, HasSubstr("'" + std::string(range) + "' is not an IP address"));
    }
}

TEST(SchemeAcls, SaslTakesUsersAndPrincipals) {
    for (const char* identity : {"bob", "bob@REALM", "zk/host.example@REALM", "a:b"}) {
        EXPECT_EQ(make_sasl_acl(identity, 31), Acl(31, Id("sasl", identity)));
    }
    for (const char* identity : {"", "a@b@c", "a/b/c@REALM", "a@b/c"}) {
        EXPECT_THAT(
            refusal_of([&] { make_sasl_acl(identity, 31); }),
            HasSubstr("'" + std::string(identity) + "' is not a user name or a principal")
        );
    }
}

TEST(SchemeAcls, X509TakesSubjectsAsZooKeeperWritesThem) {
    EXPECT_EQ(make_x509_acl("CN=app,OU=dev,O=x", 1), Acl(1, Id("x509", "CN=app,OU=dev,O=x")));
    for (const char* subject : {"", "app", "/O=x/CN=app", "CN=app, O=x", "cn=app", "CN=\"a\""}) {
        EXPECT_THAT(
            refusal_of([&] { make_x509_acl(subject, 1); }),
            HasSubstr("'" + std::string(subject) + "' is not a subject as ZooKeeper writes it")
        );
    }
}

TEST(SchemeAcls, TheSubjectIsReadFromACertificate) {
    const testing_support::Certificates certificates;
    const auto client = certificates.client();
    const auto id = make_x509_acl_credential(client.certificate_pem());
    EXPECT_EQ(id, client.subject());
    EXPECT_EQ(make_x509_acl(id, 31).id, Id("x509", client.subject()));
    const auto both = client.certificate_pem() + certificates.server().certificate_pem();
    EXPECT_EQ(make_x509_acl_credential("a comment\n" + both), id) << "the first one counts";
}

TEST(SchemeAcls, WithoutACertificateThereIsNoSubject) {
    const testing_support::Certificates certificates;
    const auto key = certificates.client().key_pem();
    const std::string broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (const auto& text : {std::string(), std::string("CN=a"), key, broken}) {
        EXPECT_THAT(
            refusal_of([&] { make_x509_acl_credential(text); }),
            HasSubstr("the text contains no certificate in PEM format")
        );
    }
    EXPECT_EQ(ERR_peek_error(), 0UL) << "nothing is left for TLS to find";
}

}  // namespace
}  // namespace kazoo
