// SPDX-License-Identifier: Apache-2.0
// Certificates, keys and revocation lists for tests of TLS, made with OpenSSL in the process.

#pragma once

#include <openssl/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::testing_support {

/// What a certificate is to be issued for.
struct CertificateRequest {
    CertificateRequest() {}
    explicit CertificateRequest(std::string name) : common_name(std::move(name)) {}
    std::string common_name;
    /// Subject alternative names, as OpenSSL's configuration has them: "DNS:localhost,IP:::1".
    std::string alternative_names;
    /// "20200101000000Z", as ASN.1 has times; empty: an hour ago, and a day from now.
    std::string not_before;
    std::string not_after;
};

/// A certificate with its private key (EC P-256), in a directory that outlives it.
class Identity {
public:
    Identity(
        const std::filesystem::path& directory,
        std::string name,
        std::shared_ptr<X509> certificate,
        std::shared_ptr<EVP_PKEY> key,
        std::shared_ptr<X509> issuer
    );

    [[nodiscard]] std::string certificate_pem() const;
    [[nodiscard]] std::string key_pem() const;
    [[nodiscard]] std::string encrypted_key_pem(const std::string& password) const;

    // Paths of files, which each call writes.

    [[nodiscard]] std::string certificate_file() const;
    [[nodiscard]] std::string key_file() const;
    [[nodiscard]] std::string encrypted_key_file(const std::string& password) const;
    /// Certificate and key in one file, as Apache ZooKeeper reads them (ssl.keyStore.type=PEM).
    [[nodiscard]] std::string combined_file() const;
    /// A PKCS #12 key store for Java: the certificate, its issuer and the key.
    [[nodiscard]] std::string key_store(const std::string& password) const;

    /// Returns the subject as servers name it (RFC 2253), "CN=client,O=kazoo".
    [[nodiscard]] std::string subject() const;
    [[nodiscard]] X509* certificate() const { return certificate_.get(); }

private:
    [[nodiscard]] std::string file(const std::string& ending, const std::string& contents) const;

    std::filesystem::path directory_;
    std::string name_;
    std::shared_ptr<X509> certificate_;
    std::shared_ptr<EVP_PKEY> key_;
    std::shared_ptr<X509> issuer_;
};

/// An authority that issues and revokes certificates.
class Authority {
public:
    Authority(std::filesystem::path directory, const std::string& name);

    /// The common name is also the name of the files; each certificate of one name needs another
    /// `file_name`.
    [[nodiscard]] Identity issue(
        const CertificateRequest& request, const std::string& file_name = ""
    ) const;

    [[nodiscard]] std::string pem() const { return own_->certificate_pem(); }
    [[nodiscard]] std::string file() const { return own_->certificate_file(); }
    /// A directory with the certificate under its hashed name.
    [[nodiscard]] std::string hashed_directory() const;
    /// A PKCS #12 trust store for Java.
    [[nodiscard]] std::string trust_store(const std::string& password) const;
    /// Writes a list of revoked certificates, in PEM format.
    [[nodiscard]] std::string revocation_list(const std::vector<Identity>& revoked) const;

private:
    std::filesystem::path directory_;
    std::string name_;
    std::shared_ptr<EVP_PKEY> key_;
    std::shared_ptr<X509> certificate_;
    std::shared_ptr<Identity> own_;
};

/// Two authorities and what tests of servers and clients need of them, in a temporary directory
/// that the destructor removes.
class Certificates {
public:
    Certificates();
    ~Certificates();
    Certificates(const Certificates&) = delete;
    Certificates& operator=(const Certificates&) = delete;

    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
    [[nodiscard]] const Authority& authority() const { return authority_; }
    /// Clients and servers of a test do not trust this one.
    [[nodiscard]] const Authority& foreign_authority() const { return foreign_; }

    /// For localhost, 127.0.0.1 and ::1. Each call issues another one.
    [[nodiscard]] Identity server() const;
    /// For the name other.example only.
    [[nodiscard]] Identity server_of_another_name() const;
    /// Expired on 1 January 2021.
    [[nodiscard]] Identity expired_server() const;
    /// Valid from 1 January 2100 on.
    [[nodiscard]] Identity server_not_yet_valid() const;
    [[nodiscard]] Identity foreign_server() const;

    [[nodiscard]] Identity client() const;
    [[nodiscard]] Identity foreign_client() const;

private:
    std::filesystem::path directory_;
    Authority authority_;
    Authority foreign_;
    mutable int servers_ = 0;
};

}  // namespace kazoo::testing_support
