// SPDX-License-Identifier: Apache-2.0
/// The servers that a client knows and the one that it is connected to.
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/detail/export.hpp>

#include <optional>
#include <string>
#include <string_view>

KAZOO_API_BEGIN
namespace kazoo {

/// Whether HostOperations::set_hosts may move a connected client to another server.
enum class Rebalance {
    yes,  ///< If that spreads the clients evenly, or if its server is not in the new list.
    no    ///< No: the new list is used from the next connection on. A move that an earlier list has
          ///< caused, and that still waits for replies, is cancelled.
};

/// The operations on servers that KazooClient inherits.
class HostOperations {
public:
    /// Replaces the servers; without `randomize_hosts` that option stays as it is. Throws
    /// ConfigurationError for a malformed string or one with a different chroot.
    ///
    /// With Rebalance::yes a connected client may move to another server, so that the load is even
    /// again when all clients get the new list (ZOOKEEPER-1355, as in the Java and C clients):
    /// - if its server is not in the new list, the client moves;
    /// - if the list becomes longer, the client moves to one of the added servers with the
    ///   probability 1 - (old number) / (new number);
    /// - otherwise it stays.
    ///
    /// With `randomize_hosts` false, the order of the list says which servers are preferred: the
    /// client then moves only if its server is not in the list. A client that is not connected uses
    /// the new list from the next attempt on, and abandons an attempt at a server that is not in
    /// it. A move keeps the session and its watches; the state becomes SUSPENDED, then CONNECTED.
    /// Operations in progress are waited for, at most a third of the session timeout, after which
    /// they fail with ConnectionLoss; those issued meanwhile are sent to the new server. If no
    /// other server can be reached, the client returns to its server if that is in the list.
    ///
    /// With ClientOptions::host_provider the list is replaced again before the next round of
    /// connection attempts; a move begins with the list given here.
    void set_hosts(
        std::string_view hosts,
        std::optional<bool> randomize_hosts = std::nullopt,
        Rebalance rebalance = Rebalance::yes
    );

    /// Asks ClientOptions::host_provider now, also while the client is connected, and uses its
    /// answer as set_hosts(..., rebalance) does: with Rebalance::yes a connected client may move.
    /// With HostProvider::in_order, it moves only if its server is not in the answer.
    ///
    /// The result is ready when the answer is in use; a move may still be under way. Calls share
    /// questions, and each waits for the answer to one that was asked after the call. The provider
    /// is called on Lane::session, one call at a time, as HostProvider describes.
    ///
    /// Fails, and the client keeps its servers, with
    /// - HostProviderError if the provider fails (HostProvider says when); the detail is the
    /// reason;
    /// - OperationTimeoutError if there is no answer within HostProvider::timeout or the time limit
    ///   of `options`. An answer that arrives later is used from the next connection on;
    /// - CancelledError if the result is cancelled or a stop is requested through `options`;
    /// - ConfigurationError if the client has no provider, ConnectionClosedError if it is not
    ///   started or is being stopped, ConnectionLoss or AuthFailedError if it stops or gives up
    ///   meanwhile, QueueFullError if ClientLimits::requests calls wait already or callbacks are
    ///   too slow, OutOfMemoryError, and ForkedError.
    ///
    /// The blocking form throws WouldDeadlockError in a state listener and in the provider.
    AsyncResult<void> refresh_hosts_async(
        Rebalance rebalance = Rebalance::yes, const CallOptions& options = {}
    );
    void refresh_hosts(Rebalance rebalance = Rebalance::yes, const CallOptions& options = {});

    /// Returns the connected server as `hosts` names it, "zk1:2181"; empty if not connected.
    [[nodiscard]] std::optional<std::string> connected_server() const;

protected:
    HostOperations() noexcept = default;
    HostOperations(const HostOperations&) noexcept = default;
    HostOperations& operator=(const HostOperations&) noexcept = default;
    ~HostOperations() = default;
};

}  // namespace kazoo
KAZOO_API_END
