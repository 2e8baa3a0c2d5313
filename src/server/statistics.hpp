#pragma once

#include "codec/opcode.hpp"

#include <cstdint>
#include <string_view>

namespace kazoo::server {

/// Smallest, mean and greatest of some latencies, in milliseconds. All zero while there are none.
class Latencies {
public:
    void add(std::int64_t ms) noexcept;  ///< negative ones are left out
    void reset() noexcept { *this = {}; }

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

/// What a server has done since it started, or since `srst`.
struct ServerStatistics {
    std::uint64_t received = 0;     ///< packets: requests, pings, handshakes
    std::uint64_t sent = 0;         ///< packets: replies, events, the handshakes' answers
    std::uint64_t outstanding = 0;  ///< requests without a reply so far
    Latencies latencies;

    /// `srst`. What is outstanding stays so.
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
