// SPDX-License-Identifier: Apache-2.0
// Statistics for the four-letter words.

#pragma once

#include "codec/opcode.hpp"
#include "server/rules/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kazoo::server {

/// Minimum, average and maximum of latencies, as numbers of milliseconds; all 0 while there are
/// none.
class Latencies {
public:
    void add(Milliseconds latency) noexcept;  ///< ignores negative values
    void reset() noexcept { *this = {}; }

    [[nodiscard]] std::int64_t count() const noexcept { return count_; }
    [[nodiscard]] std::int64_t sum() const noexcept { return sum_; }
    [[nodiscard]] std::int64_t min() const noexcept { return min_; }
    [[nodiscard]] std::int64_t max() const noexcept { return max_; }
    [[nodiscard]] std::int64_t average() const noexcept;  // rounded down
    /// The average in ten-thousandths of a millisecond, rounded to nearest.
    [[nodiscard]] std::int64_t fine_average() const noexcept;

private:
    std::int64_t count_ = 0;
    std::int64_t sum_ = 0;
    std::int64_t min_ = 0;
    std::int64_t max_ = 0;
};

/// Latencies with quantiles, from a histogram of milliseconds.
class LatencySummary {
public:
    void add(Milliseconds latency) noexcept;  ///< ignores negative values

    [[nodiscard]] const Latencies& values() const noexcept { return values_; }
    [[nodiscard]] std::int64_t count() const noexcept { return values_.count(); }
    [[nodiscard]] std::int64_t sum() const noexcept { return values_.sum(); }
    /// Returns the latency that is not exceeded by this many thousandths of the values, in whole
    /// milliseconds; the maximum if it is a second or more; 0 while there are no values.
    [[nodiscard]] std::int64_t quantile(std::int64_t thousandths) const noexcept;

private:
    static constexpr std::size_t places =
        1001;  // one for each millisecond; the last for a second and more

    Latencies values_;
    std::array<std::uint32_t, places> counts_{};  // number of values
};

/// Sizes of replies in bytes: the last, the smallest and the largest; -1 while there are none.
struct ReplySizes {
    std::int64_t last = -1;
    std::int64_t min = -1;
    std::int64_t max = -1;

    void add(std::size_t bytes) noexcept;
};

/// File descriptors of the process; -1 if the platform does not report them.
struct ProcessInfo {
    std::int64_t open_descriptors = -1;
    std::int64_t max_descriptors = -1;
};

/// Counters that only `mntr` reports. `srst` does not reset them.
struct ServerCounters {
    std::uint64_t bytes_received = 0;
    std::uint64_t response_bytes = 0;
    std::uint64_t connection_requests = 0;   ///< ConnectRequests received
    std::uint64_t connections_rejected = 0;  ///< beyond max_connections
    std::uint64_t connections_dropped = 0;   ///< by the server, for too much unsent output or input
    std::uint64_t handshakes_timed_out = 0;  ///< no ConnectRequest in time
    std::uint64_t oversized_requests = 0;    ///< frames with an invalid length
    std::uint64_t auth_failures = 0;
    std::uint64_t writes = 0;         ///< replies to writes, handshakes and closeSession
    std::uint64_t revalidations = 0;  ///< handshakes that ask for a session
    LatencySummary reads_latency;
    LatencySummary updates_latency;
};

/// Statistics of a server since its start or the last `srst`.
struct ServerStatistics {
    std::uint64_t received = 0;     ///< packets: requests, pings, handshakes
    std::uint64_t sent = 0;         ///< packets: replies, events, ConnectResponses
    std::uint64_t outstanding = 0;  ///< replies that wait for the replica
    Latencies latencies;
    ReplySizes reply_sizes;
    ServerCounters counters;

    /// `srst`. Keeps `outstanding` and `counters`.
    void reset() noexcept;
};

/// Statistics of a connection since it was opened or the last `crst`.
struct ConnectionStatistics {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t outstanding = 0;
    Latencies latencies;
    std::string_view last_op = "NA";  ///< operation of the last reply; see `word_name`
    std::int64_t last_cxid = -1;      ///< last xid that is not negative
    std::int64_t last_zxid = -1;      ///< in the last reply
    SteadyTime last_response{};
    Milliseconds last_latency{0};

    /// Records a reply at `now` to a request that arrived at `arrived`. Does not
    /// change `received`, `sent` and `outstanding`.
    void on_answered(
        codec::Opcode op, std::int32_t xid, std::int64_t zxid, SteadyTime arrived, SteadyTime now
    ) noexcept;
    /// `crst`. Keeps `outstanding`.
    void reset() noexcept;
};

/// Returns the name of an operation in `cons`: CREA, GETD, ..., SESS for create_session; else NA.
[[nodiscard]] std::string_view word_name(codec::Opcode op) noexcept;

}  // namespace kazoo::server
