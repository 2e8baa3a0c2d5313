#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/logger.hpp>
#include <kazoo/retry.hpp>
#include <kazoo/security.hpp>
#include <kazoo/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

/// A session to resume, or the one that is held (kazoo's `client_id`).
struct ClientId {
    ClientId() {}
    ClientId(std::int64_t session, std::string secret)
        : session_id(session), password(std::move(secret)) {}
    std::int64_t session_id = 0;
    std::string password;  ///< 16 bytes; a secret: whoever has it can take the session over
    friend bool operator==(const ClientId&, const ClientId&) = default;
};

/// Credentials for one authentication scheme, such as {"digest", "user:password"}.
struct AuthData {
    AuthData() {}
    AuthData(std::string s, std::string c) : scheme(std::move(s)), credential(std::move(c)) {}
    std::string scheme;
    std::string credential;
    friend bool operator==(const AuthData&, const AuthData&) = default;
};

/// Bounds of everything a client keeps. Reaching one fails the call that would exceed it, with
/// the error named, and harms nothing else.
class ClientLimits {
public:
    ClientLimits() {}
    /// Operations without a reply: QueueFullError. Default 262,144.
    std::size_t requests = std::size_t{1} << 18;
    /// Bytes of requests that wait to be sent: QueueFullError. Default 64 MiB.
    std::size_t queued_bytes = std::size_t{64} << 20;
    /// One request with path, data and all: RequestTooLargeError. Default 1,048,575, the server's
    /// own default (jute.maxbuffer); a server that gets more drops the connection.
    std::size_t request_bytes = 0xfffff;
    /// One reply: ResponseTooLargeError. Default 64 MiB.
    std::size_t reply_bytes = std::size_t{64} << 20;
    /// Watches that are armed or about to be: TooManyWatchesError. Default 1,048,576.
    std::size_t watches = std::size_t{1} << 20;
};

/// How a client is made (kazoo's constructor arguments). Chainable:
///
///     KazooClient zk(ClientOptions().hosts("a:2181,b:2181/app").timeout(10s));
class ClientOptions {
public:
    using milliseconds = std::chrono::milliseconds;

    ClientOptions() {}

#define KAZOO_OPTION(Type, name, initial)             \
public:                                               \
    ClientOptions& name(Type value)& {                \
        name##_ = std::move(value);                   \
        return *this;                                 \
    }                                                 \
    ClientOptions name(Type value)&& {                \
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
    ClientOptions& name(AnyMilliseconds value)& {             \
        name##_ = value;                                      \
        return *this;                                         \
    }                                                         \
    ClientOptions name(AnyMilliseconds value)&& {             \
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

    /// Servers and chroot: "host:port,host:port/chroot", port 2181 if not given, IPv6 in brackets.
    KAZOO_OPTION(std::string, hosts, "127.0.0.1:2181");
    /// The session timeout that is asked for; the server may give another, see session_timeout().
    /// More than zero.
    KAZOO_TIME_OPTION(timeout, 10'000);
    /// For one address to accept and welcome the connection; look-ups of names have a clock of
    /// their own. Zero: what is left of the session, or else its timeout, divided among the
    /// addresses to be tried, from 0.5 s to 4 s, or to 30 s for an address that is the only one. It
    /// doubles with each round in which a server was too slow, up to 30 s.
    KAZOO_TIME_OPTION(connect_timeout, 0);
    /// For the last requests and the close to be answered when the client stops. After it the
    /// session is left to expire.
    KAZOO_TIME_OPTION(close_timeout, 10'000);
    /// A session to resume. If it is over, the client goes on with a new one.
    KAZOO_OPTION(std::optional<ClientId>, client_id, std::nullopt);
    /// Where everything runs. Default: a SequentialThreadingHandler of the client's own.
    KAZOO_OPTION(std::shared_ptr<Handler>, handler, nullptr);
    /// For create and ensure_path without one of their own. Default: open to the world.
    KAZOO_OPTION(std::optional<AclList>, default_acl, std::nullopt);
    /// Replayed on every connection before anything else.
    KAZOO_OPTION(std::vector<AuthData>, auth_data, {});
    /// Hosts are tried in random order, a new one each round; false: in the given order. In both
    /// cases the host whose connection was lost, or which was silent in the last round, comes last.
    KAZOO_OPTION(bool, randomize_hosts, true);
    /// Between rounds of connection attempts. max_tries counts rounds; when it or the deadline is
    /// exhausted the client is closed. Default: for ever, from 0.1 s up to 5 s apart.
    KAZOO_OPTION(RetryPolicy, connection_retry, RetryPolicy());
    /// For KazooClient::retry and retry_async. Default: for ever, from 0.1 s up to 5 s apart.
    KAZOO_OPTION(RetryPolicy, command_retry, RetryPolicy());
    /// Connect to servers in read-only mode as well: state CONNECTED_RO, writes fail with
    /// NotReadOnlyCallError. While there the client asks the other servers one by one, with the
    /// word `isro` on a connection of its own, 0.1 s to 60 s apart, and moves to the first that
    /// takes writes: SUSPENDED, then CONNECTED; what is under way fails with ConnectionLoss.
    KAZOO_OPTION(bool, read_only, false);
    KAZOO_OPTION(ClientLimits, limits, ClientLimits());
    KAZOO_OPTION(Logger, logger, Logger());
    /// Tells the log lines of several clients apart: each line begins with it. Default: empty.
    KAZOO_OPTION(std::string, client_name, "");
#undef KAZOO_OPTION
#undef KAZOO_TIME_OPTION

public:
    /// A function `void(LogLevel, std::string_view)` as the logger, for lines of `minimum` and
    /// above; the same as `logger(Logger(sink, minimum))`.
    template <class Sink>
    requires std::is_invocable_v < std::decay_t<Sink>
    &, LogLevel,
        std::string_view > ClientOptions& logger(Sink&& sink, LogLevel minimum = LogLevel::info) & {
        return logger(Logger(LogSink(std::forward<Sink>(sink)), minimum));
    }
    template <class Sink>
    requires std::is_invocable_v < std::decay_t<Sink>
    &, LogLevel,
        std::string_view > ClientOptions logger(Sink&& sink, LogLevel minimum = LogLevel::info) && {
        return std::move(logger(std::forward<Sink>(sink), minimum));
    }

    /// The limit of every operation whose CallOptions name neither a timeout nor a deadline, as
    /// if given to each call by CallOptions::timeout. Default: none. Without any limit an
    /// operation ends when its reply comes, when the connection it was sent on breaks
    /// (ConnectionLoss), or when its session ends; one that waits for a session while no server can
    /// be reached waits until the client connects, gives up (connection_retry), or is stopped.
    ClientOptions& call_timeout(AnyDuration value) & {
        call_timeout_ = value;
        return *this;
    }
    ClientOptions call_timeout(AnyDuration value) && {
        return std::move(call_timeout(value));
    }
    [[nodiscard]] const std::optional<Duration>& call_timeout() const noexcept {
        return call_timeout_;
    }

private:
    std::optional<Duration> call_timeout_;
};

}  // namespace kazoo
KAZOO_API_END
