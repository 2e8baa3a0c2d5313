// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kazoo::session {

/// Whether the user's callbacks keep up with replies and watch events, which decides whether calls
/// that wait for room get it. Each state includes the ones before it.
enum class Callbacks {
    keep_up,  ///< fewer callbacks wait to run than the limits permit
    lag,      ///< as many wait, or more
    blocked,  ///< and one of them is blocked, possibly by code that waits for room
    never     ///< no state: of waits that none of the above ends
};

}  // namespace kazoo::session
