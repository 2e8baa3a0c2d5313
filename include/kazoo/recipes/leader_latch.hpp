// SPDX-License-Identifier: Apache-2.0
/// LeaderLatch: stands for leadership until it is closed.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/leadership.hpp>
#include <kazoo/recipes/lock_contender.hpp>
#include <kazoo/recipes/lock_format.hpp>
#include <kazoo/recipes/lock_options.hpp>
#include <kazoo/retry.hpp>
#include <kazoo/security.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {
class Latching;
}

KAZOO_API_BEGIN
namespace kazoo {

/// Options of a LeaderLatch. A value; setters chain.
class LeaderLatchOptions {
public:
    LeaderLatchOptions() {}

    /// What other processes see of this one (`participants`). Default: empty.
    LeaderLatchOptions& identifier(std::string value) & noexcept {
        identifier_ = std::move(value);
        return *this;
    }
    LeaderLatchOptions identifier(std::string value) && noexcept {
        return std::move(identifier(std::move(value)));
    }
    [[nodiscard]] const std::string& identifier() const noexcept { return identifier_; }

    /// A function that is called when this process has become the leader. On Lane::callback;
    /// exceptions that it throws are logged. Default: none.
    LeaderLatchOptions& on_leader(std::function<void(const Leadership&)> value) & {
        on_leader_ = std::move(value);
        return *this;
    }
    LeaderLatchOptions on_leader(std::function<void(const Leadership&)> value) && {
        return std::move(on_leader(std::move(value)));
    }
    [[nodiscard]] const std::function<void(const Leadership&)>& on_leader() const noexcept {
        return on_leader_;
    }

    /// A function that is called when this process, after a call of on_leader, does not lead any
    /// more; not when the latch is closed. On Lane::callback; exceptions that it throws are logged.
    /// Default: none.
    LeaderLatchOptions& on_not_leader(std::function<void()> value) & {
        on_not_leader_ = std::move(value);
        return *this;
    }
    LeaderLatchOptions on_not_leader(std::function<void()> value) && {
        return std::move(on_not_leader(std::move(value)));
    }
    [[nodiscard]] const std::function<void()>& on_not_leader() const noexcept {
        return on_not_leader_;
    }

    /// A function that is called with errors that keep this process from standing for leadership,
    /// such as NoAuthError, once until it stands again. On Lane::callback; exceptions that it
    /// throws are logged. Default: none; the errors are then logged as warnings.
    LeaderLatchOptions& on_error(std::function<void(const Error&)> value) & {
        on_error_ = std::move(value);
        return *this;
    }
    LeaderLatchOptions on_error(std::function<void(const Error&)> value) && {
        return std::move(on_error(std::move(value)));
    }
    [[nodiscard]] const std::function<void(const Error&)>& on_error() const noexcept {
        return on_error_;
    }

    /// When the leadership counts as lost. Default: LostWhen::in_doubt, as in Curator: also when
    /// the connection is interrupted.
    LeaderLatchOptions& lost_when(LostWhen value) & noexcept {
        lost_when_ = value;
        return *this;
    }
    LeaderLatchOptions lost_when(LostWhen value) && noexcept { return std::move(lost_when(value)); }
    [[nodiscard]] LostWhen lost_when() const noexcept { return lost_when_; }

    /// The ACL of the nodes and of parents that are created. Default: ClientOptions::default_acl.
    LeaderLatchOptions& acl(AclList value) & {
        acl_ = std::move(value);
        return *this;
    }
    LeaderLatchOptions acl(AclList value) && { return std::move(acl(std::move(value))); }
    [[nodiscard]] const std::optional<AclList>& acl() const noexcept { return acl_; }

    /// The pauses after errors (on_error), and their limits. The limits apply to errors in a row:
    /// they begin anew when this process stands for leadership, that is, when its node exists. When
    /// they are exhausted the latch is closed. Default: no limit, pauses of 0.1 s doubling to 5 s.
    LeaderLatchOptions& retry(const RetryPolicy& value) & noexcept {
        retry_ = value;
        return *this;
    }
    LeaderLatchOptions retry(const RetryPolicy& value) && { return std::move(retry(value)); }
    [[nodiscard]] const RetryPolicy& retry() const noexcept { return retry_; }

private:
    std::string identifier_;
    std::function<void(const Leadership&)> on_leader_;
    std::function<void()> on_not_leader_;
    std::function<void(const Error&)> on_error_;
    LostWhen lost_when_ = LostWhen::in_doubt;
    std::optional<AclList> acl_;
    RetryPolicy retry_;
};

/// Stands for leadership from `start` to `close`, and again whenever it is lost (Curator's
/// LeaderLatch, with whose processes it takes turns: the nodes are `_c_<uuid>-latch-<number>`, and
/// the path is a container).
///
///     LeaderLatch latch(zk, "/leader", LeaderLatchOptions().identifier("host-7"));
///     latch.start();
///     const auto leading = latch.await();                 // until this process leads
///     while (latch.has_leadership()) work(leading.token());
///
/// What a leader can rely on, and what not, is said with Lock and LockHandle: has_leadership() may
/// return true for a short time after another process has become the leader.
///
/// Threads: all members are thread-safe, except for moving and destruction. The object may be
/// destroyed, and the client moved, stopped, started again and destroyed, at any time; while the
/// client is stopped this process does not lead.
class [[nodiscard]] LeaderLatch {
public:
    /// The format of Curator's latches.
    [[nodiscard]] static LockFormat format();

    /// Asks no server. Throws BadArgumentsError if the path is malformed or "/".
    explicit LeaderLatch(
        KazooClient& client, PathView path, const LeaderLatchOptions& options = LeaderLatchOptions()
    );
    LeaderLatch(LeaderLatch&&) noexcept = default;
    /// Closes the latch that is replaced.
    LeaderLatch& operator=(LeaderLatch&& other) noexcept;
    /// Calls close().
    ~LeaderLatch();

    /// Begins to stand for leadership, and returns at once. Does nothing if it has begun or the
    /// latch is closed. Throws std::bad_alloc, and what Handler::start throws; it may then be
    /// called again.
    void start();
    /// Gives the leadership up for good: it is not held any more when this returns, and its node is
    /// deleted in the background. No call of
    /// on_leader, on_not_leader and on_error begins after this has returned; one in progress is
    /// waited for, except within callbacks of the handler and where the thread must not block.
    /// Waits of `await` fail with CancelledError. Idempotent.
    void close() noexcept;

    /// Returns whether this process leads, as far as the client knows.
    [[nodiscard]] bool has_leadership() const noexcept;
    /// Returns the present leadership, or one that is not held.
    [[nodiscard]] Leadership leadership() const;
    /// Waits until this process leads, for an unlimited time by default. Fails with
    /// OperationTimeoutError, with CancelledError (also after `close`), and with BadArgumentsError
    /// if the latch has not been started. The callbacks run on Lane::completion.
    AsyncResult<Leadership> await_async(const CallOptions& options = {});
    Leadership await(const CallOptions& options = {});

    /// Lists those who stand for leadership, the leader first; see Lock::contenders.
    AsyncResult<std::vector<LockContender>> participants_async(const CallOptions& options = {});
    std::vector<LockContender> participants(const CallOptions& options = {});
    /// Returns the present leader; nothing if there is none.
    AsyncResult<std::optional<LockContender>> leader_async(const CallOptions& options = {});
    std::optional<LockContender> leader(const CallOptions& options = {});
    [[nodiscard]] const std::string& path() const noexcept;

private:
    std::shared_ptr<detail::recipe::Latching> latching_;  // null: moved from
};

}  // namespace kazoo
KAZOO_API_END
