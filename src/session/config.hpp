#pragma once

#include "session/time.hpp"

#include <kazoo/hosts.hpp>
#include <kazoo/logger.hpp>
#include <kazoo/retry.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kazoo::session {

/// What a session must never exceed. Reaching one is a typed error, never growth.
struct Limits {
    std::size_t requests = 1 << 18;             ///< waiting for their replies or to be sent
    std::size_t queued_bytes = 64u << 20;       ///< of requests that wait to be sent
    std::size_t request_bytes = 0xfffff;        ///< one frame; what servers accept by default
    std::size_t reply_bytes = 64u << 20;        ///< one frame
    std::size_t watches = 1u << 20;             ///< watch functions, over all paths
    std::size_t set_watches_bytes = 128 << 10;  ///< one frame that restores watches
};

struct AuthEntry {
    std::string scheme;
    std::string credential;
    friend bool operator==(const AuthEntry&, const AuthEntry&) = default;
};

/// Everything a session is told before it starts.
struct Config {
    std::vector<HostPort> hosts;
    bool randomize_hosts = true;
    milliseconds session_timeout{10'000};  ///< asked for; the server decides
    milliseconds connect_timeout{0};       ///< of one address, with its handshake; 0: derived
    milliseconds close_timeout{10'000};    ///< for the server's answer to a close
    std::int64_t session_id = 0;           ///< to resume; 0 for a new session
    std::string password;                  ///< of the session to resume
    bool read_only = false;
    std::vector<AuthEntry> auth;
    RetryPolicy connection_retry;
    LogLevel log_level = LogLevel::info;  ///< the least important lines worth composing
    Limits limits;
    std::uint64_t seed = 1;      ///< of host order and back-off
    std::int32_t first_xid = 1;  ///< from 1 on; they wrap to 1 behind 2^31-1
};

}  // namespace kazoo::session
