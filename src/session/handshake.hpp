// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "base/secret.hpp"
#include "session/config.hpp"

#include <cstdint>
#include <span>

namespace kazoo::session {

/// What a server needs to resume a session.
struct Identity {
    std::int64_t id = 0;  ///< 0: none yet
    base::SecretString password;
    bool local_to_read_only = false;  ///< created by a read-only server; unknown to other servers
};

/// The meaning of a ConnectResponse.
struct ConnectResult {
    enum class Kind {
        established,  ///< a new session, or the requested one
        expired,      ///< the requested session has expired
        refused       ///< this server does not accept the client: try another
    };
    Kind kind = Kind::refused;
    Identity identity;
    milliseconds timeout{0};
    bool read_only = false;
    const char* reason = "";  ///< of expired and refused, for the log
};

/// Returns the configured session timeout, limited to what the protocol can express.
[[nodiscard]] milliseconds requested_timeout(const Config& config);
/// Returns the timeout of the session to resume, limited in the same way; the requested one if
/// there is none. It counts until a server has answered.
[[nodiscard]] milliseconds presumed_timeout(const Config& config);

/// Appends the ConnectRequest for the session `wanted`; an id of 0 requests a new session.
void write_connect_request(
    base::Buffer& out, const Identity& wanted, std::int64_t last_zxid, const Config& config
);

/// Reads the ConnectResponse. An id other than the requested one means that the session has
/// expired: ClickHouse Keeper creates a new session instead of reporting that.
[[nodiscard]] ConnectResult read_connect_response(
    std::span<const std::byte> frame, const Identity& wanted
);

}  // namespace kazoo::session
