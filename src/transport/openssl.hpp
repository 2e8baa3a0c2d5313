// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <string>

namespace kazoo::transport {

template <auto function>
struct FreedBy {
    template <class T>
    void operator()(T* object) const noexcept {
        static_cast<void>(function(object));
    }
};

using SslContext = std::unique_ptr<SSL_CTX, FreedBy<SSL_CTX_free>>;
using SslConnection = std::unique_ptr<SSL, FreedBy<SSL_free>>;
using Bio = std::unique_ptr<BIO, FreedBy<BIO_free>>;
using Certificate = std::unique_ptr<X509, FreedBy<X509_free>>;
using RevocationList = std::unique_ptr<X509_CRL, FreedBy<X509_CRL_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;

/// Empties OpenSSL's list of errors. Nearly free if it is empty, unlike ERR_clear_error.
void clear_openssl_errors() noexcept;

/// The errors that functions of OpenSSL have left for this thread, the first one first.
class OpensslErrors {
public:
    /// Removes them from OpenSSL's list, so that they are not taken for those of a later function.
    [[nodiscard]] static OpensslErrors take() noexcept;

    /// Returns the code of the first error, or 0 if there is none.
    [[nodiscard]] unsigned long first() const noexcept { return codes_.front(); }
    /// Returns whether memory was short. OpenSSL does not throw std::bad_alloc.
    [[nodiscard]] bool out_of_memory() const noexcept;

private:
    static constexpr std::size_t most = 16;  // as many as OpenSSL keeps
    std::array<unsigned long, most> codes_{};
};

/// Returns what a code of OpenSSL means: "no start line".
[[nodiscard]] std::string openssl_reason(unsigned long code);

/// Throws std::bad_alloc if a function of OpenSSL that can only fail for lack of memory has failed.
template <class T>
T need_openssl(T result) {
    if (!result) {
        static_cast<void>(OpensslErrors::take());
        throw std::bad_alloc();
    }
    return result;
}

/// Must precede the first use of OpenSSL's TLS. Cheap if it has been called before; thread-safe.
void prepare_openssl() noexcept;

}  // namespace kazoo::transport
