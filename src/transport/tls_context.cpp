// SPDX-License-Identifier: Apache-2.0
#include "transport/tls_context.hpp"

#include "values/text.hpp"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <new>
#include <utility>

namespace kazoo::transport {
namespace {

/// Throws what explains the failure of a function of OpenSSL.
[[noreturn]] void refuse(const std::string& what) {
    const auto errors = OpensslErrors::take();
    if (errors.out_of_memory()) {
        throw std::bad_alloc();
    }
    const auto code = errors.first();
    throw TlsSettingError(code == 0 ? what : what + " (" + openssl_reason(code) + ")");
}

void check(int result, const char* what) {
    if (result != 1) {
        refuse(what);
    }
}

/// The settings that need no files.
SslContext make_bare_context(const TlsOptions& options) {
    prepare_openssl();
    static_cast<void>(OpensslErrors::take());
    SslContext context(SSL_CTX_new(TLS_client_method()));
    if (!context) {
        refuse("OpenSSL cannot be initialised");
    }
    const int least =
        options.min_version() == TlsVersion::tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    check(SSL_CTX_set_min_proto_version(context.get(), least), "TlsOptions::min_version");
    if (const auto& ciphers = options.ciphers()) {
        if (SSL_CTX_set_cipher_list(context.get(), ciphers->c_str()) != 1) {
            refuse("TlsOptions::ciphers: no cipher of TLS 1.2 in " + base::quoted(*ciphers));
        }
    }
    if (const auto& suites = options.ciphersuites()) {
        if (SSL_CTX_set_ciphersuites(context.get(), suites->c_str()) != 1) {
            refuse("TlsOptions::ciphersuites: not all known: " + base::quoted(*suites));
        }
    }
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);  // an idle connection needs none
    return context;
}

void trust(SSL_CTX* context, const PemSource& source) {
    auto* const store = SSL_CTX_get_cert_store(context);
    for (const auto& certificate : read_certificates(source)) {
        if (X509_STORE_add_cert(store, certificate.get()) != 1) {
            refuse(source.name());
        }
    }
}

/// Trusts the authorities that are given, or else the system's.
void set_authorities(SSL_CTX* context, const TlsOptions& options) {
    if (options.ca_file()) {
        trust(context, PemSource::file("ca_file", *options.ca_file()));
    }
    if (options.ca_pem()) {
        trust(context, PemSource::text("ca_pem", *options.ca_pem()));
    }
    if (const auto& directory = options.ca_directory()) {
        // OpenSSL looks into it when it needs an authority, and does not check now that it exists.
        if (SSL_CTX_load_verify_dir(context, directory->c_str()) != 1) {
            refuse("TlsOptions::ca_directory " + base::quoted(*directory));
        }
    }
    if (options.ca_file() || options.ca_pem() || options.ca_directory()) {
        // All of them are trusted, also those that are not at the end of a chain.
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
    } else if (options.verify() != VerifyMode::none) {
        check(SSL_CTX_set_default_verify_paths(context), "the authorities of the system");
    }
}

void set_revocation_lists(SSL_CTX* context, const TlsOptions& options) {
    if (!options.crl_file()) {
        return;
    }
    const auto source = PemSource::file("crl_file", *options.crl_file());
    auto* const store = SSL_CTX_get_cert_store(context);
    for (const auto& list : read_revocation_lists(source)) {
        if (X509_STORE_add_crl(store, list.get()) != 1) {
            refuse(source.name());
        }
    }
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_CRL_CHECK);
}

void use_certificates(SSL_CTX* context, const PemSource& source) {
    const auto chain = read_certificates(source);
    if (SSL_CTX_use_certificate(context, chain.front().get()) != 1) {
        refuse(source.name());
    }
    for (std::size_t i = 1; i < chain.size(); ++i) {
        if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) {
            refuse(source.name());
        }
    }
}

void use_key(SSL_CTX* context, const PemSource& source, const TlsOptions& options) {
    const auto key = read_key(source, options.key_password());
    if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        refuse(source.name() + " does not belong to the client's certificate");
    }
}

void identify(SSL_CTX* context, const TlsOptions& options) {
    if (options.certificate_file()) {
        use_certificates(context, PemSource::file("certificate_file", *options.certificate_file()));
    } else if (options.certificate_pem()) {
        use_certificates(context, PemSource::text("certificate_pem", *options.certificate_pem()));
    }
    if (options.key_file()) {
        use_key(context, PemSource::file("key_file", *options.key_file()), options);
    } else if (options.key_pem()) {
        use_key(context, PemSource::text("key_pem", *options.key_pem()), options);
    }
}

}  // namespace

SslContext make_tls_context(const TlsOptions& options) {
    auto context = make_bare_context(options);
    set_authorities(context.get(), options);
    set_revocation_lists(context.get(), options);
    identify(context.get(), options);
    const bool verifies = options.verify() != VerifyMode::none;
    SSL_CTX_set_verify(context.get(), verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    if (options.configure()) {
        try {
            options.configure()(context.get());
        } catch (...) {
            throw TlsSettingError(text_of_thrown("TlsOptions::configure"));
        }
    }
    static_cast<void>(OpensslErrors::take());  // what may have been left
    return context;
}

}  // namespace kazoo::transport
