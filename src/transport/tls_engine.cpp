// SPDX-License-Identifier: Apache-2.0
#include "transport/tls_engine.hpp"

#include "transport/tls_files.hpp"
#include "values/text.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <new>
#include <utility>

namespace kazoo::transport {

TlsName tls_name(const TlsOptions& options, const base::Endpoint& endpoint) {
    TlsName name;
    name.text = endpoint.name.empty() ? endpoint.address : endpoint.name;
    if (options.server_name() && !options.server_name()->empty()) {
        name.text = *options.server_name();
    }
    boost::system::error_code none;
    static_cast<void>(boost::asio::ip::make_address(name.text, none));
    name.address = !none;
    if (name.address) {
        name.text.erase(std::min(name.text.find('%'), name.text.size()));
    } else if (name.text.ends_with('.')) {
        name.text.pop_back();
    }
    return name;
}

TlsEngine::TlsEngine(SSL_CTX& context, TlsName name, VerifyMode verify)
    : name_(std::move(name)), ssl_(need_openssl(SSL_new(&context))) {
    failure_.name = name_.text;
    auto input = make_bio(pipe_);
    auto output = make_bio(pipe_);
    SSL_set0_rbio(ssl_.get(), input.release());
    SSL_set0_wbio(ssl_.get(), output.release());
    SSL_set_connect_state(ssl_.get());
    SSL_set_app_data(ssl_.get(), this);
    SSL_set_msg_callback(ssl_.get(), on_message);
    SSL_set_msg_callback_arg(ssl_.get(), this);
    users_verify_ = SSL_get_verify_callback(ssl_.get());
    if (const int mode = SSL_get_verify_mode(ssl_.get()); mode != SSL_VERIFY_NONE) {
        SSL_set_verify(ssl_.get(), mode, on_verified);
    }
    set_name(verify);
}

void TlsEngine::set_name(VerifyMode verify) {
    const auto check_name = [this](int result) {
        if (result == 1) {
            return;
        }
        if (OpensslErrors::take().out_of_memory()) {
            throw std::bad_alloc();
        }
        throw TlsSettingError("not a host name that TLS can use: " + base::quoted(name_.text));
    };
    static_cast<void>(OpensslErrors::take());
    if (!name_.address) {
        check_name(static_cast<int>(SSL_set_tlsext_host_name(ssl_.get(), name_.text.c_str())));
    }
    if (verify != VerifyMode::full) {
        return;
    }
    auto* const check = SSL_get0_param(ssl_.get());
    X509_VERIFY_PARAM_set_hostflags(check, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (name_.address) {
        check_name(X509_VERIFY_PARAM_set1_ip_asc(check, name_.text.c_str()));
    } else {
        check_name(X509_VERIFY_PARAM_set1_host(check, name_.text.data(), name_.text.size()));
    }
}

void TlsEngine::feed(std::span<const std::byte> bytes) noexcept {
    for (const auto byte : bytes.first(std::min<std::size_t>(bytes.size(), 2))) {
        if (failure_.received < failure_.first_bytes.size()) {
            failure_.first_bytes[failure_.received++] = std::to_integer<std::uint8_t>(byte);
        }
    }
    pipe_.input = bytes;
}

TlsEngine::Status TlsEngine::handshake() {
    clear_openssl_errors();
    const auto status = status_of(SSL_do_handshake(ssl_.get()));
    failure_.established = status == Status::ready;
    if (failure_.established) {
        SSL_set_msg_callback(ssl_.get(), nullptr);  // it would be called for each record
    }
    // OpenSSL waits for a whole header, which may never come if it is not one.
    return status == Status::needs_input && !failure_.speaks_tls() ? Status::failed : status;
}

/// OpenSSL returns one record at a time, and servers may send each reply in one of its own. So the
/// list of errors, which a success does not touch, is only looked at in the end.
TlsEngine::Status TlsEngine::read(std::span<std::byte> into, std::size_t& count) {
    count = 0;
    clear_openssl_errors();
    while (count < into.size()) {
        std::size_t size = 0;
        const int result = SSL_read_ex(ssl_.get(), into.data() + count, into.size() - count, &size);
        if (result != 1) {
            return status_of(result);
        }
        count += size;
    }
    return status_of(1);
}

/// OpenSSL divides the bytes into as few records as possible.
TlsEngine::Status TlsEngine::write(std::span<const std::byte> bytes) {
    if (bytes.empty()) {
        return Status::ready;
    }
    clear_openssl_errors();
    std::size_t written = 0;
    const auto status = status_of(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written));
    return status == Status::ready ? Status::ready : Status::failed;
}

void TlsEngine::shut_down() noexcept {
    if (failure_.established) {
        static_cast<void>(SSL_shutdown(ssl_.get()));
        clear_openssl_errors();
    }
}

TlsEngine::Status TlsEngine::status_of(int result) {
    const int reason = SSL_get_error(ssl_.get(), result);
    const auto errors = OpensslErrors::take();
    if (pipe_.out_of_memory || out_of_memory_ || errors.out_of_memory()) {
        throw std::bad_alloc();
    }
    switch (reason) {
        case SSL_ERROR_NONE:
            return Status::ready;
        case SSL_ERROR_WANT_READ:
            return Status::needs_input;
        case SSL_ERROR_ZERO_RETURN:
            return Status::closed;
        default:
            failure_.code = errors.first();
            return Status::failed;
    }
}

/// Called by OpenSSL for each certificate, and each fault of one.
int TlsEngine::on_verified(int accepted, X509_STORE_CTX* store) noexcept {
    auto* const ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto& self = *static_cast<TlsEngine*>(SSL_get_app_data(ssl));
    if (self.users_verify_ != nullptr) {
        accepted = self.users_verify_(accepted, store);
    }
    if (accepted == 0) {
        self.note_refusal(*store);
    }
    return accepted;
}

void TlsEngine::note_refusal(X509_STORE_CTX& store) noexcept {
    failure_.refusal = X509_STORE_CTX_get_error(&store);
    failure_.depth = X509_STORE_CTX_get_error_depth(&store);
    const auto* const certificate = X509_STORE_CTX_get_current_cert(&store);
    if (certificate == nullptr) {
        return;
    }
    try {
        failure_.certificate = facts_of(*certificate);
    } catch (const std::bad_alloc&) {
        out_of_memory_ = true;
    }
}

/// Called by OpenSSL for each message of the handshake.
void TlsEngine::on_message(
    int sent, int, int type, const void* bytes, std::size_t size, SSL*, void* self
) noexcept {
    if (type != SSL3_RT_HANDSHAKE || size == 0) {
        return;
    }
    constexpr std::size_t empty_certificate = 8;  // in TLS 1.3; one byte less in TLS 1.2
    auto& failure = static_cast<TlsEngine*>(self)->failure_;
    const int message = *static_cast<const unsigned char*>(bytes);
    if (sent == 0 && message == SSL3_MT_CERTIFICATE_REQUEST) {
        failure.certificate_requested = true;
    } else if (sent != 0 && message == SSL3_MT_CERTIFICATE) {
        failure.certificate_presented = size > empty_certificate;
    }
}

}  // namespace kazoo::transport
