/// What the embedded server shall do wrong.
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

/// Requests by what they ask for, in whichever of its forms the protocol has.
enum class Request {
    any,  ///< all but pings
    create,
    delete_,
    exists,
    get,
    set,
    get_acls,
    set_acls,
    get_children,
    sync,
    multi,
    set_watches,  ///< what a client says after a reconnect about the watches it has
    add_watch,    ///< persistent and recursive watches
    remove_watches,
    auth,
    ping,
    close,  ///< the end of a session
};

/// Names an injected fault.
using FaultId = std::uint64_t;

/// One thing that a server does wrong with requests, from the moment it is injected until it is
/// removed or has happened `times` times. Chainable:
///
///     server.inject(Fault::drop_after().on(Request::create).once());
///
/// What a fault leaves open matches everything; of several that match a request, the one injected
/// first is met.
class Fault {
public:
    enum class Kind { drop_before, drop_after, hold, delay, fail };

    /// Closes the connection instead: nothing is applied. The client cannot know that.
    [[nodiscard]] static Fault drop_before() { return Fault(Kind::drop_before); }
    /// Applies the request, then closes the connection without a reply. To the client it looks
    /// like drop_before: ConnectionLoss with the outcome unknown.
    [[nodiscard]] static Fault drop_after() { return Fault(Kind::drop_after); }
    /// Applies the request; its reply waits until the fault is removed, and so does everything
    /// that follows it on the connection, pings too.
    [[nodiscard]] static Fault hold() { return Fault(Kind::hold); }
    /// Applies the request; its reply comes that much later, and what follows it not before.
    [[nodiscard]] static Fault delay(AnyMilliseconds time) {
        Fault fault(Kind::delay);
        fault.delay_ = time;
        return fault;
    }
    /// Answers this error and applies nothing.
    [[nodiscard]] static Fault fail(Errc error) {
        Fault fault(Kind::fail);
        fault.error_ = error;
        return fault;
    }

    Fault& on(Request request) & noexcept {
        request_ = request;
        return *this;
    }
    Fault on(Request request) && noexcept { return std::move(on(request)); }

    /// Only requests whose path begins so. Those without a path do not match.
    Fault& path(std::string prefix) & noexcept {
        path_ = std::move(prefix);
        return *this;
    }
    Fault path(std::string prefix) && noexcept { return std::move(path(std::move(prefix))); }

    /// Only requests of this session (KazooClient::client_id).
    Fault& session(std::int64_t id) & noexcept {
        session_ = id;
        return *this;
    }
    Fault session(std::int64_t id) && noexcept { return std::move(session(id)); }

    /// So many matching requests are served properly first.
    Fault& skip(int count) & noexcept {
        skip_ = count;
        return *this;
    }
    Fault skip(int count) && noexcept { return std::move(skip(count)); }

    /// Happens so many times. Default: every time.
    Fault& times(int count) & noexcept {
        times_ = count;
        return *this;
    }
    Fault times(int count) && noexcept { return std::move(times(count)); }
    Fault& once() & noexcept { return times(1); }
    Fault once() && noexcept { return std::move(times(1)); }

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

/// What becomes of handshakes.
enum class Handshake {
    normal,
    refuse,   ///< The connection is closed at once.
    hang,     ///< It is never answered.
    garbage,  ///< The answer is none.
    /// A new session instead of the one that was asked for, as ClickHouse Keeper does it.
    other_session,
    /// The answer says that the session is gone, whether it is or not.
    expired,
    /// The answer of a ClickHouse Keeper that has no leader.
    keeper_without_leader,
    /// The answer of a read-only Apache server (3.7 and later) that makes no new sessions.
    not_read_only,
    /// Without the last byte, as of servers before 3.4.
    short_answer,
};

}  // namespace kazoo::testing
KAZOO_API_END
