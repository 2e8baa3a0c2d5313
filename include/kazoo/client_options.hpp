// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/acl_provider.hpp>
#include <kazoo/client_limits.hpp>
#include <kazoo/detail/chrono.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/host_provider.hpp>
#include <kazoo/logger.hpp>
#include <kazoo/resend.hpp>
#include <kazoo/retry.hpp>
#include <kazoo/sasl_mechanism.hpp>
#include <kazoo/security.hpp>
#include <kazoo/session_handover.hpp>
#include <kazoo/time.hpp>
#include <kazoo/tls_options.hpp>
#include <kazoo/watcher.hpp>
#include <kazoo/when_full.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

/// The identity of a session: one to resume, or the current one (KazooClient::client_id).
struct ClientId {
    ClientId() {}
    /// From a session id and its password.
    ClientId(std::int64_t session, std::string secret)
        : session_id(session), password(std::move(secret)) {}
    std::int64_t session_id = 0;  ///< 0: no session
    std::string password;         ///< 16 bytes; secret: it suffices to take over the session
    friend bool operator==(const ClientId&, const ClientId&) = default;
};

/// What a client does when it finds that the servers are behind the last zxid that it has seen, as
/// after they have been restored from a backup.
///
/// Servers refuse a client that has seen a newer state than theirs, by closing the connection. Once
/// they have done so for 2 s and three rounds, with more than half of the addresses and none that
/// answers, the client asks each of them for its zxid, with the four-letter word `srvr` on a
/// separate connection. If all are behind, it logs an error, and start() reports it. Servers that
/// do not execute `srvr` are not recognised.
enum class WhenBehind {
    /// Waits for the servers to catch up. Until a server accepts the client, operations fail with
    /// EnsembleBehindError; the state is SUSPENDED until the session is over by the client's clock,
    /// then LOST with StateReason::ensemble_behind. KazooClient::reset_zxid ends this.
    report,
    /// Calls KazooClient::reset_zxid at once: the state becomes LOST with
    /// StateReason::ensemble_behind, then CONNECTED with a new session. What the client reads then
    /// is older than what it has read before.
    reset,
};

/// Parameters of a KazooClient (kazoo's constructor arguments), constant once the client is made
/// unless stated otherwise.
///
///     KazooClient zk(ClientOptions().hosts("a:2181,b:2181/app").timeout(10s));
///
/// Each option `x` has a setter `x(value)`, which returns the options for chaining, and a getter
/// `x()`. Setters do not validate: the constructor of KazooClient throws ConfigurationError. Times
/// are stored in milliseconds; their setters accept every std::chrono::duration of whole
/// milliseconds.
///
/// Copies hold the secrets that are given here: passwords in auth_data, client_id and resume, and
/// the private key in tls. A client overwrites the first two of its own copy; others are not.
class ClientOptions {
public:
    /// The unit in which times are stored.
    using milliseconds = std::chrono::milliseconds;

    ClientOptions() {}

    /// Servers and chroot: "host:port,host:port/chroot". The port defaults to 2181; IPv6 addresses
    /// are written in brackets; "tls://host:port" is connected to with TLS. <kazoo/hosts.hpp> has
    /// the syntax. KazooClient::set_hosts replaces the servers; with a host_provider only the
    /// chroot has a meaning. Default: "127.0.0.1:2181".
    ClientOptions& hosts(std::string value) & {
        hosts_ = std::move(value);
        return *this;
    }
    ClientOptions hosts(std::string value) && { return std::move(hosts(std::move(value))); }
    [[nodiscard]] const std::string& hosts() const noexcept { return hosts_; }

    /// Where to get the servers from, in place of `hosts`: a function that returns them, or
    /// srv_hosts of <kazoo/srv.hpp>. A HostProvider::timeout that is not positive:
    /// ConfigurationError. Default: none.
    ClientOptions& host_provider(HostProvider value) & {
        host_provider_ = std::move(value);
        return *this;
    }
    ClientOptions host_provider(HostProvider value) && {
        return std::move(host_provider(std::move(value)));
    }
    [[nodiscard]] const HostProvider& host_provider() const noexcept { return host_provider_; }

    /// Session timeout to request, more than zero. The server decides: KazooClient::session_timeout
    /// returns what it granted. Default: 10 s.
    ClientOptions& timeout(AnyMilliseconds value) & noexcept {
        timeout_ = value;
        return *this;
    }
    ClientOptions timeout(AnyMilliseconds value) && noexcept { return std::move(timeout(value)); }
    [[nodiscard]] const milliseconds& timeout() const noexcept { return timeout_; }

    /// Time limit for connecting to one address, including the handshake; the same limit applies
    /// again to the SASL exchange, and to the answer to the credentials. Name resolution is not
    /// included: while there are other hosts, the next one is tried after at most 1 s; a single
    /// name is waited for up to 30 s.
    ///
    /// Zero (the default) lets the client choose, which suits most programs:
    /// - with a session, the time that is left of it divided by the number of addresses still to be
    ///   tried (two thirds of it for a single address);
    /// - without one, `timeout` divided by the number of all addresses;
    /// - in either case from 0.5 s to 4 s, or to 30 s for a single address;
    /// - after each round in which a server did not answer in time, the limit of 4 s doubles, up to
    ///   30 s, or 90 s divided by the number of addresses if that is less.
    ///
    /// Set it if servers are known to answer much faster or more slowly. Negative:
    /// ConfigurationError. Default: zero.
    ClientOptions& connect_timeout(AnyMilliseconds value) & noexcept {
        connect_timeout_ = value;
        return *this;
    }
    ClientOptions connect_timeout(AnyMilliseconds value) && noexcept {
        return std::move(connect_timeout(value));
    }
    [[nodiscard]] const milliseconds& connect_timeout() const noexcept { return connect_timeout_; }

    /// Time allowed, when the client stops, for the server to answer the last requests and the
    /// close. After it the session is left to expire on the servers. Negative: ConfigurationError.
    /// Default: 10 s.
    ClientOptions& close_timeout(AnyMilliseconds value) & noexcept {
        close_timeout_ = value;
        return *this;
    }
    ClientOptions close_timeout(AnyMilliseconds value) && noexcept {
        return std::move(close_timeout(value));
    }
    [[nodiscard]] const milliseconds& close_timeout() const noexcept { return close_timeout_; }

    /// A session for the first start to resume. If it no longer exists, a new one begins. Default:
    /// none.
    ClientOptions& client_id(std::optional<ClientId> value) & {
        client_id_ = std::move(value);
        return *this;
    }
    ClientOptions client_id(std::optional<ClientId> value) && {
        return std::move(client_id(std::move(value)));
    }
    [[nodiscard]] const std::optional<ClientId>& client_id() const noexcept { return client_id_; }

    /// A session that another client has handed over (KazooClient::detach), for the first start to
    /// resume; takes precedence over client_id. If it no longer exists, a new one begins, as when a
    /// session expires: `on_event` is called with NONE, and StateChange::new_session is true. The
    /// session must not be used by two clients at a time: servers move it to the one that connected
    /// last, the other reconnects, and they take it from each other without end.
    ///
    /// `on_event` is called for the watches of the session, whose functions could not be handed
    /// over: for changes since the other client stopped as well, so that none is lost. Persistent
    /// and recursive watches report a GAP first. Paths are those of the servers without this
    /// client's chroot. Called with NONE, once or more, when the session ends. Without a function
    /// the watches are not set again.
    ///
    /// Persistent and recursive watches stay until KazooClient::drop_resumed_watches or the end of
    /// the session. add_watch for the same path and mode joins them, without a request.
    ///
    /// With a session id of 0 it carries over the last zxid alone: a new session begins, on a
    /// server that has reached this zxid. Default: none.
    ClientOptions& resume(std::optional<SessionHandover> value, Watcher on_event = {}) & {
        resume_ = std::move(value);
        resume_watcher_ = std::move(on_event);
        return *this;
    }
    ClientOptions resume(std::optional<SessionHandover> value, Watcher on_event = {}) && {
        return std::move(resume(std::move(value), std::move(on_event)));
    }
    [[nodiscard]] const std::optional<SessionHandover>& resume() const noexcept { return resume_; }
    [[nodiscard]] const Watcher& resume_watcher() const noexcept { return resume_watcher_; }

    /// What to do if the servers are behind the last zxid that the client has seen. Default:
    /// WhenBehind::report.
    ClientOptions& when_ensemble_is_behind(WhenBehind value) & noexcept {
        when_ensemble_is_behind_ = value;
        return *this;
    }
    ClientOptions when_ensemble_is_behind(WhenBehind value) && noexcept {
        return std::move(when_ensemble_is_behind(value));
    }
    [[nodiscard]] const WhenBehind& when_ensemble_is_behind() const noexcept {
        return when_ensemble_is_behind_;
    }

    /// Runs the connection and all callbacks; several clients may share one. Default: a
    /// SequentialThreadingHandler of the client's own.
    ClientOptions& handler(std::shared_ptr<Handler> value) & {
        handler_ = std::move(value);
        return *this;
    }
    ClientOptions handler(std::shared_ptr<Handler> value) && {
        return std::move(handler(std::move(value)));
    }
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept { return handler_; }

    /// ACL for new nodes where neither the call nor `acl_provider` gives one. Default:
    /// open_acl_unsafe().
    ClientOptions& default_acl(std::optional<AclList> value) & {
        default_acl_ = std::move(value);
        return *this;
    }
    ClientOptions default_acl(std::optional<AclList> value) && {
        return std::move(default_acl(std::move(value)));
    }
    [[nodiscard]] const std::optional<AclList>& default_acl() const noexcept {
        return default_acl_;
    }

    /// Chooses the ACL of new nodes by path where the call gives none (Curator's ACLProvider); see
    /// AclProvider. Default: none, which is `default_acl` for all.
    ClientOptions& acl_provider(AclProvider value) & {
        acl_provider_ = std::move(value);
        return *this;
    }
    ClientOptions acl_provider(AclProvider value) && {
        return std::move(acl_provider(std::move(value)));
    }
    [[nodiscard]] const AclProvider& acl_provider() const noexcept { return acl_provider_; }

    /// Credentials presented on every connection before any request. If a server refuses them, or
    /// they are larger than ClientLimits::request_bytes, the client stops in the state AUTH_FAILED.
    /// Default: none.
    ClientOptions& auth_data(std::vector<AuthData> value) & {
        auth_data_ = std::move(value);
        return *this;
    }
    ClientOptions auth_data(std::vector<AuthData> value) && {
        return std::move(auth_data(std::move(value)));
    }
    [[nodiscard]] const std::vector<AuthData>& auth_data() const noexcept { return auth_data_; }

    /// TLS for all connections (kazoo's use_ssl and the options that go with it). Without it only
    /// servers given as "tls://host:port" use TLS, with the default TlsOptions. Contradictory
    /// settings and servers given as "tcp://host:port": ConfigurationError; for servers that come
    /// later, KazooClient::set_hosts throws it and the answer of a host provider counts as failed.
    /// Default: none.
    ClientOptions& tls(std::optional<TlsOptions> value) & {
        tls_ = std::move(value);
        return *this;
    }
    ClientOptions tls(std::optional<TlsOptions> value) && {
        return std::move(tls(std::move(value)));
    }
    [[nodiscard]] const std::optional<TlsOptions>& tls() const noexcept { return tls_; }

    /// SASL (kazoo's sasl_options): on each connection a mechanism, which this function makes,
    /// authenticates the client before auth_data are presented, watches are set again and requests
    /// are sent; CONNECTED is announced after all of that. cyrus_sasl of <kazoo/sasl.hpp> returns
    /// such a function for DIGEST-MD5, GSSAPI and other mechanisms.
    ///
    /// If the server or the mechanism refuses, the client stops in the state AUTH_FAILED; the log
    /// and the errors of KazooClient::start have the reason. A connection that is lost during the
    /// exchange, and an exchange that takes longer than `connect_timeout`, is a failed attempt,
    /// after which the client tries other servers. Default: none.
    ClientOptions& sasl(SaslMechanismFactory value) & {
        sasl_ = std::move(value);
        return *this;
    }
    ClientOptions sasl(SaslMechanismFactory value) && { return std::move(sasl(std::move(value))); }
    [[nodiscard]] const SaslMechanismFactory& sasl() const noexcept { return sasl_; }

    /// Whether hosts are tried in random order, shuffled anew for each round, or in the order
    /// given. In both cases hosts whose connection was lost or which did not answer in time come
    /// last in the next round. Default: true.
    ClientOptions& randomize_hosts(bool value) & noexcept {
        randomize_hosts_ = value;
        return *this;
    }
    ClientOptions randomize_hosts(bool value) && noexcept {
        return std::move(randomize_hosts(value));
    }
    [[nodiscard]] const bool& randomize_hosts() const noexcept { return randomize_hosts_; }

    /// Pauses between rounds of connection attempts; a round tries every host once. `max_tries`
    /// counts rounds. When it or `deadline` is exhausted the client gives up: its state becomes
    /// CLOSED, operations without a reply fail with ConnectionLoss, and later ones with
    /// ConnectionClosedError. ignore_expire and retry_unknown have no
    /// effect. Default: no limit, pauses of 0.1 s doubling to 5 s.
    ClientOptions& connection_retry(RetryPolicy value) & {
        connection_retry_ = std::move(value);
        return *this;
    }
    ClientOptions connection_retry(RetryPolicy value) && {
        return std::move(connection_retry(std::move(value)));
    }
    [[nodiscard]] const RetryPolicy& connection_retry() const noexcept { return connection_retry_; }

    /// Policy of KazooClient::retry and retry_async. Default: no limit, pauses of 0.1 s doubling to
    /// 5 s.
    ClientOptions& command_retry(RetryPolicy value) & {
        command_retry_ = std::move(value);
        return *this;
    }
    ClientOptions command_retry(RetryPolicy value) && {
        return std::move(command_retry(std::move(value)));
    }
    [[nodiscard]] const RetryPolicy& command_retry() const noexcept { return command_retry_; }

    /// Whether to connect to servers in read-only mode as well: the state is then CONNECTED_RO, and
    /// writes fail with NotReadOnlyCallError. Meanwhile the client asks the other servers one after
    /// the other, with the four-letter word `isro` on a separate connection, at intervals growing
    /// from 0.1 s to 60 s. It moves to the first that accepts writes: the state becomes SUSPENDED,
    /// then CONNECTED, and operations in progress end or are sent again as after a lost connection
    /// (Resend). Default: false.
    ClientOptions& read_only(bool value) & noexcept {
        read_only_ = value;
        return *this;
    }
    ClientOptions read_only(bool value) && noexcept { return std::move(read_only(value)); }
    [[nodiscard]] const bool& read_only() const noexcept { return read_only_; }

    /// Bounds of queues, messages and watches. Default: see ClientLimits.
    ClientOptions& limits(ClientLimits value) & {
        limits_ = std::move(value);
        return *this;
    }
    ClientOptions limits(ClientLimits value) && { return std::move(limits(std::move(value))); }
    [[nodiscard]] const ClientLimits& limits() const noexcept { return limits_; }

    /// Destination of the log, also for exceptions that escape from callbacks. Default: warnings
    /// and errors to standard error.
    ClientOptions& logger(Logger value) & {
        logger_ = std::move(value);
        return *this;
    }
    ClientOptions logger(Logger value) && { return std::move(logger(std::move(value))); }
    [[nodiscard]] const Logger& logger() const noexcept { return logger_; }

    /// Prefix of each log line, which tells the lines of several clients apart. Default: empty.
    ClientOptions& client_name(std::string value) & {
        client_name_ = std::move(value);
        return *this;
    }
    ClientOptions client_name(std::string value) && {
        return std::move(client_name(std::move(value)));
    }
    [[nodiscard]] const std::string& client_name() const noexcept { return client_name_; }

    /// Same as `logger(Logger(sink, minimum))`, for any function `void(LogLevel,
    /// std::string_view)`; it receives lines of level `minimum` and above.
    template <LogFunction Sink>
    ClientOptions& logger(Sink&& sink, LogLevel minimum = LogLevel::info) & {
        return logger(Logger(LogSink(std::forward<Sink>(sink)), minimum));
    }
    template <LogFunction Sink>
    ClientOptions logger(Sink&& sink, LogLevel minimum = LogLevel::info) && {
        return std::move(logger(std::forward<Sink>(sink), minimum));
    }

    /// Time limit of every operation whose CallOptions name neither a timeout nor a deadline, as if
    /// given to each call by CallOptions::timeout. Default: none.
    ///
    /// Without any limit an operation ends when its reply arrives, when the connection it was sent
    /// on breaks and it is not sent again (ConnectionLoss; see `resend`), or when its session ends.
    /// One that waits for a connection while no server can be reached waits until the client
    /// connects, gives up (connection_retry), or is stopped.
    ClientOptions& call_timeout(AnyDuration value) & {
        call_timeout_ = value;
        return *this;
    }
    ClientOptions call_timeout(AnyDuration value) && { return std::move(call_timeout(value)); }
    [[nodiscard]] const std::optional<Duration>& call_timeout() const noexcept {
        return call_timeout_;
    }

    /// Which requests are sent again after a lost connection, for operations whose CallOptions do
    /// not say so. Default: Resend::reads.
    ClientOptions& resend(Resend value) & noexcept {
        resend_ = value;
        return *this;
    }
    ClientOptions resend(Resend value) && noexcept { return std::move(resend(value)); }
    [[nodiscard]] const Resend& resend() const noexcept { return resend_; }

    /// What blocking calls do while the queue of requests is full, if their CallOptions do not say
    /// so. Default: WhenFull::fail.
    ClientOptions& when_full(WhenFull value) & noexcept {
        when_full_ = value;
        return *this;
    }
    ClientOptions when_full(WhenFull value) && noexcept { return std::move(when_full(value)); }
    [[nodiscard]] const WhenFull& when_full() const noexcept { return when_full_; }

private:
    std::string hosts_ = "127.0.0.1:2181";
    HostProvider host_provider_;
    milliseconds timeout_{10'000};
    milliseconds connect_timeout_{0};
    milliseconds close_timeout_{10'000};
    std::optional<ClientId> client_id_;
    std::optional<SessionHandover> resume_;
    Watcher resume_watcher_;
    WhenBehind when_ensemble_is_behind_ = WhenBehind::report;
    std::shared_ptr<Handler> handler_;
    std::optional<AclList> default_acl_;
    AclProvider acl_provider_;
    std::vector<AuthData> auth_data_;
    std::optional<TlsOptions> tls_;
    SaslMechanismFactory sasl_;
    bool randomize_hosts_ = true;
    RetryPolicy connection_retry_;
    RetryPolicy command_retry_;
    bool read_only_ = false;
    ClientLimits limits_;
    Logger logger_;
    std::string client_name_;
    std::optional<Duration> call_timeout_;
    Resend resend_ = Resend::reads;
    WhenFull when_full_ = WhenFull::fail;
};

}  // namespace kazoo
KAZOO_API_END
