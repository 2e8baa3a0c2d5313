// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"
#include "session/secret_auth_data.hpp"
#include "session/time.hpp"
#include "session/watch_registry.hpp"

#include <kazoo/client_limits.hpp>
#include <kazoo/hosts.hpp>
#include <kazoo/logger.hpp>
#include <kazoo/retry.hpp>
#include <kazoo/tls_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::session {

/// The configuration of a session, constant while it runs.
struct Config {
    std::vector<HostPort> hosts;
    bool asks_for_hosts = false;         ///< before each round, by an AskHostsAction
    milliseconds hosts_timeout{10'000};  ///< for the first answer to it
    bool randomize_hosts = true;
    std::optional<VerifyMode> tls;  ///< of ClientOptions::tls; else only hosts with "tls://" use it
    milliseconds session_timeout{10'000};  ///< requested; the server decides
    milliseconds connect_timeout{0};       ///< per address, with handshake; 0: AttemptLimit decides
    milliseconds close_timeout{10'000};    ///< for the server's reply to a close
    std::int64_t session_id = 0;           ///< to resume; 0 for a new session
    base::SecretString password;           ///< of the session to resume
    milliseconds resumed_timeout{0};       ///< of the session to resume; 0: session_timeout
    std::int64_t last_zxid = 0;            ///< servers that are behind it are not used
    /// Watches of the session to resume, which the first connection restores.
    struct ResumedWatch {
        WatchKind kind{};
        std::string path;
        Cookie owner;
    };
    std::vector<ResumedWatch> watches;
    bool resets_zxid = false;  ///< if the servers are behind it: ends the session and forgets it
    bool read_only = false;
    bool sasl = false;  ///< each connection begins with a SASL exchange, by SaslActions
    std::vector<SecretAuthData> auth;
    RetryPolicy connection_retry;
    LogLevel log_level = LogLevel::info;  ///< lines below this level are not composed
    ClientLimits limits;  ///< all but backlog_bytes, which concerns the client's callbacks
    std::size_t set_watches_bytes = 128 << 10;  ///< limit of one frame that restores watches
    std::uint64_t seed = 1;                     ///< of host order and back-off
    std::int32_t first_xid = 1;                 ///< positive; xids continue with 1 after 2^31-1
};

}  // namespace kazoo::session
