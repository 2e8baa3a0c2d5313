// SPDX-License-Identifier: Apache-2.0
/// What a client counts and measures: KazooClient::metrics() returns a ClientMetrics.
///
///     const ClientMetrics metrics = zk.metrics();
///     if (const OperationMetrics* get = metrics.find("get")) {
///         std::cout << get->succeeded << " reads, 99 % within "
///                   << get->on_the_wire.quantile(0.99).count() << " us\n";
///     }
///
/// Counters begin with zero when the client is constructed, continue when it is stopped and started
/// again, and never decrease. All types are plain values; distinct objects may be used from
/// different threads. docs/observability.md is the guide; <kazoo/prometheus.hpp> exports to
/// Prometheus.
#pragma once

#include <kazoo/detail/chrono.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/detail/function.hpp>
#include <kazoo/errors.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

/// A histogram of durations with fixed log-linear buckets: four per power of two, so that a bucket
/// is at most 25 % wider than its lower bound. The bounds are whole microseconds:
///
///     0 1 2 3 4 5 6 7 8 10 12 14 16 20 24 28 32 ... 2^27 (134 s), and one bucket beyond
///
/// Bucket 0 holds durations of less than 1 us. All histograms have the same bounds, so they can be
/// added. Needs no memory beside the object (about 900 bytes).
class LatencyHistogram {
public:
    /// The number of buckets; the last one has no upper bound.
    static constexpr std::size_t bucket_count = 105;

    LatencyHistogram() noexcept {}

    /// Returns the exclusive upper bound of a bucket; microseconds::max() for the last one.
    /// `bucket` must be less than bucket_count.
    [[nodiscard]] static std::chrono::microseconds upper_bound(std::size_t bucket) noexcept;
    /// Returns the bucket of a duration; 0 for a negative one.
    [[nodiscard]] static std::size_t bucket_of(std::chrono::nanoseconds duration) noexcept;

    /// Adds a duration; a negative one counts as zero.
    void add(std::chrono::nanoseconds duration) noexcept;
    /// Adds all durations of another histogram.
    LatencyHistogram& operator+=(const LatencyHistogram& other) noexcept;

    /// Returns the number of durations.
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    /// Returns the sum of the durations.
    [[nodiscard]] std::chrono::nanoseconds sum() const noexcept { return sum_; }
    /// Returns the longest duration; zero if there is none.
    [[nodiscard]] std::chrono::nanoseconds max() const noexcept { return max_; }
    /// Returns the number of durations in a bucket. `bucket` must be less than bucket_count.
    [[nodiscard]] std::uint64_t in_bucket(std::size_t bucket) const noexcept {
        return buckets_[bucket];
    }
    /// Returns the number of durations in the buckets whose upper bounds are at most `bound`:
    /// exactly those below `bound` if it is one of the bounds.
    [[nodiscard]] std::uint64_t count_below(std::chrono::microseconds bound) const noexcept;
    /// Returns a duration that the fraction `q` (from 0 to 1) of all durations does not exceed: the
    /// upper bound of its bucket, or max() if that is less. Zero if the histogram is empty.
    [[nodiscard]] std::chrono::microseconds quantile(double q) const noexcept;

    friend bool operator==(const LatencyHistogram&, const LatencyHistogram&) = default;

private:
    std::array<std::uint64_t, bucket_count> buckets_{};
    std::uint64_t count_ = 0;
    std::chrono::nanoseconds sum_{0};
    std::chrono::nanoseconds max_{0};
};

/// How the requests of one kind ended, and how long they took. A function with several steps, such
/// as ensure_path, counts as the requests that it sends.
struct OperationMetrics {
    /// The name that errors contain: "create", "delete", "exists", "get", "get_acls",
    /// "get_children", "set", "set_acls", "sync", "commit", "multi_read", "add_auth",
    /// "add_watch", "remove_watches", "get_ephemerals", "get_all_children_number", "who_am_i",
    /// "reconfig"; "other" for all others. Static storage.
    std::string_view name;

    /// Requests that succeeded; an `exists` of a node that does not exist has succeeded, and so has
    /// a `commit` or `multi_read` that the server has answered, whatever became of its parts.
    std::uint64_t succeeded = 0;
    /// Requests that failed, by the Outcome of their error. Those that the client refused are
    /// `not_sent`.
    std::uint64_t not_sent = 0;
    std::uint64_t not_applied = 0;
    std::uint64_t unknown = 0;

    /// The time from the call to the write of the request: waiting for a connection, and for a
    /// write in progress. Of each request that was written.
    LatencyHistogram queued;
    /// The time from the write to the reply. Of each request that a server has answered, with an
    /// error or not, before it was cancelled or timed out. `add_auth` is not measured.
    LatencyHistogram on_the_wire;

    OperationMetrics() {}
    /// Returns the number of requests that have ended.
    [[nodiscard]] std::uint64_t ended() const noexcept {
        return succeeded + not_sent + not_applied + unknown;
    }
    /// Returns the number of failures with this outcome.
    [[nodiscard]] std::uint64_t failed(Outcome outcome) const noexcept {
        return outcome == Outcome::not_sent      ? not_sent
               : outcome == Outcome::not_applied ? not_applied
                                                 : unknown;
    }
};

/// Why a connection that was in use ended. The end of a session by `stop` is none of them.
enum class LossReason : std::uint8_t {
    closed,          ///< The server or the network closed it.
    silent,          ///< Nothing was received for 2/3 of the session timeout, or TCP timed out.
    protocol_error,  ///< The server sent something that cannot be interpreted.
    refused,         ///< The server replied that it no longer serves this connection.
    moved,           ///< The client left it for a server that accepts writes, or for set_hosts.
    out_of_memory,   ///< The client had no memory to process what it received.
};
/// The number of enumerators of LossReason.
inline constexpr std::size_t loss_reasons = 6;

/// Returns the enumerator's name: "closed", "silent", ...
[[nodiscard]] const char* to_string(LossReason reason) noexcept;

/// What concerns the session and its connections.
struct SessionMetrics {
    /// Sessions that servers created for this client and that were used.
    std::uint64_t sessions_established = 0;
    /// Sessions that expired, by a server's answer or by the client's own clock.
    std::uint64_t sessions_expired = 0;
    /// Connections that were used: one for each session, and one for each reconnect.
    std::uint64_t connections = 0;
    /// Connections that resumed a session.
    std::uint64_t reconnects = 0;
    /// Attempts to connect that failed, with those of names that did not resolve.
    std::uint64_t failed_attempts = 0;
    /// Connections that were lost, by LossReason.
    std::array<std::uint64_t, loss_reasons> connections_lost{};
    /// Requests that were written again, on another connection (Resend::reads).
    std::uint64_t requests_resent = 0;
    /// Calls of watch functions that were requested: one for each event and function.
    std::uint64_t watch_events = 0;
    /// Bytes written to and received from servers, without those of TLS and four-letter words.
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    /// The time from a ping to its answer.
    LatencyHistogram ping_round_trip;

    SessionMetrics() {}
    /// Returns the number of connections lost for this reason.
    [[nodiscard]] std::uint64_t lost(LossReason reason) const noexcept {
        return connections_lost[static_cast<std::size_t>(reason)];
    }
};

enum class Lane;
/// The number of enumerators of Lane.
inline constexpr std::size_t lane_count = 3;

/// How long user code waits for its turn on a lane of the handler. Measured by samples: when the
/// client has had replies or events for the lane, it queues a task of its own there, at most every
/// 100 ms and one at a time.
struct LaneMetrics {
    /// The time from when this task was queued, behind the callbacks of the replies or events that
    /// had arrived, until it ran.
    LatencyHistogram wait;
    /// How long the task that waits now has waited; zero if none does. Grows while a callback does
    /// not return.
    std::chrono::nanoseconds waiting{0};

    LaneMetrics() {}
};

/// A snapshot of the metrics of one client, by KazooClient::metrics().
struct ClientMetrics : SessionMetrics {
    /// The operations that have been used, in a fixed order.
    std::vector<OperationMetrics> operations;

    /// The lanes of the handler as this client sees them, by Lane.
    std::array<LaneMetrics, lane_count> lane_metrics;

    // At the time of the snapshot:

    /// Whether the client is connected.
    bool connected = false;
    /// Requests that wait to be written.
    std::size_t requests_queued = 0;
    /// Requests that were written and have no reply yet, abandoned ones included.
    std::size_t requests_in_flight = 0;
    /// Registered watch functions, one for each path and kind.
    std::size_t watches_registered = 0;
    /// Callbacks and watch functions that wait for their lane, and the size of what they wait with:
    /// Handler::backlog() and backlog_bytes(), of all clients of the handler together.
    std::size_t callbacks_waiting = 0;
    std::size_t callback_bytes_waiting = 0;

    ClientMetrics() {}
    /// Returns the metrics of an operation, or null if it has not been used.
    [[nodiscard]] const OperationMetrics* find(std::string_view name) const noexcept;
    /// Returns what is known of a lane.
    [[nodiscard]] const LaneMetrics& lane(Lane lane) const noexcept {
        return lane_metrics[static_cast<std::size_t>(lane)];
    }
};

/// A function that returns the metrics of a client, or nothing if the client no longer exists. Made
/// by KazooClient::metrics_source().
using MetricsSource = std::function<std::optional<ClientMetrics>()>;

}  // namespace kazoo
KAZOO_API_END
