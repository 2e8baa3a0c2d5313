// SPDX-License-Identifier: Apache-2.0
// The four-letter words ("srvr", "mntr", "cons", ...), answered in the format of the emulated
// server.

#pragma once

#include "server/database/database.hpp"
#include "server/monitoring/statistics.hpp"
#include "server/rules/time.hpp"
#include "server/watches/watch_table.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// A connection as listed by `stat`, `cons`, `dump`, `wchc` and `wchp`.
struct ConnectionInfo {
    ConnectionId id = 0;
    std::string_view address;  ///< the client's IP address
    std::uint16_t port = 0;
    bool reading = false;      ///< false for the connection that sent the word
    bool writing = false;      ///< has unsent output
    std::int64_t session = 0;  ///< 0: none yet
    Milliseconds session_timeout{0};
    WallTime established{};
    SteadyTime expires{};  ///< when the session expires; the epoch without one
    ConnectionStatistics statistics;
};

/// Apache's default trace mask, which `gtmk` returns until `stmk` changes it. It has no other
/// effect.
inline constexpr std::int64_t initial_trace_mask = 306;

/// One server at one moment, for `answer_four_letter_word`. Refers to the server's data without
/// copying it. `connections` is called at most once, and only by words that list connections.
struct FourLetterContext {
    const DatabaseOptions& options;
    const Tree& tree;  ///< this server's own, if it is a replica
    const SessionTable& sessions;
    const WatchTable& watches;
    const ServerStatistics& statistics;
    std::function<std::vector<ConnectionInfo>()> connections;  ///< in any order
    std::size_t connection_count = 0;  ///< includes the one that sent the word
    std::size_t max_connections = 0;   ///< 0: no limit
    std::int64_t zxid = 0;             ///< last one applied to `tree`
    Time now = {};
    SteadyTime started{};  ///< when the first client connected
    std::string_view client_address = "127.0.0.1:2181";
    std::string_view mode = "standalone";  ///< or "leader", "follower"; unused if `read_only`
    bool read_only = false;
    std::int64_t server_id = 0;  ///< 0 unless in an ensemble
    std::int64_t trace_mask = initial_trace_mask;
    std::uint64_t expired_sessions = 0;
    ProcessInfo process = {};
};

/// Returns the answer to a four-letter word, after which the connection is closed. Returns nullopt
/// for an unknown word, for `hash` before 3.6 and for words that are not on ClickHouse Keeper's
/// default list; the connection is then closed without text. Apache's allow list
/// (4lw.commands.whitelist) is not emulated: all words are answered.
[[nodiscard]] std::optional<std::string> answer_four_letter_word(
    std::string_view word, const FourLetterContext& context
);

/// Side effect of a word, which the caller carries out once it has the text.
enum class FourLetterEffect { none, reset_server, reset_connections };
[[nodiscard]] FourLetterEffect effect_of_four_letter_word(std::string_view word) noexcept;

}  // namespace kazoo::server
