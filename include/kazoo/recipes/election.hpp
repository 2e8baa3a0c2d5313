// SPDX-License-Identifier: Apache-2.0
/// Election: runs a function while this process is the leader. LeaderStream: who leads.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/detail/leader_function.hpp>
#include <kazoo/recipes/detail/watch_holder.hpp>
#include <kazoo/recipes/leadership.hpp>
#include <kazoo/recipes/lock.hpp>
#include <kazoo/recipes/watch_options.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

namespace detail::recipe {
struct Electing;
}

/// An election: of all processes that take part, one leads at a time (kazoo's `Election`, Curator's
/// LeaderSelector).
///
///     Election election(zk, "/election", LockOptions().identifier("host-7"));
///     election.run([&](const Leadership& leading) {     // blocks until this process has led
///         while (!leading.lost().stop_requested() && work()) {}
///     });
///     co_await election.run_async([&](Leadership leading) -> AsyncResult<void> { ... });
///
/// It is a Lock on `path`, with the same nodes, formats, options and guarantees: read there what a
/// leader can rely on, and LockHandle on what to do about a leader that does not know yet that it
/// leads no more. LockOptions::identifier is what other processes see (`leader`, `contenders`).
/// LockOptions::lost_when decides whether a leader steps down while the connection is interrupted.
///
/// The function is called with a `const Leadership&`, or without arguments, and returns void or
/// AsyncResult<void>. When it returns (when that result is ready) the leadership is given up, also
/// if it throws; the exception then leaves `run`. When the leadership is lost, a stop is requested
/// on Leadership::lost, and the function is expected to return soon; it is waited for.
///
/// Threads: all members are thread-safe, except for moving and destruction. The object and the
/// client may be destroyed while a `run_async` is in progress: it continues, or fails with
/// ConnectionClosedError.
class [[nodiscard]] Election {
public:
    /// Asks no server. Throws as the constructor of Lock does.
    explicit Election(
        KazooClient& client, PathView path, const LockOptions& options = LockOptions()
    );

    /// Waits until this process leads, as long as `options` allows, calls `function` in the calling
    /// thread or fiber, gives the leadership up, and waits until the servers know. Returns whether
    /// this process led until the function returned; false if the leadership was lost before.
    ///
    /// Throws LockTimeoutError (the limits apply to the wait for the leadership only),
    /// CancelledError after `cancel`, the other errors of Lock::acquire, WouldDeadlockError, and
    /// what `function` throws.
    template <class Function>
    bool run(Function&& function, const CallOptions& options = {}) {
        static_assert(
            detail::returned_by_leaders<detail::LeaderReturn<Function>>,
            "kazoo: the function of an Election returns void or AsyncResult<void>"
        );
        const Term term(acquire(options));
        if constexpr (std::is_void_v<detail::LeaderReturn<Function>>) {
            detail::call_leader(function, term.leadership());
        } else {
            detail::call_leader(function, term.leadership()).get();
        }
        return term.leadership().end_async().get();
    }
    /// As `run`, without blocking. The function is called on Lane::completion of the client's
    /// handler, and destroyed there when it has returned. A function that blocks delays that lane.
    ///
    /// Cancelling the result ends the wait for the leadership; later, it cancels the result that
    /// the function has returned. Throws std::bad_alloc and what copying `function` throws.
    template <class Function>
    AsyncResult<bool> run_async(Function&& function, const CallOptions& options = {}) {
        return begin(detail::leader_function(std::forward<Function>(function)), options);
    }
    /// As `run_async`, and stands for election again each time the function has returned, or the
    /// leadership was lost (Curator's `autoRequeue`). A function that throws ends it.
    ///
    /// Ends after `cancel`, if the function is running when it has returned; when a stop is
    /// requested through `options`, or their time limit passes, while it waits; and when the client
    /// is stopped. Fails with the error that has ended it: CancelledError, LockTimeoutError,
    /// ConnectionClosedError, AuthFailedError, what `function` throws, ...
    template <class Function>
    AsyncResult<void> run_repeatedly_async(Function&& function, const CallOptions& options = {}) {
        return begin_repeatedly(detail::leader_function(std::forward<Function>(function)), options);
    }

    /// Ends the waits for the leadership that are in progress: they fail with CancelledError. Ends
    /// `run_repeatedly_async` also while its function runs, when that has returned. Does not affect
    /// later calls, and does not take the leadership away.
    void cancel() noexcept;

    /// Returns the contender that leads; nothing if there is none. Fails as `contenders` does.
    AsyncResult<std::optional<LockContender>> leader_async(const CallOptions& options = {});
    std::optional<LockContender> leader(const CallOptions& options = {});
    /// Lists the contenders, the leader first; see Lock::contenders.
    AsyncResult<std::vector<LockContender>> contenders_async(const CallOptions& options = {});
    std::vector<LockContender> contenders(const CallOptions& options = {});
    /// Returns the path of the election.
    [[nodiscard]] const std::string& path() const noexcept;

private:
    /// A time of leadership in `run`, which ends if the function throws.
    class Term {
    public:
        explicit Term(LockHandle handle) : leadership_(std::move(handle)) {}
        Term(const Term&) = delete;
        Term& operator=(const Term&) = delete;
        ~Term();
        [[nodiscard]] const Leadership& leadership() const noexcept { return leadership_; }

    private:
        const Leadership leadership_;
    };
    LockHandle acquire(const CallOptions& options);
    AsyncResult<bool> begin(detail::LeaderFunction function, const CallOptions& options);
    AsyncResult<void> begin_repeatedly(detail::LeaderFunction function, const CallOptions& options);

    std::shared_ptr<detail::recipe::Electing> electing_;  // null: moved from
};

/// The leaders of an Election or a LeaderLatch, as they change, for processes that need not take
/// part in it.
///
///     LeaderStream leaders(zk, "/election");
///     while (auto change = co_await leaders.next()) {
///         connect_to(change->leader ? change->leader->data : "");
///     }
///
/// The first `next` returns the present leader, later ones wait until it changes, or sets its data.
/// Changes between two calls are conflated. Only the node of the leader is watched, so that
/// contenders come and go without cost. What DataStream says of sessions, errors and the end
/// applies; a path that does not exist has no leader.
class [[nodiscard]] LeaderStream {
public:
    /// A leader, or that there is none.
    class Change {
    public:
        Change() {}
        std::optional<LockContender> leader;  ///< The leader; std::nullopt if there is none.
    };

    /// `format`: that of the contenders. Throws as the constructor of Lock does. Nothing is read
    /// before the first `next`.
    explicit LeaderStream(
        KazooClient& client,
        PathView path,
        const LockFormat& format = LockFormat(),
        const DataWatchOptions& options = DataWatchOptions()
    );
    LeaderStream(LeaderStream&&) noexcept = default;
    LeaderStream& operator=(LeaderStream&&) noexcept = default;
    /// Calls stop().
    ~LeaderStream() = default;

    /// Returns the next change; std::nullopt when the stream has ended. Fails as DataStream::next
    /// does.
    AsyncResult<std::optional<Change>> next();
    /// Ends the stream; a pending `next` returns std::nullopt. Idempotent.
    void stop() noexcept { watch_.stop(); }
    /// Returns why the stream has ended; std::nullopt while it continues.
    [[nodiscard]] std::optional<WatchEnd> ended() const noexcept { return watch_.ended(); }

private:
    detail::WatchHolder watch_;
    LockFormat format_;
};

}  // namespace kazoo
KAZOO_API_END
