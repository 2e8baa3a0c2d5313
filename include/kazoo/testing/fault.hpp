// SPDX-License-Identifier: Apache-2.0
/// Fault injection for the embedded server.
///
/// Examples:
///
///     server.inject(Fault::drop_after().on(Request::create).once());     // lost reply of a create
///     server.inject(Fault::fail(Errc::no_auth).path("/secret"));         // until removed
///     const auto held = server.inject(Fault::hold().on(Request::get));   // server hangs ...
///     server.remove(held);                                               // ... until here
///     server.inject(Fault::drop_before().on(Request::sasl).skip(1));     // lost within SASL
///     server.handshakes(Handshake::refuse, 3);                           // three failed connects
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/time.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo::testing {

/// The kinds of requests that a fault can be restricted to. Each covers all variants that the
/// protocol has for the operation; `create`, for example, also matches create2, createContainer
/// and createTTL.
enum class Request {
    any,  ///< All requests except pings.
    create,
    delete_,
    exists,
    get,
    set,
    get_acls,
    set_acls,
    get_children,
    sync,
    multi,        ///< Transactions, and multi-reads.
    set_watches,  ///< Sent by a client after a reconnect to restore its watches.
    add_watch,    ///< Sets a persistent or recursive watch.
    remove_watches,
    auth,  ///< Authentication, including SASL.
    ping,
    close,  ///< Ends a session.
    sasl,   ///< A token of a SASL exchange; auth matches it as well.
};

/// Identifies an injected fault; pass it to ServerControl::remove(). Ids are not reused.
using FaultId = std::uint64_t;

/// A fault: what a server does wrong, for which requests, and how often.
///
/// The static functions create a fault of one kind, which applies to every request except pings
/// until it is removed. The setters restrict it; they can be chained. If several faults match a
/// request, the one injected first takes effect. A value type: it has no effect until it is passed
/// to ServerControl::inject(), which copies it.
class Fault {
public:
    /// The kinds of faults; see the static functions.
    enum class Kind { drop_before, drop_after, hold, delay, fail };

    /// Closes the connection instead of handling the request, so that it is not applied. Clients
    /// cannot distinguish this from drop_after().
    [[nodiscard]] static Fault drop_before() { return Fault(Kind::drop_before); }
    /// Applies the request, then closes the connection without a reply. A write fails with
    /// ConnectionLoss and Outcome::unknown.
    [[nodiscard]] static Fault drop_after() { return Fault(Kind::drop_after); }
    /// Applies the request, but holds the reply back until the fault is removed. Everything sent
    /// after it on the same connection is held back as well, including watch events and replies to
    /// pings.
    [[nodiscard]] static Fault hold() { return Fault(Kind::hold); }
    /// Applies the request, but sends the reply after a delay (milliseconds or coarser units).
    /// Everything sent after it on the same connection waits as well.
    [[nodiscard]] static Fault delay(AnyMilliseconds time) {
        Fault fault(Kind::delay);
        fault.delay_ = time;
        return fault;
    }
    /// Replies with this error instead of applying the request. For a token of a SASL exchange
    /// (Request::sasl) the connection is closed after the reply, as after a failed authentication.
    [[nodiscard]] static Fault fail(Errc error) {
        Fault fault(Kind::fail);
        fault.error_ = error;
        return fault;
    }

    /// Restricts the fault to one kind of request. Request::ping is matched only if given here.
    Fault& on(Request request) & noexcept {
        request_ = request;
        return *this;
    }
    Fault on(Request request) && noexcept { return std::move(on(request)); }

    /// Restricts the fault to requests whose path starts with `prefix`. Paths include the client's
    /// chroot. Requests that have no single path (multi, set_watches, auth, sasl, ping, close) do
    /// not match, except with an empty prefix, the default.
    Fault& path(std::string prefix) & noexcept {
        path_ = std::move(prefix);
        return *this;
    }
    Fault path(std::string prefix) && noexcept { return std::move(path(std::move(prefix))); }

    /// Restricts the fault to requests of one session (KazooClient::client_id()). 0, the default,
    /// matches all sessions.
    Fault& session(std::int64_t id) & noexcept {
        session_ = id;
        return *this;
    }
    Fault session(std::int64_t id) && noexcept { return std::move(session(id)); }

    /// Number of matching requests to serve normally before the fault takes effect. Default: 0.
    Fault& skip(int count) & noexcept {
        skip_ = count;
        return *this;
    }
    Fault skip(int count) && noexcept { return std::move(skip(count)); }

    /// Number of times that the fault occurs. Default: no limit. Replies held back by `hold` are
    /// sent only when the fault is removed, even if it no longer occurs.
    Fault& times(int count) & noexcept {
        times_ = count;
        return *this;
    }
    Fault times(int count) && noexcept { return std::move(times(count)); }
    /// Same as times(1).
    Fault& once() & noexcept { return times(1); }
    Fault once() && noexcept { return std::move(times(1)); }

    /// Return the attributes, as set above.
    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] Request request() const noexcept { return request_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::int64_t session() const noexcept { return session_; }
    [[nodiscard]] int skip() const noexcept { return skip_; }
    [[nodiscard]] int times() const noexcept { return times_; }
    [[nodiscard]] std::chrono::milliseconds delay() const noexcept { return delay_; }
    [[nodiscard]] Errc error() const noexcept { return error_; }

private:
    explicit Fault(Kind kind) : kind_(kind) {}

    Kind kind_;
    Request request_ = Request::any;
    std::string path_;
    std::int64_t session_ = 0;
    int skip_ = 0;
    int times_ = std::numeric_limits<int>::max();
    std::chrono::milliseconds delay_{0};
    Errc error_ = Errc::ok;
};

/// How a server responds to the handshake of a connection; see ServerControl::handshakes().
enum class Handshake {
    normal,
    refuse,   ///< Closes the connection without a response.
    hang,     ///< Never responds; the connection stays open.
    garbage,  ///< Responds with bytes that are not ZooKeeper's protocol.
    /// Creates a new session instead of resuming the requested one, as ClickHouse Keeper does.
    other_session,
    /// Responds that the session has expired, even if it has not.
    expired,
    /// Responds like a ClickHouse Keeper server that has no leader.
    keeper_without_leader,
    /// Responds like a read-only Apache server (3.7 and later) that refuses new sessions.
    not_read_only,
    /// Omits the last byte of the response, the read-only flag, as servers before 3.4 do.
    short_answer,
};

}  // namespace kazoo::testing
KAZOO_API_END
