/// The options of the embedded server.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

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
    using milliseconds = std::chrono::milliseconds;

    ServerOptions() {}

#define KAZOO_OPTION(Type, name, initial)             \
public:                                               \
    ServerOptions& name(Type value)& {                \
        name##_ = std::move(value);                   \
        return *this;                                 \
    }                                                 \
    ServerOptions name(Type value)&& {                \
        name##_ = std::move(value);                   \
        return std::move(*this);                      \
    }                                                 \
    [[nodiscard]] const Type& name() const noexcept { \
        return name##_;                               \
    }                                                 \
                                                      \
private:                                              \
    Type name##_ = initial

// Stored in milliseconds; set from any std::chrono::duration of milliseconds or coarser units.
#define KAZOO_TIME_OPTION(name, initial)                      \
public:                                                       \
    ServerOptions& name(AnyMilliseconds value)& {             \
        name##_ = value;                                      \
        return *this;                                         \
    }                                                         \
    ServerOptions name(AnyMilliseconds value)&& {             \
        name##_ = value;                                      \
        return std::move(*this);                              \
    }                                                         \
    [[nodiscard]] const milliseconds& name() const noexcept { \
        return name##_;                                       \
    }                                                         \
                                                              \
private:                                                      \
    milliseconds name##_ {                                    \
        initial                                               \
    }

    /// The address to listen at: "host:port". The host is an IP address (IPv6 in brackets) or a
    /// name, which is resolved once, by the constructor. With port 0 the system chooses a free
    /// port. An Ensemble uses one port per server: the given port and those that follow it, or free
    /// ones. Default: a free port of the loopback interface.
    KAZOO_OPTION(std::string, listen, "127.0.0.1:0");
    /// The server's unit of time (Apache's tickTime): sessions expire at multiples of it. At least
    /// 1 ms.
    KAZOO_TIME_OPTION(tick, 2000);
    /// The range of session timeouts that clients can get; requests outside it are clamped. 0: 2
    /// ticks and 20 ticks. For tests of session expiry use short ones:
    /// `.tick(20ms).min_session_timeout(50ms)`.
    KAZOO_TIME_OPTION(min_session_timeout, 0);
    KAZOO_TIME_OPTION(max_session_timeout, 0);
    /// The server to imitate.
    KAZOO_OPTION(Release, release, Release::zookeeper_3_9);
    /// Whether nodes with a time to live can be created (Apache's extendedTypesEnabled, whose
    /// default is false).
    KAZOO_OPTION(bool, ttl_nodes, true);
    /// The interval at which empty container nodes and expired TTL nodes are removed. 0: never.
    KAZOO_TIME_OPTION(reaper_interval, 60'000);
    /// The superuser, who is not subject to ACLs: "super:<digest>", as returned by
    /// kazoo::make_digest_acl_credential(). Empty: there is none.
    KAZOO_OPTION(std::string, super_digest, "");
    /// The zxid before the first transaction; not negative. Servers refuse clients that have seen a
    /// higher zxid than their own, so a server that replaces an earlier one at the same address
    /// must start above that one's zxids. `kazoo serve` starts at the Unix time in seconds times
    /// 2^20; the default of this option makes test runs reproducible.
    KAZOO_OPTION(std::int64_t, first_zxid, 0);
    /// The maximum size of a request in bytes (Apache's jute.maxbuffer); larger ones close the
    /// connection.
    KAZOO_OPTION(std::size_t, max_request_bytes, 0xfffff);
    /// The maximum number of bytes queued for a client that does not read its replies; if it is
    /// exceeded, the connection is closed.
    KAZOO_OPTION(std::size_t, max_unsent_bytes, std::size_t{64} << 20);
    /// The maximum number of connections per server; further ones are closed at once. 0: no limit.
    KAZOO_OPTION(std::size_t, max_connections, 0);
    /// Whether hard limits of quotas are enforced (Apache's zookeeper.enforceQuota); requests that
    /// exceed them fail with QuotaExceededError.
    KAZOO_OPTION(bool, enforce_quota, false);
    /// Whether a handshake that requests a session closes that session's current connection before
    /// the password is checked, as Apache ZooKeeper does; a client with a wrong password then
    /// disconnects the owner of the session. By default the password is checked first.
    KAZOO_OPTION(bool, takeover_closes_first, false);
    /// TLS: files in PEM format, the certificate (followed by its intermediate certificates) and
    /// its private key, which must not be encrypted. If both are given, clients must use TLS 1.2 or
    /// later; giving only one is an error. Default: no TLS.
    KAZOO_OPTION(std::string, tls_certificate, "");
    KAZOO_OPTION(std::string, tls_key, "");
#undef KAZOO_OPTION
#undef KAZOO_TIME_OPTION
};

}  // namespace kazoo::testing
KAZOO_API_END
