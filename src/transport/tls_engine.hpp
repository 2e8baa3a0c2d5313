// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/openssl.hpp"
#include "transport/tls_failure.hpp"
#include "transport/tls_pipe.hpp"
#include "values/endpoint.hpp"

#include <kazoo/tls_options.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace kazoo::transport {

/// The name or address by which a server is known to TLS.
struct TlsName {
    std::string text;      ///< without a final dot, and without the zone of an IPv6 address
    bool address = false;  ///< an IP address, which is not sent to the server (SNI)
};

/// Returns the name that the options or else the endpoint give.
[[nodiscard]] TlsName tls_name(const TlsOptions& options, const base::Endpoint& endpoint);

/// The client's side of one TLS connection, without I/O: encrypted bytes in, encrypted bytes out.
///
/// boost::asio::ssl::stream is not used: it runs intermediate steps of its operations directly on
/// the executor, outside Turns, so that a read and a write would use the connection at the same
/// time, and it reads and writes one record at a time.
class TlsEngine {
public:
    enum class Status {
        ready,        ///< done
        needs_input,  ///< feed() it more, after output() has been sent
        closed,       ///< by the server, in the orderly way
        failed        ///< see failure()
    };

    /// Throws TlsSettingError if the name cannot be used, and std::bad_alloc.
    TlsEngine(SSL_CTX& context, TlsName name, VerifyMode verify);
    TlsEngine(const TlsEngine&) = delete;
    TlsEngine& operator=(const TlsEngine&) = delete;

    // All of these throw std::bad_alloc, which leaves the connection unusable.

    /// Continues the handshake until it is `ready`.
    [[nodiscard]] Status handshake();
    /// Decrypts into `into` until it is full or there is no more, and returns how much in `count`.
    /// `ready` if it is full: call it again.
    [[nodiscard]] Status read(std::span<std::byte> into, std::size_t& count);
    /// Encrypts all of `bytes` into output(): `ready` or `failed`.
    [[nodiscard]] Status write(std::span<const std::byte> bytes);

    /// Gives bytes that have been received. They must be valid until a function returns
    /// needs_input, closed or failed.
    void feed(std::span<const std::byte> bytes) noexcept;
    /// The server has ended the connection without an alert.
    void note_end() noexcept { failure_.ended = true; }
    /// Adds the end of the connection to output(), if there is memory for it.
    void shut_down() noexcept;
    /// Returns the bytes that have to be sent to the server; the caller removes them.
    [[nodiscard]] base::Buffer& output() noexcept { return pipe_.output; }
    [[nodiscard]] bool established() const noexcept { return failure_.established; }
    /// Returns what is known for an explanation.
    [[nodiscard]] const TlsFailure& failure() const noexcept { return failure_; }

private:
    static int on_verified(int accepted, X509_STORE_CTX* store) noexcept;
    static void on_message(
        int sent, int version, int type, const void* bytes, std::size_t size, SSL*, void* self
    ) noexcept;

    void set_name(VerifyMode verify);
    void note_refusal(X509_STORE_CTX& store) noexcept;
    [[nodiscard]] Status status_of(int result);

    TlsPipe pipe_;
    TlsFailure failure_;
    const TlsName name_;
    SSL_verify_cb users_verify_ = nullptr;  // set by TlsOptions::configure, or null
    bool out_of_memory_ = false;            // in a function that OpenSSL has called
    SslConnection ssl_;                     // last: uses the others while it is destroyed
};

}  // namespace kazoo::transport
