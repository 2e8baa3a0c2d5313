// SPDX-License-Identifier: Apache-2.0
#include "transport/tls_check.hpp"

#include "transport/openssl.hpp"
#include "values/text.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <climits>
#include <memory>
#include <new>
#include <optional>
#include <string_view>

namespace kazoo::transport {
namespace {

using Address = std::unique_ptr<ASN1_OCTET_STRING, FreedBy<ASN1_OCTET_STRING_free>>;

/// Removes the errors of failed calls from OpenSSL's queue, which other users of OpenSSL on this
/// thread would take for their own.
class ErrorsOfThisScope {
public:
    ErrorsOfThisScope() noexcept { ERR_set_mark(); }
    ~ErrorsOfThisScope() { ERR_pop_to_mark(); }
    ErrorsOfThisScope(const ErrorsOfThisScope&) = delete;
    ErrorsOfThisScope& operator=(const ErrorsOfThisScope&) = delete;
};

/// The text must outlive the result.
Bio source_of(const std::string& text) {
    const auto size = text.size() > INT_MAX ? INT_MAX : static_cast<int>(text.size());
    return Bio(need_openssl(BIO_new_mem_buf(text.data(), size)));
}

struct NamedText {
    std::string_view option;
    const std::optional<std::string>& value;
    bool is_pem;
};

std::string find_malformed_text(const TlsOptions& options) {
    const NamedText texts[] = {
        {"ca_file", options.ca_file(), false},
        {"ca_directory", options.ca_directory(), false},
        {"ca_pem", options.ca_pem(), true},
        {"certificate_file", options.certificate_file(), false},
        {"certificate_pem", options.certificate_pem(), true},
        {"key_file", options.key_file(), false},
        {"key_pem", options.key_pem(), true},
        {"server_name", options.server_name(), false},
        {"ciphers", options.ciphers(), false},
        {"ciphersuites", options.ciphersuites(), false},
        {"crl_file", options.crl_file(), false},
    };
    for (const auto& text : texts) {
        if (text.value && text.value->empty()) {
            return std::string(text.option) + " is empty";
        }
        if (text.value && !text.is_pem && text.value->find('\0') != std::string::npos) {
            return std::string(text.option) + " contains a zero byte";
        }
    }
    return {};
}

std::string find_contradiction(const TlsOptions& options) {
    const bool certificate = options.certificate_file() || options.certificate_pem();
    const bool key = options.key_file() || options.key_pem();
    if (options.certificate_file() && options.certificate_pem()) {
        return "give certificate_file or certificate_pem, not both";
    }
    if (options.key_file() && options.key_pem()) {
        return "give key_file or key_pem, not both";
    }
    if (certificate && !key && !options.configure()) {
        return "the client certificate has no private key; give key_file or key_pem, which may be "
               "the same as the certificate's";
    }
    if (key && !certificate) {
        return "the private key has no certificate; give certificate_file or certificate_pem";
    }
    if (options.key_password() && !key) {
        return "key_password is given without key_file and key_pem";
    }
    return {};
}

std::string find_unknown_choice(const TlsOptions& options) {
    const auto version = options.min_version();
    if (version != TlsVersion::tls_1_2 && version != TlsVersion::tls_1_3) {
        return "min_version is neither tls_1_2 nor tls_1_3";
    }
    const auto verify = options.verify();
    if (verify != VerifyMode::full && verify != VerifyMode::chain && verify != VerifyMode::none) {
        return "verify is neither full, chain nor none";
    }
    return {};
}

bool is_address(const std::string& name) {
    return Address(a2i_IPADDRESS(name.c_str())) != nullptr;
}

bool can_be_name(const std::string& name) {
    constexpr std::size_t longest = 255;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte >= 0x7F) {
            return false;
        }
    }
    return name.size() <= longest && name.find_first_of("[]@/:?#*,\\\"'<>") == std::string::npos;
}

/// A port, a list of servers or brackets around an address would never match a certificate.
std::string find_bad_name(const std::optional<std::string>& name) {
    if (!name || is_address(*name) || can_be_name(*name)) {
        return {};
    }
    return "server_name is neither a host name nor an IP address: " + base::quoted(*name);
}

/// Returns the first name of the list that is not among the ciphers of the context.
std::optional<std::string_view> first_unknown(std::string_view list, SSL_CTX* context) {
    const auto* known = SSL_CTX_get_ciphers(context);
    while (true) {
        const auto name = list.substr(0, list.find(':'));
        bool found = false;
        for (int i = 0; i < sk_SSL_CIPHER_num(known) && !found; ++i) {
            found = SSL_CIPHER_get_name(sk_SSL_CIPHER_value(known, i)) == name;
        }
        if (!found) {
            return name;
        }
        if (name.size() == list.size()) {
            return std::nullopt;
        }
        list.remove_prefix(name.size() + 1);
    }
}

std::string find_bad_ciphers(const TlsOptions& options) {
    static_cast<void>(OpensslErrors::take());
    const SslContext context(SSL_CTX_new(TLS_client_method()));
    if (!context) {
        const auto failure = OpensslErrors::take();
        if (failure.out_of_memory()) {
            throw std::bad_alloc();
        }
        // Of OpenSSL's configuration, of a library that does not fit: not of the options.
        return "OpenSSL cannot be initialised: " + openssl_reason(failure.first());
    }
    if (options.ciphers() &&
        SSL_CTX_set_cipher_list(context.get(), options.ciphers()->c_str()) != 1) {
        return "ciphers selects no cipher that OpenSSL knows: " + base::quoted(*options.ciphers());
    }
    if (!options.ciphersuites()) {
        return {};
    }
    // Some versions of OpenSSL accept a list with unknown suites and leave them out.
    const auto& suites = *options.ciphersuites();
    const bool accepted = SSL_CTX_set_ciphersuites(context.get(), suites.c_str()) == 1;
    const auto unknown = first_unknown(suites, context.get());
    if (unknown) {
        return "ciphersuites contains one that OpenSSL does not know: " + base::quoted(*unknown);
    }
    return accepted ? std::string() : "OpenSSL refuses ciphersuites: " + base::quoted(suites);
}

Certificate first_certificate(const std::string& pem) {
    const auto source = source_of(pem);
    return Certificate(PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr));
}

/// Supplies no password, and notes that one is needed.
int note_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* needed) {
    *static_cast<bool*>(needed) = true;
    return -1;
}

/// An encrypted key is not checked further, because its password is known when it is used.
std::string find_bad_key(const TlsOptions& options, const X509* certificate) {
    const auto source = source_of(*options.key_pem());
    bool needs_password = false;
    const PrivateKey key(
        PEM_read_bio_PrivateKey(source.get(), nullptr, note_password, &needs_password)
    );
    if (needs_password) {
        return options.key_password() ? "" : "key_pem is encrypted; give key_password";
    }
    if (!key) {
        return "key_pem contains no private key in PEM format";
    }
    if (certificate != nullptr && X509_check_private_key(certificate, key.get()) != 1) {
        return "key_pem is not the key of certificate_pem";
    }
    return {};
}

std::string find_bad_pem(const TlsOptions& options) {
    if (options.ca_pem() && !first_certificate(*options.ca_pem())) {
        return "ca_pem contains no certificate in PEM format";
    }
    Certificate certificate;
    if (options.certificate_pem()) {
        certificate = first_certificate(*options.certificate_pem());
        if (!certificate) {
            return "certificate_pem contains no certificate in PEM format";
        }
    }
    return options.key_pem() ? find_bad_key(options, certificate.get()) : std::string();
}

}  // namespace

std::string find_tls_problem(const TlsOptions& options) {
    prepare_openssl();
    const ErrorsOfThisScope errors;
    auto problem = find_malformed_text(options);
    for (const auto find :
         {find_contradiction, find_unknown_choice, find_bad_ciphers, find_bad_pem}) {
        if (problem.empty()) {
            problem = find(options);
        }
    }
    return problem.empty() ? find_bad_name(options.server_name()) : problem;
}

}  // namespace kazoo::transport
