// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/handshake.hpp"
#include "session/watch_registry.hpp"

#include <cstdint>

namespace kazoo::session {

/// What a session leaves behind when it is detached: what another client needs to continue it.
/// Movable without allocating.
struct Handover {
    Identity identity;
    milliseconds timeout{0};
    std::int64_t last_zxid = 0;
    WatchRegistry::Paths watches;
};

}  // namespace kazoo::session
