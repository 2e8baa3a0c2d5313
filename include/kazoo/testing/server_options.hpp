// SPDX-License-Identifier: Apache-2.0
/// The options of the embedded server.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/logger.hpp>
#include <kazoo/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo::testing {

/// The server whose behaviour the embedded server imitates: its version string, the operations that
/// it supports, and other differences that clients can observe. For Apache ZooKeeper each value
/// stands for the last patch release.
enum class Release {
    zookeeper_3_4,
    zookeeper_3_5,
    zookeeper_3_6,
    zookeeper_3_7,
    zookeeper_3_8,
    zookeeper_3_9,
    /// ClickHouse Keeper: gives every reconnecting client a new session, closes sessions without a
    /// reply, and closes the connection on an unsupported operation.
    clickhouse_keeper,
};

/// Whether a server that knows a CA of client certificates asks for one (Apache's ssl.clientAuth).
enum class ClientAuth {
    none,  ///< Asks for no certificate.
    want,  ///< Asks, and also accepts clients that have none. A certificate must be valid.
    need,  ///< Ends the TLS handshake of a client without a valid certificate.
};

/// A user who may authenticate by SASL, mechanism DIGEST-MD5.
struct SaslUser {
    /// From a name and a password.
    SaslUser(std::string user, std::string secret)
        : name(std::move(user)), password(std::move(secret)) {}

    /// Not empty, in UTF-8, without ':', '/', '@' and control characters: ZooKeeper reads names
    /// with '/' and '@' as Kerberos principals.
    std::string name;
    /// Not empty, in UTF-8, without NUL.
    std::string password;
};

/// The options of a Server or an Ensemble. Setters can be chained:
///
///     Server server(ServerOptions().tick(100ms).release(Release::zookeeper_3_4));
///
/// Each option has a setter, `option(value)`, and a getter, `option()`. Durations are in
/// milliseconds or coarser units. The defaults are those of Apache ZooKeeper 3.9 unless stated
/// otherwise. Constructors of servers throw ConfigurationError if a value is out of range. A value
/// type.
class ServerOptions {
public:
    /// The unit in which times are stored.
    using milliseconds = std::chrono::milliseconds;

    ServerOptions() {}

    /// The address to listen at: "host:port". The host is an IP address (IPv6 in brackets) or a
    /// name, which is resolved once, by the constructor. With port 0 the system chooses a free
    /// port. An Ensemble uses one port per server: the given port and those that follow it, or free
    /// ones. Default: a free port of the loopback interface.
    ServerOptions& listen(std::string value) & {
        listen_ = std::move(value);
        return *this;
    }
    ServerOptions listen(std::string value) && { return std::move(listen(std::move(value))); }
    [[nodiscard]] const std::string& listen() const noexcept { return listen_; }

    /// The server's unit of time (Apache's tickTime): sessions expire at multiples of it. At least
    /// 1 ms. Default: 2 s.
    ServerOptions& tick(AnyMilliseconds value) & noexcept {
        tick_ = value;
        return *this;
    }
    ServerOptions tick(AnyMilliseconds value) && noexcept { return std::move(tick(value)); }
    [[nodiscard]] const milliseconds& tick() const noexcept { return tick_; }

    /// The range of session timeouts that clients can get; requests outside it are clamped. 0: 2
    /// ticks and 20 ticks. For tests of session expiry use short ones:
    /// `.tick(20ms).min_session_timeout(50ms)`. Default: 0.
    ServerOptions& min_session_timeout(AnyMilliseconds value) & noexcept {
        min_session_timeout_ = value;
        return *this;
    }
    ServerOptions min_session_timeout(AnyMilliseconds value) && noexcept {
        return std::move(min_session_timeout(value));
    }
    [[nodiscard]] const milliseconds& min_session_timeout() const noexcept {
        return min_session_timeout_;
    }

    /// The longest session timeout; see min_session_timeout. Default: 0, which is 20 ticks.
    ServerOptions& max_session_timeout(AnyMilliseconds value) & noexcept {
        max_session_timeout_ = value;
        return *this;
    }
    ServerOptions max_session_timeout(AnyMilliseconds value) && noexcept {
        return std::move(max_session_timeout(value));
    }
    [[nodiscard]] const milliseconds& max_session_timeout() const noexcept {
        return max_session_timeout_;
    }

    /// The server to imitate. Default: Release::zookeeper_3_9.
    ServerOptions& release(Release value) & noexcept {
        release_ = value;
        return *this;
    }
    ServerOptions release(Release value) && noexcept { return std::move(release(value)); }
    [[nodiscard]] const Release& release() const noexcept { return release_; }

    /// Whether nodes with a time to live can be created (Apache's extendedTypesEnabled, whose
    /// default is false). Default: true.
    ServerOptions& ttl_nodes(bool value) & noexcept {
        ttl_nodes_ = value;
        return *this;
    }
    ServerOptions ttl_nodes(bool value) && noexcept { return std::move(ttl_nodes(value)); }
    [[nodiscard]] const bool& ttl_nodes() const noexcept { return ttl_nodes_; }

    /// The interval at which empty container nodes and expired TTL nodes are removed. 0: never.
    /// Default: 60 s.
    ServerOptions& reaper_interval(AnyMilliseconds value) & noexcept {
        reaper_interval_ = value;
        return *this;
    }
    ServerOptions reaper_interval(AnyMilliseconds value) && noexcept {
        return std::move(reaper_interval(value));
    }
    [[nodiscard]] const milliseconds& reaper_interval() const noexcept { return reaper_interval_; }

    /// The superuser, who is not subject to ACLs: "super:<digest>", as returned by
    /// kazoo::make_digest_acl_credential(). Empty: there is none. Default: empty.
    ServerOptions& super_digest(std::string value) & {
        super_digest_ = std::move(value);
        return *this;
    }
    ServerOptions super_digest(std::string value) && {
        return std::move(super_digest(std::move(value)));
    }
    [[nodiscard]] const std::string& super_digest() const noexcept { return super_digest_; }

    /// The zxid before the first transaction; not negative. Servers refuse clients that have seen a
    /// higher zxid than their own, so a server that replaces an earlier one at the same address
    /// must start above that one's zxids. `kazoo serve` starts at the Unix time in seconds times
    /// 2^20; the default of this option makes test runs reproducible. Default: 0.
    ServerOptions& first_zxid(std::int64_t value) & noexcept {
        first_zxid_ = value;
        return *this;
    }
    ServerOptions first_zxid(std::int64_t value) && noexcept {
        return std::move(first_zxid(value));
    }
    [[nodiscard]] const std::int64_t& first_zxid() const noexcept { return first_zxid_; }

    /// The maximum size of a request in bytes (Apache's jute.maxbuffer); larger ones close the
    /// connection. Default: 1,048,575.
    ServerOptions& max_request_bytes(std::size_t value) & noexcept {
        max_request_bytes_ = value;
        return *this;
    }
    ServerOptions max_request_bytes(std::size_t value) && noexcept {
        return std::move(max_request_bytes(value));
    }
    [[nodiscard]] const std::size_t& max_request_bytes() const noexcept {
        return max_request_bytes_;
    }

    /// The maximum number of bytes queued for a client that does not read its replies; if it is
    /// exceeded, the connection is closed. Default: 64 MiB.
    ServerOptions& max_unsent_bytes(std::size_t value) & noexcept {
        max_unsent_bytes_ = value;
        return *this;
    }
    ServerOptions max_unsent_bytes(std::size_t value) && noexcept {
        return std::move(max_unsent_bytes(value));
    }
    [[nodiscard]] const std::size_t& max_unsent_bytes() const noexcept { return max_unsent_bytes_; }

    /// The maximum number of connections per server, those in the handshake of TLS included;
    /// further ones are closed at once. 0: no limit. Default: 0.
    ServerOptions& max_connections(std::size_t value) & noexcept {
        max_connections_ = value;
        return *this;
    }
    ServerOptions max_connections(std::size_t value) && noexcept {
        return std::move(max_connections(value));
    }
    [[nodiscard]] const std::size_t& max_connections() const noexcept { return max_connections_; }

    /// Whether hard limits of quotas are enforced (Apache's zookeeper.enforceQuota); requests that
    /// exceed them fail with QuotaExceededError. Default: false.
    ServerOptions& enforce_quota(bool value) & noexcept {
        enforce_quota_ = value;
        return *this;
    }
    ServerOptions enforce_quota(bool value) && noexcept { return std::move(enforce_quota(value)); }
    [[nodiscard]] const bool& enforce_quota() const noexcept { return enforce_quota_; }

    /// Whether a handshake that requests a session closes that session's current connection before
    /// the password is checked, as Apache ZooKeeper does; a client with a wrong password then
    /// disconnects the owner of the session. By default the password is checked first. Default:
    /// false.
    ServerOptions& takeover_closes_first(bool value) & noexcept {
        takeover_closes_first_ = value;
        return *this;
    }
    ServerOptions takeover_closes_first(bool value) && noexcept {
        return std::move(takeover_closes_first(value));
    }
    [[nodiscard]] const bool& takeover_closes_first() const noexcept {
        return takeover_closes_first_;
    }

    /// TLS: files in PEM format, the certificate (followed by its intermediate certificates) and
    /// its private key. If both are given, clients must use TLS 1.2 or later; giving only one is an
    /// error. Default: no TLS.
    ///
    /// The files of all `tls_` options are read by the constructor, and again before a connection
    /// is accepted if one of them has been replaced or changed, so that certificates can be renewed
    /// while the server runs. Connections that exist keep what they were accepted with. If the new
    /// files cannot be used, for instance because only one of the two has been replaced so far, the
    /// server goes on with what it has read before, and logs a warning once for each change.
    ServerOptions& tls_certificate(std::string value) & {
        tls_certificate_ = std::move(value);
        return *this;
    }
    ServerOptions tls_certificate(std::string value) && {
        return std::move(tls_certificate(std::move(value)));
    }
    [[nodiscard]] const std::string& tls_certificate() const noexcept { return tls_certificate_; }

    /// The file of the private key of the certificate; see tls_certificate. Default: none.
    ServerOptions& tls_key(std::string value) & {
        tls_key_ = std::move(value);
        return *this;
    }
    ServerOptions tls_key(std::string value) && { return std::move(tls_key(std::move(value))); }
    [[nodiscard]] const std::string& tls_key() const noexcept { return tls_key_; }

    /// The password of an encrypted private key, at most 1024 bytes. Ignored if the key is not
    /// encrypted. Default: none.
    ServerOptions& tls_key_password(std::string value) & {
        tls_key_password_ = std::move(value);
        return *this;
    }
    ServerOptions tls_key_password(std::string value) && {
        return std::move(tls_key_password(std::move(value)));
    }
    [[nodiscard]] const std::string& tls_key_password() const noexcept { return tls_key_password_; }

    /// Client certificates: a file in PEM format with the CAs that clients' certificates must be
    /// issued by. Requires tls_certificate. A client with a valid certificate has the identity
    /// ("x509", subject), with the subject as Java prints it, such as "CN=a,OU=b", and ACLs may
    /// contain the scheme x509; otherwise they are refused with InvalidACLError. ClickHouse Keeper
    /// verifies certificates, but derives no identity from them. Default: none; no certificate is
    /// asked for.
    ServerOptions& tls_client_ca(std::string value) & {
        tls_client_ca_ = std::move(value);
        return *this;
    }
    ServerOptions tls_client_ca(std::string value) && {
        return std::move(tls_client_ca(std::move(value)));
    }
    [[nodiscard]] const std::string& tls_client_ca() const noexcept { return tls_client_ca_; }

    /// Whether clients need a certificate. Has no effect without tls_client_ca. Default:
    /// ClientAuth::need.
    ServerOptions& tls_client_auth(ClientAuth value) & noexcept {
        tls_client_auth_ = value;
        return *this;
    }
    ServerOptions tls_client_auth(ClientAuth value) && noexcept {
        return std::move(tls_client_auth(value));
    }
    [[nodiscard]] const ClientAuth& tls_client_auth() const noexcept { return tls_client_auth_; }

    /// A file in PEM format with lists of revoked certificates, one for each CA that has issued a
    /// client's certificate or an intermediate one; a certificate of a CA without a current list is
    /// refused. Requires tls_client_ca. Default: none; revocation is not checked.
    ServerOptions& tls_client_crl(std::string value) & {
        tls_client_crl_ = std::move(value);
        return *this;
    }
    ServerOptions tls_client_crl(std::string value) && {
        return std::move(tls_client_crl(std::move(value)));
    }
    [[nodiscard]] const std::string& tls_client_crl() const noexcept { return tls_client_crl_; }

    /// The users who may authenticate by SASL, mechanism DIGEST-MD5 (Apache's JAAS section Server
    /// with DigestLoginModule). A client that does has the identity ("sasl", name), and ACLs may
    /// contain the scheme sasl; otherwise they are refused with InvalidACLError. Names must differ.
    /// Not for Release::clickhouse_keeper, which has no SASL. The server keeps no passwords, only
    /// hashes of them; these options keep them. Default: none; the server answers like one without
    /// SASL.
    ServerOptions& sasl_users(std::vector<SaslUser> value) & {
        sasl_users_ = std::move(value);
        return *this;
    }
    ServerOptions sasl_users(std::vector<SaslUser> value) && {
        return std::move(sasl_users(std::move(value)));
    }
    [[nodiscard]] const std::vector<SaslUser>& sasl_users() const noexcept { return sasl_users_; }

    /// Adds a user to sasl_users. Default: none.
    ServerOptions& sasl_user(std::string name, std::string password) & {
        sasl_users_.emplace_back(std::move(name), std::move(password));
        return *this;
    }
    ServerOptions sasl_user(std::string name, std::string password) && {
        return std::move(sasl_user(std::move(name), std::move(password)));
    }

    /// The SASL user who is not subject to ACLs (Apache's zookeeper.superUser). Must be one of
    /// sasl_users. Empty: there is none. Default: empty.
    ServerOptions& sasl_super_user(std::string value) & {
        sasl_super_user_ = std::move(value);
        return *this;
    }
    ServerOptions sasl_super_user(std::string value) && {
        return std::move(sasl_super_user(std::move(value)));
    }
    [[nodiscard]] const std::string& sasl_super_user() const noexcept { return sasl_super_user_; }

    /// Whether clients must authenticate by SASL before anything else (Apache's
    /// sessionRequireClientSASLAuth): after the handshake, any request other than authentication,
    /// even a ping, fails with SessionClosedRequireSaslError, and the connection is closed. So does
    /// a failed authentication. Not for Release::clickhouse_keeper. Default: false.
    ServerOptions& require_sasl(bool value) & noexcept {
        require_sasl_ = value;
        return *this;
    }
    ServerOptions require_sasl(bool value) && noexcept { return std::move(require_sasl(value)); }
    [[nodiscard]] const bool& require_sasl() const noexcept { return require_sasl_; }

    /// Where the server reports what its owner should know: replaced TLS files that cannot be used.
    /// The sink is called on the server's thread and must not wait for the server. Default:
    /// warnings and errors to standard error.
    ServerOptions& logger(Logger value) & {
        logger_ = std::move(value);
        return *this;
    }
    ServerOptions logger(Logger value) && { return std::move(logger(std::move(value))); }
    [[nodiscard]] const Logger& logger() const noexcept { return logger_; }

private:
    std::string listen_ = "127.0.0.1:0";
    milliseconds tick_{2000};
    milliseconds min_session_timeout_{0};
    milliseconds max_session_timeout_{0};
    Release release_ = Release::zookeeper_3_9;
    bool ttl_nodes_ = true;
    milliseconds reaper_interval_{60'000};
    std::string super_digest_;
    std::int64_t first_zxid_ = 0;
    std::size_t max_request_bytes_ = 0xfffff;
    std::size_t max_unsent_bytes_ = std::size_t{64} << 20;
    std::size_t max_connections_ = 0;
    bool enforce_quota_ = false;
    bool takeover_closes_first_ = false;
    std::string tls_certificate_;
    std::string tls_key_;
    std::string tls_key_password_;
    std::string tls_client_ca_;
    ClientAuth tls_client_auth_ = ClientAuth::need;
    std::string tls_client_crl_;
    std::vector<SaslUser> sasl_users_;
    std::string sasl_super_user_;
    bool require_sasl_ = false;
    Logger logger_;
};

}  // namespace kazoo::testing
KAZOO_API_END
