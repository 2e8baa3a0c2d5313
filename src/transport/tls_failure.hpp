// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/openssl.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::transport {

/// What messages say about a certificate.
struct CertificateFacts {
    std::string subject;             ///< as in "CN=zk1,O=Example"
    std::string issuer;              ///< likewise
    std::vector<std::string> names;  ///< host names and addresses that it is for
    std::string not_before;          ///< as in "2024-05-31 12:00:00 UTC"
    std::string not_after;
};

/// Throws std::bad_alloc.
[[nodiscard]] CertificateFacts facts_of(const X509& certificate);

/// What is known about a TLS connection that has failed.
struct TlsFailure {
    bool established = false;            ///< after the client's part of the handshake
    bool ended = false;                  ///< the server has ended the connection without an alert
    std::string name;                    ///< that the server's certificate should be for
    bool certificate_requested = false;  ///< by the server
    bool certificate_presented = false;  ///< by the client
    std::size_t received = 0;            ///< number of bytes received, two at most
    std::array<std::uint8_t, 2> first_bytes{};
    unsigned long code = 0;  ///< OpenSSL's first error, or 0
    /// X509_V_OK, or why a certificate was refused, where it is in the chain (0: the server's own),
    /// and what it says.
    int refusal = X509_V_OK;
    int depth = 0;
    CertificateFacts certificate;

    /// Returns whether the first bytes of the server can be those of a TLS record.
    [[nodiscard]] bool speaks_tls() const noexcept;
    /// Returns the alert with which the server has ended the connection, if it has sent one.
    [[nodiscard]] std::optional<int> alert() const noexcept;
};

/// Returns what has happened and what to do: "TLS: the server's certificate has expired on ...".
/// Does not name the server, and contains no secrets.
[[nodiscard]] std::string to_text(const TlsFailure& failure);

}  // namespace kazoo::transport
