// SPDX-License-Identifier: Apache-2.0
#include "session/state_table.hpp"

namespace kazoo::session {

bool is_transition(KeeperState from, KeeperState to) noexcept {
    using enum KeeperState;
    switch (from) {
        case CLOSED:
            return to == CONNECTING;
        case CONNECTING:
            return to == CONNECTED || to == CONNECTED_RO || to == EXPIRED_SESSION ||
                   to == AUTH_FAILED || to == CLOSED;
        case CONNECTED:
        case CONNECTED_RO:
            return to == CONNECTING || to == EXPIRED_SESSION || to == AUTH_FAILED || to == CLOSED;
        case EXPIRED_SESSION:
            return to == CONNECTING || to == CLOSED;
        case AUTH_FAILED:
            return to == CLOSED;
    }
    return false;
}

std::error_code refusal(KeeperState state) noexcept {
    switch (state) {
        case KeeperState::CLOSED:
            return ClientErrc::connection_closed;
        case KeeperState::EXPIRED_SESSION:
            return Errc::session_expired;
        case KeeperState::AUTH_FAILED:
            return Errc::auth_failed;
        default:
            return {};
    }
}

}  // namespace kazoo::session
