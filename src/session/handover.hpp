// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/handshake.hpp"

#include <cstdint>

namespace kazoo::session {

/// What a session leaves behind when it is detached: what another client needs to continue it, with
/// the watches, which are in the event of its end. Movable without allocating.
struct Handover {
    Identity identity;
    milliseconds timeout{0};
    std::int64_t last_zxid = 0;
};

}  // namespace kazoo::session
