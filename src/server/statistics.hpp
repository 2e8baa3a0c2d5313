#pragma once

#include "codec/opcode.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kazoo::server {

/// Smallest, mean and greatest of some latencies, in milliseconds. All zero while there are none.
class Latencies {
public:
    void add(std::int64_t ms) noexcept;  ///< negative ones are left out
    void reset() noexcept { *this = {}; }

    [[nodiscard]] std::int64_t count() const noexcept { return count_; }
    [[nodiscard]] std::int64_t sum() const noexcept { return sum_; }
    [[nodiscard]] std::int64_t min() const noexcept { return min_; }
    [[nodiscard]] std::int64_t max() const noexcept { return max_; }
    [[nodiscard]] std::int64_t average() const noexcept;  // rounded down
    /// In ten-thousandths of a millisecond, rounded.
    [[nodiscard]] std::int64_t fine_average() const noexcept;

private:
    std::int64_t count_ = 0;
    std::int64_t sum_ = 0;
    std::int64_t min_ = 0;
    std::int64_t max_ = 0;
};

/// Latencies of which quantiles are asked for as well.
class LatencySummary {
public:
    void add(std::int64_t ms) noexcept;  ///< negative ones are left out

    [[nodiscard]] const Latencies& values() const noexcept { return values_; }
    [[nodiscard]] std::int64_t count() const noexcept { return values_.count(); }
    [[nodiscard]] std::int64_t sum() const noexcept { return values_.sum(); }
    /// What so many thousandths of them do not exceed, to the millisecond; those above a second
    /// count as the greatest. Zero while there are none.
    [[nodiscard]] std::int64_t quantile(std::int64_t thousandths) const noexcept;

private:
    static constexpr std::size_t places = 1001;  // one a millisecond

    Latencies values_;
    std::array<std::uint32_t, places> counts_{};  // of each place
};

/// Smallest and greatest of the sizes of replies, and the last one. -1 while there are none.
struct ReplySizes {
    std::int64_t last = -1;
    std::int64_t min = -1;
    std::int64_t max = -1;

    void add(std::size_t bytes) noexcept;
};

/// What a machine tells about the process. -1: it does not.
struct ProcessFigures {
    std::int64_t open_descriptors = -1;
    std::int64_t max_descriptors = -1;
};

/// What `mntr` tells beside the figures of `srvr`. `srst` does not reset these.
struct ServerCounters {
    std::uint64_t bytes_received = 0;
    std::uint64_t response_bytes = 0;
    std::uint64_t connection_requests = 0;   ///< connections that have sent their first frame
    std::uint64_t connections_rejected = 0;  ///< because there were too many
    std::uint64_t connections_dropped = 0;   ///< by the server
    std::uint64_t handshakes_timed_out = 0;  ///< no session within the time for it
    std::uint64_t oversized_requests = 0;    ///< beyond the limit of a frame
    std::uint64_t auth_failures = 0;
    std::uint64_t writes = 0;         ///< requests that took a zxid
    std::uint64_t revalidations = 0;  ///< sessions that came back
    LatencySummary reads_latency;
    LatencySummary updates_latency;
};

/// What a server has done since it started, or since `srst`.
struct ServerStatistics {
    std::uint64_t received = 0;     ///< packets: requests, pings, handshakes
    std::uint64_t sent = 0;         ///< packets: replies, events, the handshakes' answers
    std::uint64_t outstanding = 0;  ///< requests without a reply so far
    Latencies latencies;
    ReplySizes reply_sizes;
    ServerCounters counters;

    /// `srst`. What is outstanding stays so, and the counters.
    void reset() noexcept;
};

/// What a connection has done since it was opened, or since `crst`.
struct ConnectionStatistics {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t outstanding = 0;
    Latencies latencies;
    std::string_view last_op = "NA";    ///< of the request answered last: see `word_name`
    std::int64_t last_cxid = -1;        ///< its xid, of those that have one of their own
    std::int64_t last_zxid = -1;        ///< in its reply
    std::int64_t last_response_ms = 0;  ///< steady
    std::int64_t last_latency_ms = 0;

    /// A request that came at `arrived_ms` is answered at `now_ms` (both steady). Counts neither
    /// packets nor what is outstanding.
    void on_answered(
        codec::Opcode op,
        std::int32_t xid,
        std::int64_t zxid,
        std::int64_t arrived_ms,
        std::int64_t now_ms
    ) noexcept;
    /// `crst`. What is outstanding stays so.
    void reset() noexcept;
};

/// What `cons` calls an operation: CREA, GETD, ... (SESS for create_session); NA for unknown ones.
[[nodiscard]] std::string_view word_name(codec::Opcode op) noexcept;

}  // namespace kazoo::server
