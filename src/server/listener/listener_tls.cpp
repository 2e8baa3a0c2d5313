// SPDX-License-Identifier: Apache-2.0
#include "server/listener/listener_tls.hpp"

#include "security/secrets.hpp"

#include <boost/asio/ssl/error.hpp>
#include <boost/system/system_error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <utility>

namespace kazoo::server {
namespace {

using Context = ListenerTls::Context;
using Error = boost::system::error_code;

void require(const Error& error, const std::string& what) {
    if (error) {
        throw boost::system::system_error(error, what);
    }
}

/// Throws OpenSSL's last error unless `success`.
void require(bool success, const std::string& what) {
    if (!success) {
        const auto code = static_cast<int>(ERR_get_error());
        ERR_clear_error();
        throw boost::system::system_error(
            Error(code, boost::asio::error::get_ssl_category()), what
        );
    }
}

struct KeyPassword {
    const std::string& text;
    bool asked = false;  // the key is encrypted
};

/// Without this callback OpenSSL asks the terminal. An absent password is an empty one.
int give_password(char* into, int size, int /*for_writing*/, void* of_key) {
    auto& password = *static_cast<KeyPassword*>(of_key);
    password.asked = true;
    const std::size_t length = std::min(password.text.size(), static_cast<std::size_t>(size));
    std::memcpy(into, password.text.data(), length);
    return static_cast<int>(length);
}

void use_key(Context& context, const ListenerTlsOptions& options) {
    SSL_CTX* const native = context.native_handle();
    KeyPassword password{options.key_password};
    SSL_CTX_set_default_passwd_cb(native, give_password);
    SSL_CTX_set_default_passwd_cb_userdata(native, &password);
    Error error;
    context.use_private_key_file(options.key, Context::pem, error);
    SSL_CTX_set_default_passwd_cb_userdata(native, nullptr);
    SSL_CTX_set_default_passwd_cb(native, nullptr);
    std::string what = options.key;
    if (password.asked) {
        what += options.key_password.empty() ? " (it is encrypted, and no password is given)"
                                             : " (it is encrypted; the password may be wrong)";
    }
    require(error, what);
}

void use_client_certificates(Context& context, const ListenerTlsOptions& options) {
    SSL_CTX* const native = context.native_handle();
    Error error;
    context.load_verify_file(options.client_ca, error);
    require(error, options.client_ca);
    // The names of the CAs, by which clients choose among their certificates.
    STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(options.client_ca.c_str());
    require(names != nullptr, options.client_ca);
    SSL_CTX_set_client_CA_list(native, names);
    if (!options.client_crl.empty()) {
        X509_STORE* const store = SSL_CTX_get_cert_store(native);
        X509_LOOKUP* const files = X509_STORE_add_lookup(store, X509_LOOKUP_file());
        require(
            files != nullptr &&
                X509_load_crl_file(files, options.client_crl.c_str(), X509_FILETYPE_PEM) > 0,
            options.client_crl
        );
        X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    }
    const bool need = options.client_certificates == ClientCertificates::need;
    context.set_verify_mode(
        boost::asio::ssl::verify_peer |
        (need ? boost::asio::ssl::verify_fail_if_no_peer_cert : boost::asio::ssl::verify_none)
    );
    // Each connection verifies its certificate: a resumed TLS session would keep one that has been
    // revoked since.
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(native, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(native, 0);
}

}  // namespace

ListenerTls::ListenerTls(ListenerTlsOptions options)
    : options_(std::move(options)), loaded_(stamps()), reported_(loaded_), context_(load()) {}

ListenerTls::~ListenerTls() {
    base::cleanse(options_.key_password);
}

std::shared_ptr<Context> ListenerTls::context() {
    const Stamps now = stamps();  // before the files are read: a later change is another one
    if (now == loaded_) {
        return context_;
    }
    try {
        context_ = load();
        loaded_ = now;
    } catch (const std::bad_alloc&) {
        return context_;  // the next connection tries again
    } catch (const std::exception& failure) {
        try {
            report(now, failure.what());
        } catch (const std::bad_alloc&) {
            return context_;  // reported with the next connection
        }
    }
    return context_;
}

/// The files are being replaced one after the other, or will not become usable by themselves.
void ListenerTls::report(const Stamps& changed, const char* why) {
    if (changed == reported_) {
        return;
    }
    std::string text =
        "the TLS files have changed and cannot be used, so that new connections are accepted with "
        "the former ones: ";
    text += why;
    reported_ = changed;
    options_.logger.log(LogLevel::warning, text);
}

ListenerTls::Stamps ListenerTls::stamps() const {
    const std::array<const std::string*, 4> files{
        &options_.certificate, &options_.key, &options_.client_ca, &options_.client_crl};
    Stamps all{};
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (!files[i]->empty()) {
            std::error_code missing;  // of which load() complains
            all[i].written = std::filesystem::last_write_time(*files[i], missing);
            all[i].size = std::filesystem::file_size(*files[i], missing);
        }
    }
    return all;
}

std::shared_ptr<Context> ListenerTls::load() const {
    auto context = std::make_shared<Context>(Context::tls_server);
    context->set_options(Context::default_workarounds | Context::no_tlsv1 | Context::no_tlsv1_1);
    Error error;
    context->use_certificate_chain_file(options_.certificate, error);
    require(error, options_.certificate);
    use_key(*context, options_);
    if (!options_.client_ca.empty() && options_.client_certificates != ClientCertificates::none) {
        use_client_certificates(*context, options_);
    }
    return context;
}

}  // namespace kazoo::server
