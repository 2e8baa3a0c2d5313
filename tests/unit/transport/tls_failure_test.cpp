// SPDX-License-Identifier: Apache-2.0
// The words for failures of TLS that are hard to provoke.
#include "transport/tls_failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include <string>

namespace kazoo::transport {
namespace {

using testing::HasSubstr;

std::string after_alert(int alert, bool requested = false, bool presented = false) {
    TlsFailure failure;
    failure.certificate_requested = requested;
    failure.certificate_presented = presented;
    failure.name = "zk1";
    failure.code = ERR_PACK(ERR_LIB_SSL, 0, SSL_AD_REASON_OFFSET + alert);
    EXPECT_EQ(failure.alert(), alert);
    return to_text(failure);
}

std::string after_refusal(int refusal, int depth = 0) {
    TlsFailure failure;
    failure.refusal = refusal;
    failure.depth = depth;
    failure.name = "zk1";
    failure.certificate = {"CN=subject", "CN=issuer", {}, "2024-01-01", "2025-01-01"};
    return to_text(failure);
}

TEST(TlsFailureTest, AnAlertIsTakenForAMissingCertificateOnlyIfOneWasRequested) {
    constexpr const char* missing = "requires a client certificate";
    EXPECT_THAT(after_alert(SSL_AD_HANDSHAKE_FAILURE, true), HasSubstr(missing));
    EXPECT_THAT(after_alert(SSL_AD_BAD_CERTIFICATE, true), HasSubstr(missing));
    EXPECT_THAT(after_alert(SSL_AD_HANDSHAKE_FAILURE), HasSubstr("no cipher"));
    EXPECT_THAT(after_alert(SSL_AD_HANDSHAKE_FAILURE, true, true), HasSubstr("no cipher"));
    EXPECT_THAT(after_alert(SSL_AD_BAD_CERTIFICATE), HasSubstr("alert 'bad certificate'"));
    EXPECT_THAT(
        after_alert(SSL_AD_CERTIFICATE_EXPIRED, true, true),
        HasSubstr("refuses the client's certificate: it has expired")
    );
}

TEST(TlsFailureTest, OtherAlerts) {
    EXPECT_THAT(after_alert(SSL_AD_UNRECOGNIZED_NAME), HasSubstr("does not know the name 'zk1'"));
    EXPECT_THAT(after_alert(SSL_AD_PROTOCOL_VERSION), HasSubstr("TlsOptions::min_version"));
    EXPECT_THAT(after_alert(SSL_AD_INTERNAL_ERROR), HasSubstr("alert 'internal error'"));
}

TEST(TlsFailureTest, RefusedCertificates) {
    EXPECT_THAT(
        after_refusal(X509_V_ERR_HOSTNAME_MISMATCH),
        HasSubstr("its certificate is for no host name")
    );
    EXPECT_THAT(
        after_refusal(X509_V_ERR_CERT_HAS_EXPIRED, 1),
        HasSubstr("the authority 'CN=subject' behind the server's certificate expired on 2025-01-01"
        )
    );
    EXPECT_THAT(
        after_refusal(X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, 1),
        HasSubstr("the authority 'CN=subject' behind the server's certificate is not trusted")
    );
    EXPECT_THAT(
        after_refusal(X509_V_ERR_CRL_HAS_EXPIRED),
        HasSubstr("the revocation list of 'CN=issuer' in TlsOptions::crl_file has expired")
    );
    EXPECT_THAT(
        after_refusal(X509_V_ERR_EE_KEY_TOO_SMALL),
        HasSubstr("is refused: EE certificate key too weak")
    );
}

TEST(TlsFailureTest, NamesOfCertificatesFitOneLine) {
    TlsFailure failure;
    failure.refusal = X509_V_ERR_HOSTNAME_MISMATCH;
    failure.name = "zk1";
    failure.certificate.names.assign(20, "a\nb");
    const auto text = to_text(failure);
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    EXPECT_THAT(text, HasSubstr("and 12 others"));
}

}  // namespace
}  // namespace kazoo::transport
