// SPDX-License-Identifier: Apache-2.0
#include "transport/tls_check.hpp"

#include "support/certificates.hpp"

#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>

#include <string>
#include <type_traits>

namespace kazoo::transport {
namespace {

using testing_support::Certificates;

static_assert(!std::is_aggregate_v<TlsOptions>);

TEST(TlsCheck, AcceptsTheDefaultsAndWhatBelongsTogether) {
    const Certificates certificates;
    const auto client = certificates.client();
    for (const auto& options :
         {TlsOptions(),
          TlsOptions().ca_file("a").ca_directory("b").ca_pem(certificates.authority().pem()),
          TlsOptions().certificate_file("both.pem").key_file("both.pem"),
          TlsOptions().certificate_pem(client.certificate_pem()).key_pem(client.key_pem()),
          TlsOptions().certificate_file("a").key_pem(client.key_pem()),
          TlsOptions().certificate_file("a").configure([](ssl_ctx_st*) {}),
          TlsOptions().certificate_file("a").key_file("b").key_password([] {
              return std::string("p");
          }),
          TlsOptions().min_version(TlsVersion::tls_1_3).verify(VerifyMode::none),
          TlsOptions().ciphers("ECDHE+AESGCM").ciphersuites("TLS_AES_128_GCM_SHA256")}) {
        EXPECT_EQ(find_tls_problem(options), "");
    }
}

TEST(TlsCheck, FilesAreNotRead) {
    EXPECT_EQ(find_tls_problem(TlsOptions().ca_file("/absent").crl_file("/absent")), "");
}

TEST(TlsCheck, EmptyValuesAreRefused) {
    EXPECT_EQ(find_tls_problem(TlsOptions().ca_file("")), "ca_file is empty");
    EXPECT_EQ(find_tls_problem(TlsOptions().ca_directory("")), "ca_directory is empty");
    EXPECT_EQ(find_tls_problem(TlsOptions().ca_pem("")), "ca_pem is empty");
    EXPECT_EQ(find_tls_problem(TlsOptions().certificate_file("")), "certificate_file is empty");
    EXPECT_EQ(find_tls_problem(TlsOptions().key_pem("")), "key_pem is empty");
    EXPECT_EQ(find_tls_problem(TlsOptions().server_name("")), "server_name is empty");
    EXPECT_EQ(find_tls_problem(TlsOptions().crl_file("")), "crl_file is empty");
    EXPECT_EQ(find_tls_problem(TlsOptions().ciphers("")), "ciphers is empty");
    EXPECT_EQ(
        find_tls_problem(TlsOptions().ca_file(std::string("a\0b", 3))),
        "ca_file contains a zero byte"
    );
}

TEST(TlsCheck, ACertificateAndItsKeyBelongTogether) {
    EXPECT_EQ(
        find_tls_problem(TlsOptions().certificate_file("a")),
        "the client certificate has no private key; give key_file or key_pem, which may be the "
        "same as the certificate's"
    );
    EXPECT_EQ(
        find_tls_problem(TlsOptions().key_file("a")),
        "the private key has no certificate; give certificate_file or certificate_pem"
    );
    EXPECT_EQ(
        find_tls_problem(TlsOptions().certificate_file("a").certificate_pem("b")),
        "give certificate_file or certificate_pem, not both"
    );
    EXPECT_EQ(
        find_tls_problem(TlsOptions().certificate_file("a").key_file("b").key_pem("c")),
        "give key_file or key_pem, not both"
    );
    EXPECT_EQ(
        find_tls_problem(TlsOptions().key_password([] { return std::string("p"); })),
        "key_password is given without key_file and key_pem"
    );
}

TEST(TlsCheck, TextsMustBePem) {
    const Certificates certificates;
    const auto client = certificates.client();
    EXPECT_EQ(
        find_tls_problem(TlsOptions().ca_pem("/etc/ca.pem")),
        "ca_pem contains no certificate in PEM format"
    );
    EXPECT_EQ(
        find_tls_problem(TlsOptions().certificate_pem("x").key_file("k")),
        "certificate_pem contains no certificate in PEM format"
    );
    EXPECT_EQ(
        find_tls_problem(TlsOptions().certificate_file("c").key_pem(client.certificate_pem())),
        "key_pem contains no private key in PEM format"
    );
    EXPECT_EQ(
        find_tls_problem(TlsOptions()
                             .certificate_pem(client.certificate_pem())
                             .key_pem(certificates.server().key_pem())),
        "key_pem is not the key of certificate_pem"
    );
}

TEST(TlsCheck, AnEncryptedKeyNeedsAFunctionThatIsNotYetCalled) {
    const Certificates certificates;
    const auto client = certificates.client();
    const auto options =
        TlsOptions().certificate_file("c").key_pem(client.encrypted_key_pem("secret"));
    EXPECT_EQ(find_tls_problem(options), "key_pem is encrypted; give key_password");
    bool called = false;
    EXPECT_EQ(
        find_tls_problem(TlsOptions(options).key_password([&called] {
            called = true;
            return std::string();
        })),
        ""
    );
    EXPECT_FALSE(called);
}

TEST(TlsCheck, CiphersMustBeKnown) {
    EXPECT_EQ(
        find_tls_problem(TlsOptions().ciphers("SECURE")),
        "ciphers selects no cipher that OpenSSL knows: 'SECURE'"
    );
    for (const char* suites :
         {"TLS_AES_512",
          "TLS_AES_128_GCM_SHA256:TLS_AES_512",
          "TLS_AES_512:TLS_AES_128_GCM_SHA256"}) {
        EXPECT_EQ(
            find_tls_problem(TlsOptions().ciphersuites(suites)),
            "ciphersuites contains one that OpenSSL does not know: 'TLS_AES_512'"
        ) << suites;
    }
    EXPECT_EQ(
        find_tls_problem(TlsOptions().ciphersuites("TLS_AES_128_GCM_SHA256:")),
        "ciphersuites contains one that OpenSSL does not know: ''"
    );
}

TEST(TlsCheck, AServerNameIsOneNameOrAddress) {
    for (const char* name : {"zk.example.com", "zk_1", "10.0.0.1", "::1", "fe80::1"}) {
        EXPECT_EQ(find_tls_problem(TlsOptions().server_name(name)), "") << name;
    }
    for (const char* name : {"zk1:2281", "[::1]", "a b", "a,b", "tls://a", "*.example.com"}) {
        EXPECT_EQ(
            find_tls_problem(TlsOptions().server_name(name)),
            "server_name is neither a host name nor an IP address: '" + std::string(name) + "'"
        );
    }
    EXPECT_NE(find_tls_problem(TlsOptions().server_name(std::string(256, 'a'))), "");
}

TEST(TlsCheck, NumbersThatAreNoEnumeratorsAreRefused) {
    EXPECT_EQ(
        find_tls_problem(TlsOptions().min_version(static_cast<TlsVersion>(9))),
        "min_version is neither tls_1_2 nor tls_1_3"
    );
    EXPECT_EQ(
        find_tls_problem(TlsOptions().verify(static_cast<VerifyMode>(9))),
        "verify is neither full, chain nor none"
    );
}

/// While it lives, OpenSSL has no algorithms on this thread, as with a damaged configuration.
class NoAlgorithms {
public:
    NoAlgorithms() { before_ = OSSL_LIB_CTX_set0_default(empty_); }
    ~NoAlgorithms() {
        OSSL_LIB_CTX_set0_default(before_);
        OSSL_PROVIDER_unload(none_);
        OSSL_LIB_CTX_free(empty_);
    }
    NoAlgorithms(const NoAlgorithms&) = delete;
    NoAlgorithms& operator=(const NoAlgorithms&) = delete;

private:
    OSSL_LIB_CTX* const empty_ = OSSL_LIB_CTX_new();
    OSSL_PROVIDER* const none_ = OSSL_PROVIDER_load(empty_, "null");
    OSSL_LIB_CTX* before_ = nullptr;
};

TEST(TlsCheck, AnUnusableOpensslIsNoLackOfMemory) {
    const NoAlgorithms scope;
    const auto problem = find_tls_problem(TlsOptions());
    EXPECT_EQ(problem.find("OpenSSL cannot be initialised: "), 0U) << problem;
    EXPECT_EQ(problem.find("error 0"), std::string::npos) << problem;
}

TEST(TlsCheck, LeavesNoErrorsToOtherUsersOfOpenssl) {
    ERR_clear_error();
    static_cast<void>(find_tls_problem(TlsOptions().ca_pem("x")));
    static_cast<void>(find_tls_problem(TlsOptions().ciphers("x")));
    static_cast<void>(find_tls_problem(TlsOptions().ciphersuites("x")));
    EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace kazoo::transport
