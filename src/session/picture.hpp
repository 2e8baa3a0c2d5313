// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/opcode.hpp"
#include "session/attempt_log.hpp"
#include "session/events.hpp"
#include "session/watch_registry.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::session {

/// A copy of what a session consists of at one time, for people who look into a client. Contains no
/// secrets: no password, no credentials, no data of nodes.
struct SessionPicture {
    struct Request {
        RequestOwner owner;  ///< null: the session's own, or abandoned
        codec::Opcode op{};
        std::int32_t xid = 0;
        bool sent = false;
        TimePoint issued;
    };
    struct WatchedPath {
        std::string path;  ///< server path
        WatchKind kind{};
        std::size_t functions = 0;
    };

    KeeperState state{};
    std::int64_t session_id = 0;  ///< 0: there is no session
    milliseconds timeout{0};
    std::string server;  ///< of the present connection or attempt; empty if there is none
    std::int64_t last_zxid = 0;
    std::optional<TimePoint> ping_sent;
    std::optional<Duration> ping_round_trip;
    std::size_t in_flight = 0;
    std::size_t queued = 0;
    std::vector<Request> requests;  ///< the oldest ones
    std::size_t watches = 0;        ///< registrations
    std::size_t watched_paths = 0;
    std::vector<WatchedPath> paths;  ///< the first ones
    std::vector<AttemptLog::Occurrence> history;
};

}  // namespace kazoo::session
