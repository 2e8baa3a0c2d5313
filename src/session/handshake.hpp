#pragma once

#include "base/buffer.hpp"
#include "session/config.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace kazoo::session {

/// What makes a session, as far as the servers are concerned.
struct Identity {
    std::int64_t id = 0;  ///< 0: none yet
    std::string password;
    bool local_to_read_only = false;  ///< made by a read-only server: unknown to all others
};

/// What the server made of a ConnectRequest.
struct Welcome {
    enum class Kind {
        established,  ///< a new session, or the one that was asked for
        expired,      ///< the session that was asked for is over
        refused       ///< this server will not serve: try another
    };
    Kind kind = Kind::refused;
    Identity identity;
    milliseconds timeout{0};
    bool read_only = false;
    const char* reason = "";  ///< of expired and refused, for the log
};

/// The session timeout to ask for: what is configured, within what the protocol can say.
[[nodiscard]] milliseconds requested_timeout(const Config& config);

/// The one exchange at the start of a connection: ask for `wanted` (id 0: a new session) ...
void write_connect_request(
    base::Buffer& out, const Identity& wanted, std::int64_t last_zxid, const Config& config
);

/// ... and read the answer. A different id than the one asked for means that the session is over:
/// ClickHouse Keeper silently makes a new one.
[[nodiscard]] Welcome read_connect_response(
    std::span<const std::byte> frame, const Identity& wanted
);

}  // namespace kazoo::session
