// SPDX-License-Identifier: Apache-2.0
// The words for what goes wrong with TLS.
#include "transport/tls_failure.hpp"

#include "values/text.hpp"

#include <openssl/err.h>
#include <openssl/tls1.h>
#include <openssl/x509_vfy.h>

namespace kazoo::transport {
namespace {

using base::quoted;

constexpr const char* trust_it = "add it to TlsOptions::ca_file if it is to be trusted";

/// Returns "'a', 'b' and 3 others".
std::string list_of(const std::vector<std::string>& names) {
    constexpr std::size_t most = 8;
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < most; ++i) {
        text += (i == 0 ? "" : ", ") + quoted(names[i]);
    }
    if (names.size() > most) {
        text += " and " + std::to_string(names.size() - most) + " others";
    }
    return text;
}

std::string wrong_name(const TlsFailure& failure) {
    const auto& names = failure.certificate.names;
    return "the server is " + quoted(failure.name) + ", but its certificate is " +
           (names.empty() ? "for no host name" : "for " + list_of(names)) +
           ": correct the host, the certificate, or TlsOptions::server_name";
}

/// Of a certificate that is out of date: which one it is.
std::string which(const TlsFailure& failure) {
    return failure.depth == 0
               ? "the server's certificate"
               : "the certificate of the authority " + quoted(failure.certificate.subject) +
                     " behind the server's certificate";
}

std::string refused_certificate(const TlsFailure& failure) {
    const auto& facts = failure.certificate;
    const auto list = "the revocation list of " + quoted(facts.issuer) + " in TlsOptions::crl_file";
    switch (failure.refusal) {
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return wrong_name(failure);
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return which(failure) + " expired on " + facts.not_after +
                   ": renew it, unless the clock of this machine is wrong";
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return which(failure) + " is not valid before " + facts.not_before +
                   ": correct the clock of this machine, or the certificate";
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return "the server's certificate " + quoted(facts.subject) +
                   " is self-signed and not trusted: " + trust_it;
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return "the authority " + quoted(facts.subject) +
                   " behind the server's certificate is not trusted: " + trust_it;
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return "the server's certificate is not trusted: the authority " +
                   quoted(facts.issuer) + " is unknown: " + trust_it;
        case X509_V_ERR_CERT_REVOKED:
            return which(failure) + " has been revoked by " + quoted(facts.issuer);
        case X509_V_ERR_UNABLE_TO_GET_CRL:
            return list + " is missing";
        case X509_V_ERR_CRL_HAS_EXPIRED:
            return list + " has expired: renew it";
        case X509_V_ERR_CRL_NOT_YET_VALID:
            return list + " is not valid yet";
        default:
            return which(failure) +
                   " is refused: " + X509_verify_cert_error_string(failure.refusal);
    }
}

/// Returns why a server refuses a client's certificate, or null if the alert does not say so.
const char* fault_of_certificate(int alert) {
    switch (alert) {
        case SSL_AD_BAD_CERTIFICATE:
            return "it does not accept it";
        case SSL_AD_UNSUPPORTED_CERTIFICATE:
            return "it does not support its kind";
        case SSL_AD_CERTIFICATE_REVOKED:
            return "it has been revoked";
        case SSL_AD_CERTIFICATE_EXPIRED:
            return "it has expired";
        case SSL_AD_CERTIFICATE_UNKNOWN:
            return "it is not trusted, or not acceptable for another reason";
        case SSL_AD_UNKNOWN_CA:
            return "it does not know the authority that has issued it";
        case SSL_AD_ACCESS_DENIED:
            return "it is valid, but has no access";
        case SSL_AD_CERTIFICATE_REQUIRED:
            return "none was received";
        default:
            return nullptr;
    }
}

std::string received_alert(const TlsFailure& failure, int alert) {
    const auto* const fault = fault_of_certificate(alert);
    const bool may_want_one = fault != nullptr || alert == SSL_AD_HANDSHAKE_FAILURE;
    if (alert == SSL_AD_CERTIFICATE_REQUIRED ||
        (may_want_one && failure.certificate_requested && !failure.certificate_presented)) {
        if (!failure.certificate_presented) {
            return "the server requires a client certificate, and none was sent: set "
                   "TlsOptions::certificate_file and key_file";
        }
    }
    if (fault != nullptr && failure.certificate_presented) {
        return std::string("the server refuses the client's certificate: ") + fault;
    }
    switch (alert) {
        case SSL_AD_HANDSHAKE_FAILURE:
        case SSL_AD_INSUFFICIENT_SECURITY:
            return "the server refuses the handshake: most likely there is no cipher that both "
                   "sides accept (TlsOptions::ciphers and ciphersuites)";
        case SSL_AD_PROTOCOL_VERSION:
            return "the server accepts no version of TLS that this client offers "
                   "(TlsOptions::min_version)";
        case SSL_AD_UNRECOGNIZED_NAME:
            return "the server does not know the name " + quoted(failure.name) +
                   ": correct the host, or set TlsOptions::server_name";
        default:
            return std::string("the server ended the connection with the alert '") +
                   SSL_alert_desc_string_long(alert) + "'";
    }
}

std::string ended_connection(const TlsFailure& failure) {
    if (failure.established) {
        return "the server closed the connection";
    }
    if (failure.received == 0) {
        return "the server closed the connection instead of answering the handshake: most likely "
               "it does not speak TLS on this port";
    }
    if (failure.certificate_requested && !failure.certificate_presented) {
        return "the server closed the connection during the handshake, after it had requested a "
               "client certificate: set TlsOptions::certificate_file and key_file";
    }
    return "the server closed the connection during the handshake without giving a reason";
}

std::string own_error(const TlsFailure& failure) {
    if (ERR_GET_LIB(failure.code) == ERR_LIB_SSL) {
        switch (ERR_GET_REASON(failure.code)) {
            case SSL_R_UNSUPPORTED_PROTOCOL:
            case SSL_R_VERSION_TOO_LOW:
            case SSL_R_WRONG_SSL_VERSION:
            case SSL_R_WRONG_VERSION_NUMBER:
                return "the server chose a version of TLS that is not accepted "
                       "(TlsOptions::min_version)";
            case SSL_R_NO_CIPHERS_AVAILABLE:
                return "no cipher can be used with these settings (TlsOptions::ciphers, "
                       "ciphersuites and min_version)";
            default:
                break;
        }
    }
    return std::string(
               failure.established ? "the connection is broken: " : "the handshake failed: "
           ) +
           (failure.code == 0 ? "unknown error" : openssl_reason(failure.code));
}

}  // namespace

/// They are a content type and the major version.
bool TlsFailure::speaks_tls() const noexcept {
    const auto type = first_bytes[0];
    return (received < 1 || (type >= SSL3_RT_CHANGE_CIPHER_SPEC && type <= SSL3_RT_APPLICATION_DATA)
           ) &&
           (received < 2 || first_bytes[1] == SSL3_VERSION_MAJOR);
}

/// OpenSSL reports alerts as errors with these reasons.
std::optional<int> TlsFailure::alert() const noexcept {
    const auto reason = ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0;
    return reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256
               ? std::optional(reason - SSL_AD_REASON_OFFSET)
               : std::nullopt;
}

std::string to_text(const TlsFailure& failure) {
    std::string text = "TLS: ";
    if (failure.refusal != X509_V_OK) {
        return text + refused_certificate(failure);
    }
    if (!failure.established && !failure.speaks_tls()) {
        return text +
               "the server does not speak TLS on this port: it answers in plain text; use its "
               "port for TLS (Apache's secureClientPort), or connect without TLS";
    }
    if (const auto alert = failure.alert()) {
        return text + received_alert(failure, *alert);
    }
    return text + (failure.ended ? ended_connection(failure) : own_error(failure));
}

}  // namespace kazoo::transport
