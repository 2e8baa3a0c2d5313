// SPDX-License-Identifier: Apache-2.0
/// NonBlockingLease: a right that ends at a time. MultiNonBlockingLease: one of several of them.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {
class Leasing;
class MultiLeasing;
}  // namespace kazoo::detail::recipe

KAZOO_API_BEGIN
namespace kazoo {

/// Options of NonBlockingLease and MultiNonBlockingLease. A value; setters chain.
class LeaseOptions {
public:
    LeaseOptions() {}

    /// Who holds the lease, in UTF-8. Objects and processes with the same identifier are the same
    /// holder: each may take the lease that another one of them has obtained. Default: the name of
    /// the host, as the operating system knows it.
    LeaseOptions& identifier(std::string value) & noexcept {
        identifier_ = std::move(value);
        return *this;
    }
    LeaseOptions identifier(std::string value) && noexcept {
        return std::move(identifier(std::move(value)));
    }
    /// Empty: the default.
    [[nodiscard]] const std::string& identifier() const noexcept { return identifier_; }

    /// Returns the present time.
    using ClockFunction = std::function<std::chrono::system_clock::time_point()>;
    /// What the lease uses as the present time. It is called by the functions of the lease, on
    /// their thread or on a lane of the handler, possibly by several threads at once, and must not
    /// block. Default: std::chrono::system_clock::now.
    LeaseOptions& clock(ClockFunction value) & {
        clock_ = std::move(value);
        return *this;
    }
    LeaseOptions clock(ClockFunction value) && { return std::move(clock(std::move(value))); }
    /// Empty: the default.
    [[nodiscard]] const ClockFunction& clock() const noexcept { return clock_; }

private:
    std::string identifier_;
    ClockFunction clock_;
};

/// A lease: a right that one holder at a time has, until a time that is written with it (kazoo's
/// `NonBlockingLease`). It needs no connection while it is held, and ends by itself if the holder
/// has gone; for work such as a daily report that any of several hosts may do.
///
///     NonBlockingLease lease(zk, "/report/lease", 10min);
///     if (lease.obtain()) {
///         write_report(lease.token());
///     }
///
/// Layout, as in kazoo: `<path>/lease_holder`, persistent, with the data
/// `{"version": 1, "holder": "<identifier>", "end": "YYYY-MM-DDTHH:MM:SS"}` in UTC. A process
/// that changes it holds a Lock on `path` meanwhile. Unlike in kazoo each change is one
/// transaction, which contains the check of that lock: a crash leaves no gap, and a process that
/// has lost the lock changes nothing.
///
/// The lease rests on the clocks of the hosts: a host whose clock is ahead by some time may take it
/// that much early. What the lease protects can refuse an older `token`. The end is rounded down to
/// seconds, as in kazoo, so that a lease of less than a second may end at once.
///
/// Calls: "non-blocking" means that no call waits for the end of a lease. They wait for the lock
/// and for the servers as long as their options allow, by default for an unlimited time, which
/// covers lost connections; then they fail with OperationTimeoutError. Other errors are
/// MalformedDataError if the node has other data, CancelledError, ConnectionClosedError,
/// NoAuthError and those of Lock::acquire. The outcome is `unknown` if the change may have been
/// made; the same call may then be repeated.
///
/// Threads: all members are thread-safe, except for moving and destruction. The object may be
/// destroyed, and the client moved, stopped and destroyed, at any time. The lease stays: it is
/// neither bound to the object nor to a session.
class [[nodiscard]] NonBlockingLease {
public:
    /// `duration`: positive. Asks no server. Throws BadArgumentsError if it is not, the path is
    /// malformed or "/", or the identifier is not UTF-8, and std::bad_alloc.
    NonBlockingLease(
        KazooClient& client,
        PathView path,
        AnyDuration duration,
        const LeaseOptions& options = LeaseOptions()
    );
    NonBlockingLease(NonBlockingLease&&) noexcept;
    NonBlockingLease& operator=(NonBlockingLease&&) noexcept;
    /// Does not release the lease.
    ~NonBlockingLease();

    /// Takes the lease for `duration` from now if it is not held, its time is over, or its holder
    /// has the same identifier. Returns whether this object holds it then. False if another process
    /// holds it, or the record has a version that is not 1.
    AsyncResult<bool> obtain_async(const CallOptions& options = {});
    bool obtain(const CallOptions& options = {});
    /// Extends the lease to `duration` from now. Returns false, and the lease is not held any more,
    /// if this object has not obtained it or the record has been replaced since. Also after the end
    /// of the lease if no other process has taken it. The token changes.
    AsyncResult<bool> renew_async(const CallOptions& options = {});
    bool renew(const CallOptions& options = {});
    /// Gives the lease up before its end: deletes the record. Returns false if this object has not
    /// obtained it or the record has been replaced since. As soon as this is called, the lease is
    /// not held any more.
    AsyncResult<bool> release_async(const CallOptions& options = {});
    bool release(const CallOptions& options = {});

    /// Returns whether this object has obtained the lease and its time is not over. It asks the
    /// clock only, and throws what that throws.
    [[nodiscard]] bool obtained() const;
    [[nodiscard]] explicit operator bool() const { return obtained(); }
    /// Returns when the lease ends that was obtained last; std::nullopt if there is none.
    [[nodiscard]] std::optional<std::chrono::system_clock::time_point> end() const;
    /// Returns the time until `end`; zero if it is over or there is no lease.
    [[nodiscard]] Duration remaining() const;
    /// Returns the fencing token, the czxid of the record; 0 if there is no lease. It rises with
    /// each `obtain` and `renew`, of all holders.
    [[nodiscard]] std::int64_t token() const noexcept;
    [[nodiscard]] const std::string& path() const noexcept;

private:
    std::shared_ptr<detail::recipe::Leasing> leasing_;  // null: moved from
};

/// One of several equal leases, for work that a number of holders may do at a time (kazoo's
/// `MultiNonBlockingLease`).
///
///     MultiNonBlockingLease lease(zk, 3, "/reports/lease", 10min);
///     if (lease.obtain()) { work(*lease.index()); }
///
/// The leases are NonBlockingLeases at `<path>/0`, `<path>/1`, ..., what is said there applies.
/// One object holds one of them at most.
class [[nodiscard]] MultiNonBlockingLease {
public:
    /// `count`: 1 to 10,000. Otherwise as the constructor of NonBlockingLease.
    MultiNonBlockingLease(
        KazooClient& client,
        std::size_t count,
        PathView path,
        AnyDuration duration,
        const LeaseOptions& options = LeaseOptions()
    );
    MultiNonBlockingLease(MultiNonBlockingLease&&) noexcept;
    MultiNonBlockingLease& operator=(MultiNonBlockingLease&&) noexcept;
    ~MultiNonBlockingLease();

    /// Tries the leases in their order, and takes the first that is to be had. Returns whether one
    /// was. A limit of `options` covers all of them. Note that a holder with the same identifier
    /// takes its own lease again.
    AsyncResult<bool> obtain_async(const CallOptions& options = {});
    bool obtain(const CallOptions& options = {});
    /// As those of NonBlockingLease, for the lease that was obtained last.
    AsyncResult<bool> renew_async(const CallOptions& options = {});
    bool renew(const CallOptions& options = {});
    AsyncResult<bool> release_async(const CallOptions& options = {});
    bool release(const CallOptions& options = {});

    /// Returns which lease was obtained last, from 0; std::nullopt if none was.
    [[nodiscard]] std::optional<std::size_t> index() const noexcept;
    [[nodiscard]] bool obtained() const;
    [[nodiscard]] explicit operator bool() const { return obtained(); }
    [[nodiscard]] std::optional<std::chrono::system_clock::time_point> end() const;
    [[nodiscard]] Duration remaining() const;
    [[nodiscard]] std::int64_t token() const noexcept;

private:
    std::shared_ptr<detail::recipe::MultiLeasing> leasing_;  // null: moved from
};

}  // namespace kazoo
KAZOO_API_END
