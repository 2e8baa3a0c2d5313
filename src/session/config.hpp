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

/// Limits of what a session stores. A call that would exceed one fails with a typed error.
struct Limits {
    std::size_t requests = 1 << 18;             ///< requests that have no reply yet
    std::size_t queued_bytes = 64u << 20;       ///< bytes of requests that have not been sent
    std::size_t request_bytes = 0xfffff;        ///< of one frame; the default limit of servers
    std::size_t reply_bytes = 64u << 20;        ///< of one frame
    std::size_t watches = 1u << 20;             ///< watch functions, over all paths
    std::size_t set_watches_bytes = 128 << 10;  ///< of one frame that restores watches
};

struct AuthEntry {
    std::string scheme;
    std::string credential;
    friend bool operator==(const AuthEntry&, const AuthEntry&) = default;
};

/// The configuration of a session, constant while it runs.
struct Config {
    std::vector<HostPort> hosts;
    bool randomize_hosts = true;
    milliseconds session_timeout{10'000};  ///< requested; the server decides
    milliseconds connect_timeout{0};       ///< per address, with handshake; 0: AttemptLimit decides
    milliseconds close_timeout{10'000};    ///< for the server's reply to a close
    std::int64_t session_id = 0;           ///< to resume; 0 for a new session
    std::string password;                  ///< of the session to resume
    bool read_only = false;
    std::vector<AuthEntry> auth;
    RetryPolicy connection_retry;
    LogLevel log_level = LogLevel::info;  ///< lines below this level are not composed
    Limits limits;
    std::uint64_t seed = 1;      ///< of host order and back-off
    std::int32_t first_xid = 1;  ///< positive; xids continue with 1 after 2^31-1
};

}  // namespace kazoo::session
