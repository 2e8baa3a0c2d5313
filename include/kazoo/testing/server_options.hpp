/// How the embedded server is made.
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

/// Which server the embedded one pretends to be: its version text, the operations it knows, and
/// the habits by which clients can tell the releases apart. Each Apache release stands for its last
/// patch.
enum class Release {
    zookeeper_3_4,
    zookeeper_3_5,
    zookeeper_3_6,
    zookeeper_3_7,
    zookeeper_3_8,
    zookeeper_3_9,
    /// ClickHouse Keeper: gives every client that comes back a new session, never says goodbye,
    /// drops connections that ask for an operation it does not know.
    clickhouse_keeper,
};

/// What a Server or an Ensemble is made of. Chainable:
///
///     Server server(ServerOptions().tick(100ms).release(Release::zookeeper_3_4));
///
/// The defaults are those of Apache ZooKeeper 3.9, but for what is said here.
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

// In milliseconds, of any std::chrono::duration that has no finer units.
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

    /// Where to listen: "host:port". The host is an address (IPv6 in brackets) or a name, which is
    /// looked up once; port 0 is a free one that the system chooses. An Ensemble takes one port
    /// for each server: the given one and those that follow, or free ones.
    KAZOO_OPTION(std::string, listen, "127.0.0.1:0");
    /// The server's unit of time: sessions expire at its multiples. At least 1 ms.
    KAZOO_TIME_OPTION(tick, 2000);
    /// What session timeouts can be; zero stands for 2 and 20 ticks. Tests of expiry want short
    /// ones: `.tick(20ms).min_session_timeout(50ms)`.
    KAZOO_TIME_OPTION(min_session_timeout, 0);
    KAZOO_TIME_OPTION(max_session_timeout, 0);
    KAZOO_OPTION(Release, release, Release::zookeeper_3_9);
    /// Whether nodes with a time to live can be made (Apache's extendedTypesEnabled, which is off
    /// there by default).
    KAZOO_OPTION(bool, ttl_nodes, true);
    /// How often containers without children and nodes whose time is over are removed.
    KAZOO_TIME_OPTION(reaper_interval, 60'000);
    /// "super:<digest>" as kazoo::make_digest_acl_credential gives it: who authenticates
    /// so may do everything.
    KAZOO_OPTION(std::string, super_digest, "");
    /// The zxid before that of the first transaction. Not negative. Clients refuse to go back in
    /// time: a server that takes the place of an earlier one at the same address must begin beyond
    /// the zxids that the clients of that one have seen, or it turns them away. `kazoo serve`
    /// begins at the seconds of the clock times 2^20; the default here makes runs alike.
    KAZOO_OPTION(std::int64_t, first_zxid, 0);
    /// One request (jute.maxbuffer); whoever sends more is disconnected.
    KAZOO_OPTION(std::size_t, max_request_bytes, 0xfffff);
    /// What may wait for a client that does not read; with more it is disconnected.
    KAZOO_OPTION(std::size_t, max_unsent_bytes, std::size_t{64} << 20);
    /// Connections at one time; those beyond are closed at once. Zero: no limit.
    KAZOO_OPTION(std::size_t, max_connections, 0);
    /// Whether the hard limits of quotas are enforced (Apache's zookeeper.enforceQuota, which is
    /// off there by default, too): requests beyond them fail with QuotaExceededError.
    KAZOO_OPTION(bool, enforce_quota, false);
    /// Whether a handshake that asks for a session closes the connection of that session before
    /// its password is looked at, as Apache ZooKeeper does: a client with a wrong password then
    /// disconnects the owner. By default only the right password does.
    KAZOO_OPTION(bool, takeover_closes_first, false);
    /// Both given: all clients must speak TLS. Files in PEM form, the certificate (with those that
    /// signed it behind it) and its private key without a password.
    KAZOO_OPTION(std::string, tls_certificate, "");
    KAZOO_OPTION(std::string, tls_key, "");
#undef KAZOO_OPTION
#undef KAZOO_TIME_OPTION
};

}  // namespace kazoo::testing
KAZOO_API_END
