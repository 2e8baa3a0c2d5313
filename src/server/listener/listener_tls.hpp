// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/logger.hpp>

#include <boost/asio/ssl/context.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace kazoo::server {

/// Whether clients are asked for a certificate; see ssl.clientAuth of Apache's server.
enum class ClientCertificates { none, want, need };

/// The files of a TLS server, in PEM format. Those after the key may be absent.
struct ListenerTlsOptions {
    std::string certificate;   // followed by its chain
    std::string key;           // its private key
    std::string key_password;  // if the key is encrypted
    std::string client_ca;     // issuers of client certificates
    std::string client_crl;    // lists of revoked ones; needs client_ca
    ClientCertificates client_certificates = ClientCertificates::none;  // needs client_ca
    Logger logger = Logger::none();
};

/// What the TLS connections of a server are accepted with. Accepts TLS 1.2 and later. Reads the
/// files again when they change, so that certificates can be renewed while the server runs. Used by
/// one thread at a time.
class ListenerTls {
public:
    using Context = boost::asio::ssl::context;

    /// Throws boost::system::system_error if a file cannot be used; what() names it.
    explicit ListenerTls(ListenerTlsOptions options);
    /// Overwrites the password.
    ~ListenerTls();
    ListenerTls(const ListenerTls&) = delete;
    ListenerTls& operator=(const ListenerTls&) = delete;

    /// Returns the context for the next connection. If the files have changed but cannot be used,
    /// returns the previous context, logs why, once for each change, and tries again the next time.
    [[nodiscard]] std::shared_ptr<Context> context();

private:
    /// What shows that a file has changed.
    struct Stamp {
        std::filesystem::file_time_type written;
        std::uintmax_t size = 0;
        friend bool operator==(const Stamp&, const Stamp&) = default;
    };
    using Stamps = std::array<Stamp, 4>;

    [[nodiscard]] Stamps stamps() const;
    [[nodiscard]] std::shared_ptr<Context> load() const;
    void report(const Stamps& changed, const char* why);

    ListenerTlsOptions options_;
    Stamps loaded_;    // of the files that context_ was made from
    Stamps reported_;  // of the last ones that could not be used; at first those of loaded_
    std::shared_ptr<Context> context_;
};

}  // namespace kazoo::server
