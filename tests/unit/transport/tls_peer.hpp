// SPDX-License-Identifier: Apache-2.0
// The server's side of a TLS connection, in memory.
#pragma once

#include "support/certificates.hpp"
#include "transport/openssl.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kazoo::transport {

using testing_support::Certificates;
using testing_support::Identity;

inline void require(bool condition, const char* what) {
    if (!condition) {
        throw std::runtime_error(what);
    }
}

/// Changes a context before it is used.
using Change = std::function<void(SSL_CTX*)>;

/// Makes the context of a server with this certificate.
inline SslContext server_context(const Identity& identity, const Change& change = nullptr) {
    SslContext context(SSL_CTX_new(TLS_server_method()));
    require(context != nullptr, "SSL_CTX_new");
    require(
        SSL_CTX_use_certificate_file(
            context.get(), identity.certificate_file().c_str(), SSL_FILETYPE_PEM
        ) == 1,
        "certificate"
    );
    require(
        SSL_CTX_use_PrivateKey_file(context.get(), identity.key_file().c_str(), SSL_FILETYPE_PEM) ==
            1,
        "key"
    );
    if (change) {
        change(context.get());
    }
    return context;
}

/// Requires client certificates of this authority.
inline Change requiring_clients(const std::string& authority_file) {
    return [authority_file](SSL_CTX* context) {
        require(
            SSL_CTX_load_verify_file(context, authority_file.c_str()) == 1, "authority of clients"
        );
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    };
}

inline Change highest_version(int version) {
    return [version](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, version); };
}

class MemoryServer {
public:
    explicit MemoryServer(const Identity& identity, const Change& change = nullptr)
        : context_(server_context(identity, change)), ssl_(SSL_new(context_.get())) {
        in_ = BIO_new(BIO_s_mem());
        out_ = BIO_new(BIO_s_mem());
        SSL_set0_rbio(ssl_.get(), in_);
        SSL_set0_wbio(ssl_.get(), out_);
        SSL_set_accept_state(ssl_.get());
    }

    /// Takes what the client has sent, and continues the handshake or reads.
    void receive(std::span<const std::byte> bytes) {
        if (!bytes.empty()) {
            BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
        }
        std::array<char, 4096> part{};
        for (int n = 0; (n = SSL_read(ssl_.get(), part.data(), part.size())) > 0;) {
            received_.append(part.data(), static_cast<std::size_t>(n));
        }
        static_cast<void>(OpensslErrors::take());
    }
    void send(std::string_view text) {
        ASSERT_EQ(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())), text.size());
    }
    [[nodiscard]] bool established() const { return SSL_is_init_finished(ssl_.get()) == 1; }
    void shut_down() { SSL_shutdown(ssl_.get()); }
    /// Makes the client use another key, which the client has to confirm.
    void update_key() {
        ASSERT_EQ(SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED), 1);
        ASSERT_EQ(SSL_do_handshake(ssl_.get()), 1);
    }

    /// Takes the encrypted bytes for the client.
    std::string output() {
        char* bytes = nullptr;
        const auto size = BIO_get_mem_data(out_, &bytes);
        std::string all(bytes, static_cast<std::size_t>(size));
        BIO_reset(out_);
        return all;
    }
    [[nodiscard]] const std::string& received() const { return received_; }
    /// The name that the client has sent, or an empty string.
    [[nodiscard]] std::string requested_name() const {
        const char* const name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
        return name != nullptr ? name : "";
    }
    [[nodiscard]] std::string version() const { return SSL_get_version(ssl_.get()); }

private:
    SslContext context_;
    SslConnection ssl_;
    BIO* in_ = nullptr;  // owned by ssl_, like the other one
    BIO* out_ = nullptr;
    std::string received_;
};

}  // namespace kazoo::transport
