// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/temporary_directory.hpp"
#include "support/zookeeper_server.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::testing_support {

/// How an Apache ZooKeeper server identifies itself and authenticates its clients. All files of
/// certificates and keys are in PEM format.
struct SecureApacheOptions {
    SecureApacheOptions() {}

    // TLS at secure_port(). The plain port stays open.

    /// The server's certificate, followed by its intermediate ones, and its private key in PKCS #8
    /// form without a password. Empty: no TLS.
    std::filesystem::path certificate;
    std::filesystem::path key;
    /// The authorities of client certificates; empty: clients are not asked for a certificate.
    std::filesystem::path client_ca;
    /// ssl.clientAuth: "need" or "want". Has no effect without client_ca.
    std::string client_auth = "need";
    /// Whether the server looks up the certificates of clients in the revocation lists that they
    /// name (the extension crlDistributionPoints with a file: or http: URI); without a list it
    /// refuses them. It cannot make clients check its own certificate.
    bool check_revocation = false;
    /// Whether clients must use TLS 1.3; if not, TLS 1.2, Apache's default.
    bool tls_1_3 = false;

    // SASL at both ports. Apache offers either DIGEST-MD5 or GSSAPI, by its JAAS section.

    /// Names and passwords for DIGEST-MD5; empty: not offered.
    std::vector<std::pair<std::string, std::string>> digest_users;
    /// The keytab of the server's principal and the configuration of its realm (Kdc), for GSSAPI;
    /// empty: not offered.
    std::string principal;
    std::filesystem::path keytab;
    std::filesystem::path kerberos_configuration;
    /// Whether sessions without SASL authentication are refused.
    bool require_sasl = false;

    /// Appended to what the above requires, as in ApacheOptions.
    std::vector<std::string> config_lines;
    std::vector<std::string> system_properties;
};

/// The files and settings of a SecureApache; its base, because they must exist before the server.
class ApacheSecurity {
protected:
    explicit ApacheSecurity(SecureApacheOptions options);
    [[nodiscard]] ApacheOptions apache_options() const;
    void write_key_store();

    SecureApacheOptions options_;

private:
    void write_login_configuration();
    void add_tls(ApacheOptions& to) const;
    void add_sasl(ApacheOptions& to) const;

    TemporaryDirectory directory_;
};

/// An ApacheServer with TLS, SASL or both.
class SecureApache : private ApacheSecurity, public ApacheServer {
public:
    /// Returns what is missing on this machine to start such a server; empty if there is all.
    [[nodiscard]] static std::string lacking();

    explicit SecureApache(SecureApacheOptions options);

    /// Replaces the server's certificate and key from its next start on: ZooKeeper 3.8.0 reads
    /// them once (later releases have client.certReload).
    void use_certificate(std::filesystem::path certificate, std::filesystem::path key);
    /// "host:port" of the plain port and of the port with TLS, with a name to connect to.
    [[nodiscard]] std::string plain_hosts(const std::string& host = "localhost") const;
    [[nodiscard]] std::string secure_hosts(const std::string& host = "localhost") const;
};

}  // namespace kazoo::testing_support
