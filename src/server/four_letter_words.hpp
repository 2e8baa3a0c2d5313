#pragma once

#include "server/state.hpp"
#include "server/statistics.hpp"
#include "server/time.hpp"
#include "server/watch_table.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// A connection as `stat`, `cons`, `dump`, `wchc` and `wchp` show it.
struct ConnectionFigures {
    ConnectionId id = 0;
    std::string_view address;  ///< the client's IP address
    std::uint16_t port = 0;
    bool reading = false;      ///< not that which sent the word
    bool writing = false;      ///< has unsent output
    std::int64_t session = 0;  ///< 0: none so far
    std::int64_t session_timeout_ms = 0;
    std::int64_t established_wall_ms = 0;
    std::int64_t expires_ms = 0;  ///< steady: when it is cut off if nothing comes
    ConnectionStatistics statistics;
};

/// What `gtmk` answers until `stmk` has set it: Apache's mask. It has no other effect here.
inline constexpr std::int64_t initial_trace_mask = 306;

/// What the words tell about a server. Made when one is asked for; costs nothing but `connections`,
/// which is called by the words that list them, and then once.
struct WordContext {
    const StateOptions& options;
    const Tree& tree;  ///< as this server sees it
    const SessionTable& sessions;
    const WatchTable& watches;
    const ServerStatistics& statistics;
    std::function<std::vector<ConnectionFigures>()> connections;  ///< in any order
    std::size_t connection_count = 0;                             ///< with the one that asks
    std::size_t max_connections = 0;                              ///< 0: no limit
    std::int64_t zxid = 0;                                        ///< last applied here
    Time now = {};
    std::int64_t started_ms = 0;  ///< steady
    std::string_view client_address = "127.0.0.1:2181";
    std::string_view mode = "standalone";  ///< or "leader", "follower"; "read-only" if that is set
    bool read_only = false;
    std::int64_t server_id = 0;  ///< 0 unless in an ensemble
    std::int64_t trace_mask = initial_trace_mask;
    std::uint64_t expired_sessions = 0;
    ProcessFigures process = {};
};

/// The text for a four-letter word, after which the connection is closed. Nothing for a word that
/// the server does not know or, being ClickHouse Keeper, does not answer: closed without text.
[[nodiscard]] std::optional<std::string> answer_word(
    std::string_view word, const WordContext& context
);

/// What a word does besides: the caller resets the statistics once the text is made.
enum class WordEffect { none, reset_server, reset_connections };
[[nodiscard]] WordEffect effect_of_word(std::string_view word) noexcept;

}  // namespace kazoo::server
