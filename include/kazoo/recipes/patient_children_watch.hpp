// SPDX-License-Identifier: Apache-2.0
/// PatientChildrenWatch: the children of a node once they have stopped changing.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/client_ref.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/path_view.hpp>
#include <kazoo/recipes/watch_options.hpp>
#include <kazoo/stat.hpp>
#include <kazoo/time.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {
class Watching;
}

KAZOO_API_BEGIN
namespace kazoo {

/// The result of PatientChildrenWatch::start_async.
class StableChildren {
public:
    StableChildren() {}

    /// The names of the children, without the parent's path, in ascending order.
    std::vector<std::string> children;
    /// The stat of the node itself; std::nullopt if it does not exist (wait_for_node).
    std::optional<ZnodeStat> stat;
    /// Becomes ready at the next change of the children; at once, if they have changed since. Fails
    /// with CancelledError if the watch is stopped or started again, and otherwise as
    /// PatientChildrenWatch::start_async.
    AsyncResult<void> changed;
};

/// Waits until the children of a node have not changed for some time (kazoo's
/// `PatientChildrenWatch`). Useful where many members join or leave at about the same time and
/// every change is expensive.
///
///     PatientChildrenWatch watch(zk, "/members", 5s);
///     for (;;) {
///         const auto members = co_await watch.start_async();
///         rebalance(members.children);
///         co_await members.changed;
///     }
///
/// A reconnect is not a change. After the loss of the session the children are read again and
/// compared; with allow_session_lost(false) both results fail with SessionExpiredError.
///
/// Thread-safe, except for moving and destruction. After each start that was not followed by a
/// change, a watch of the server remains until the children change or the session ends.
class [[nodiscard]] PatientChildrenWatch {
public:
    /// Reads nothing yet. `time_boundary`: how long the children must stay the same. Throws
    /// BadArgumentsError if the path is malformed, and std::bad_alloc.
    explicit PatientChildrenWatch(
        KazooClient& client,
        PathView path,
        AnyDuration time_boundary = std::chrono::seconds(30),
        const ChildrenWatchOptions& options = ChildrenWatchOptions()
    );
    PatientChildrenWatch(PatientChildrenWatch&&) noexcept = default;
    PatientChildrenWatch& operator=(PatientChildrenWatch&& other) noexcept;
    /// Calls stop().
    ~PatientChildrenWatch() { stop(); }

    /// Begins to watch. Ends the start before, if any, as `stop` does. Returns a result that
    /// becomes ready when the children have been the same for the time boundary; each change in
    /// between begins a new period.
    ///
    /// Fails with NoNodeError, unless wait_for_node is set; with ConnectionClosedError if the
    /// client is not running, is stopped or destroyed; with CancelledError if the watch is stopped
    /// or started again; and with the errors of reads that are not retried (Condition::retryable),
    /// such as NoAuthError (on_error is not called). Cancelling the result ends the wait. Throws
    /// std::bad_alloc.
    AsyncResult<StableChildren> start_async();
    /// start_async().get()
    StableChildren start() { return start_async().get(); }

    /// Ends the watch: the result of `start_async` and `changed` fail with CancelledError. Does not
    /// wait. Idempotent; the watch may be started again.
    void stop() noexcept;

private:
    ClientRef client_;
    std::string path_;
    Duration time_boundary_;
    ChildrenWatchOptions options_;
    std::shared_ptr<detail::recipe::Watching> watching_;  // of the last start; may be null
};

}  // namespace kazoo
KAZOO_API_END
