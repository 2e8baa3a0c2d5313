// SPDX-License-Identifier: Apache-2.0
/// TLS for the connections of a client: which servers to trust, and how the client identifies
/// itself.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/detail/function.hpp>

#include <optional>
#include <string>
#include <utility>

/// OpenSSL's SSL_CTX, which <openssl/ssl.h> defines.
struct ssl_ctx_st;

KAZOO_API_BEGIN
namespace kazoo {

/// The lowest version of TLS that a client accepts; the highest that both sides know is used.
enum class TlsVersion { tls_1_2, tls_1_3 };

/// What a client checks of a server's certificate.
enum class VerifyMode {
    /// That a trusted authority has issued it, that it is valid now, and that it is for the name or
    /// address of the server (TlsOptions::server_name).
    full,
    /// The same without the name: any server with a certificate of a trusted authority is accepted.
    /// The C client checks this much. The client logs a warning when it starts.
    chain,
    /// Nothing: anyone who can redirect the connection can read and change all data. The client
    /// logs a warning when it starts. For tests only.
    none,
};

/// TLS for the connections of a client (ClientOptions::tls), with OpenSSL.
///
///     ClientOptions().hosts("zk1:2281,zk2:2281").tls(
///         TlsOptions().ca_file("ca.pem").certificate_file("app.pem").key_file("app.key"))
///
/// By default the server's certificate must have been issued by an authority that the system
/// trusts, and be for the host as given in the connect string. A client certificate is optional;
/// servers require one by default (Apache ZooKeeper's ssl.clientAuth). All connections use TLS,
/// those of four-letter words and of the search for a writable server included. Not all servers
/// have TLS at the same port as plain connections (Apache's secureClientPort).
///
/// Files are in PEM format and read at each connection attempt, so that renewed certificates are
/// used from the next connection on, without a restart. A connection that is established is not
/// affected. A file that is missing or malformed fails the attempt: the log and the errors of
/// KazooClient::start name the file and the reason, and the client tries again.
///
/// Errors: the constructor of KazooClient throws ConfigurationError for settings that contradict
/// each other or that OpenSSL does not know. A failed handshake is a failed connection attempt.
/// docs/security.md lists the messages.
///
/// Threads: files are read, and the functions given to key_password and configure are called, on
/// the thread that runs the connection (Handler), within the time limit of the attempt. They must
/// not block for long, because they delay all clients of the same handler. Clients made from
/// copies of the same options may call them from several threads at the same time. The functions
/// are copied with the options, and destroyed with the last copy and the last client.
///
/// Secrets: copies of the options, and of ClientOptions, hold those that are given here: key_pem,
/// and what the functions capture. These copies are not overwritten when they are destroyed;
/// prefer key_file and key_password. The client overwrites the bytes that it reads from key_file
/// and the result of key_password after use. None of them appears in logs, errors and dumps.
///
/// Each option `x` has a setter `x(value)`, which returns the options for chaining, and a getter
/// `x()`; std::nullopt or an empty function means that it is not set. Setters do not validate. A
/// value type.
class TlsOptions {
public:
    /// Returns the password of the private key.
    using KeyPassword = std::function<std::string()>;
    /// Changes the settings of a connection.
    using Configure = std::function<void(ssl_ctx_st* context)>;

    TlsOptions() {}

    /// Authorities to trust, in place of the system's: a file with certificates in PEM format
    /// (kazoo's `ca`), a directory of them with hashed names (`openssl rehash`), and the text of
    /// certificates in PEM format. What is given by several of these is trusted. Default: none of
    /// them, which trusts the system's authorities: those of OpenSSL's default paths, which the
    /// environment variables SSL_CERT_FILE and SSL_CERT_DIR replace.
    TlsOptions& ca_file(std::optional<std::string> value) & {
        ca_file_ = std::move(value);
        return *this;
    }
    TlsOptions ca_file(std::optional<std::string> value) && {
        return std::move(ca_file(std::move(value)));
    }
    [[nodiscard]] const std::optional<std::string>& ca_file() const noexcept { return ca_file_; }

    /// As ca_file: a directory of certificates, named by their hashes.
    TlsOptions& ca_directory(std::optional<std::string> value) & {
        ca_directory_ = std::move(value);
        return *this;
    }
    TlsOptions ca_directory(std::optional<std::string> value) && {
        return std::move(ca_directory(std::move(value)));
    }
    [[nodiscard]] const std::optional<std::string>& ca_directory() const noexcept {
        return ca_directory_;
    }

    /// As ca_file: the certificates themselves.
    TlsOptions& ca_pem(std::optional<std::string> value) & {
        ca_pem_ = std::move(value);
        return *this;
    }
    TlsOptions ca_pem(std::optional<std::string> value) && {
        return std::move(ca_pem(std::move(value)));
    }
    [[nodiscard]] const std::optional<std::string>& ca_pem() const noexcept { return ca_pem_; }

    /// The client's certificate, followed by its intermediate certificates, as a file (kazoo's
    /// `certfile`) or as text. Both, or one without a key: ConfigurationError, except that
    /// `configure` may supply the key. Default: no certificate.
    TlsOptions& certificate_file(std::optional<std::string> value) & {
        certificate_file_ = std::move(value);
        return *this;
    }
    TlsOptions certificate_file(std::optional<std::string> value) && {
        return std::move(certificate_file(std::move(value)));
    }
    [[nodiscard]] const std::optional<std::string>& certificate_file() const noexcept {
        return certificate_file_;
    }

    /// As certificate_file: the certificates themselves.
    TlsOptions& certificate_pem(std::optional<std::string> value) & {
        certificate_pem_ = std::move(value);
        return *this;
    }
    TlsOptions certificate_pem(std::optional<std::string> value) && {
        return std::move(certificate_pem(std::move(value)));
    }
    [[nodiscard]] const std::optional<std::string>& certificate_pem() const noexcept {
        return certificate_pem_;
    }

    /// The private key of the certificate, as a file (kazoo's `keyfile`) or as text; may be in the
    /// same file as the certificate. Both, or a key without a certificate: ConfigurationError.
    /// Default: none.
    TlsOptions& key_file(std::optional<std::string> value) & {
        key_file_ = std::move(value);
        return *this;
    }
    TlsOptions key_file(std::optional<std::string> value) && {
        return std::move(key_file(std::move(value)));
    }
    [[nodiscard]] const std::optional<std::string>& key_file() const noexcept { return key_file_; }

    /// As key_file: the key itself.
    TlsOptions& key_pem(std::optional<std::string> value) & {
        key_pem_ = std::move(value);
        return *this;
    }
    TlsOptions key_pem(std::optional<std::string> value) && {
        return std::move(key_pem(std::move(value)));
    }
    [[nodiscard]] const std::optional<std::string>& key_pem() const noexcept { return key_pem_; }

    /// Returns the password of an encrypted key (kazoo's `keyfile_password`), of at most 1024
    /// bytes; a function, so that the password need not be in the program. It is called at each
    /// connection attempt if the key is encrypted. If it throws, the attempt fails with the text
    /// of the exception. Without a key: ConfigurationError. Default: none; an encrypted key fails
    /// the attempt.
    TlsOptions& key_password(KeyPassword value) & {
        key_password_ = std::move(value);
        return *this;
    }
    TlsOptions key_password(KeyPassword value) && {
        return std::move(key_password(std::move(value)));
    }
    [[nodiscard]] const KeyPassword& key_password() const noexcept { return key_password_; }

    /// The name or IP address that certificates must be for (VerifyMode::full), and the name that
    /// the client sends to the server (SNI; not an IP address), for all servers. Without it each
    /// server's own host is used, as given in the connect string or by the host provider. Set it if
    /// certificates have another name than the one to connect to. Names from insecure DNS records
    /// (srv_hosts) protect only against servers without a certificate of a trusted authority.
    /// Default: none.
    TlsOptions& server_name(std::optional<std::string> value) & {
        server_name_ = std::move(value);
        return *this;
    }
    TlsOptions server_name(std::optional<std::string> value) && {
        return std::move(server_name(std::move(value)));
    }
    [[nodiscard]] const std::optional<std::string>& server_name() const noexcept {
        return server_name_;
    }

    /// The lowest version to accept. Default: TlsVersion::tls_1_2.
    TlsOptions& min_version(TlsVersion value) & noexcept {
        min_version_ = value;
        return *this;
    }
    TlsOptions min_version(TlsVersion value) && noexcept { return std::move(min_version(value)); }
    [[nodiscard]] const TlsVersion& min_version() const noexcept { return min_version_; }

    /// The ciphers of TLS 1.2, in OpenSSL's notation for cipher lists. A list that selects none:
    /// ConfigurationError. Default: OpenSSL's.
    TlsOptions& ciphers(std::optional<std::string> value) & {
        ciphers_ = std::move(value);
        return *this;
    }
    TlsOptions ciphers(std::optional<std::string> value) && {
        return std::move(ciphers(std::move(value)));
    }
    [[nodiscard]] const std::optional<std::string>& ciphers() const noexcept { return ciphers_; }

    /// The cipher suites of TLS 1.3, separated by colons: "TLS_AES_256_GCM_SHA384:...". An unknown
    /// one: ConfigurationError. Default: OpenSSL's.
    TlsOptions& ciphersuites(std::optional<std::string> value) & {
        ciphersuites_ = std::move(value);
        return *this;
    }
    TlsOptions ciphersuites(std::optional<std::string> value) && {
        return std::move(ciphersuites(std::move(value)));
    }
    [[nodiscard]] const std::optional<std::string>& ciphersuites() const noexcept {
        return ciphersuites_;
    }

    /// A file of certificate revocation lists in PEM format. With it, a certificate that the list
    /// of its issuer revokes is refused, and one whose issuer has no current list in the file as
    /// well. Only the server's own certificate is looked up, not those of authorities. Default:
    /// none; revocations are not checked.
    TlsOptions& crl_file(std::optional<std::string> value) & {
        crl_file_ = std::move(value);
        return *this;
    }
    TlsOptions crl_file(std::optional<std::string> value) && {
        return std::move(crl_file(std::move(value)));
    }
    [[nodiscard]] const std::optional<std::string>& crl_file() const noexcept { return crl_file_; }

    /// What to check of the server's certificate. Default: VerifyMode::full.
    TlsOptions& verify(VerifyMode value) & noexcept {
        verify_ = value;
        return *this;
    }
    TlsOptions verify(VerifyMode value) && noexcept { return std::move(verify(value)); }
    [[nodiscard]] const VerifyMode& verify() const noexcept { return verify_; }

    /// Changes what has no option of its own, with the functions of OpenSSL: keys in hardware
    /// modules, engines, FIPS providers. It is called at each connection attempt, after all other
    /// options have been applied; the context is valid during the call. If it throws, the attempt
    /// fails with the text of the exception. Default: none.
    TlsOptions& configure(Configure value) & {
        configure_ = std::move(value);
        return *this;
    }
    TlsOptions configure(Configure value) && { return std::move(configure(std::move(value))); }
    [[nodiscard]] const Configure& configure() const noexcept { return configure_; }

private:
    std::optional<std::string> ca_file_;
    std::optional<std::string> ca_directory_;
    std::optional<std::string> ca_pem_;
    std::optional<std::string> certificate_file_;
    std::optional<std::string> certificate_pem_;
    std::optional<std::string> key_file_;
    std::optional<std::string> key_pem_;
    KeyPassword key_password_;
    std::optional<std::string> server_name_;
    TlsVersion min_version_ = TlsVersion::tls_1_2;
    std::optional<std::string> ciphers_;
    std::optional<std::string> ciphersuites_;
    std::optional<std::string> crl_file_;
    VerifyMode verify_ = VerifyMode::full;
    Configure configure_;
};

}  // namespace kazoo
KAZOO_API_END
