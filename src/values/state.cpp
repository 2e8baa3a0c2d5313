// SPDX-License-Identifier: Apache-2.0
// The names of states and events, and the state that users see for each state of the session.
#include <kazoo/state.hpp>

#include <ostream>

namespace kazoo {

KazooState kazoo_state(KeeperState state) noexcept {
    switch (state) {
        case KeeperState::CONNECTED:
        case KeeperState::CONNECTED_RO:
            return KazooState::CONNECTED;
        case KeeperState::CONNECTING:
            return KazooState::SUSPENDED;
        case KeeperState::CLOSED:
        case KeeperState::EXPIRED_SESSION:
        case KeeperState::AUTH_FAILED:
            break;
    }
    return KazooState::LOST;
}

const char* to_string(KazooState state) noexcept {
    switch (state) {
        case KazooState::LOST:
            return "LOST";
        case KazooState::CONNECTED:
            return "CONNECTED";
        case KazooState::SUSPENDED:
            return "SUSPENDED";
    }
    return "UNKNOWN";
}

const char* to_string(KeeperState state) noexcept {
    switch (state) {
        case KeeperState::CONNECTED:
            return "CONNECTED";
        case KeeperState::CONNECTED_RO:
            return "CONNECTED_RO";
        case KeeperState::CONNECTING:
            return "CONNECTING";
        case KeeperState::CLOSED:
            return "CLOSED";
        case KeeperState::EXPIRED_SESSION:
            return "EXPIRED_SESSION";
        case KeeperState::AUTH_FAILED:
            return "AUTH_FAILED";
    }
    return "UNKNOWN";
}

const char* to_string(StateReason reason) noexcept {
    switch (reason) {
        case StateReason::none:
            return "none";
        case StateReason::detached:
            return "detached";
        case StateReason::ensemble_behind:
            return "ensemble_behind";
    }
    return "unknown";
}

const char* to_string(EventType type) noexcept {
    switch (type) {
        case EventType::NONE:
            return "NONE";
        case EventType::CREATED:
            return "CREATED";
        case EventType::DELETED:
            return "DELETED";
        case EventType::CHANGED:
            return "CHANGED";
        case EventType::CHILD:
            return "CHILD";
        case EventType::GAP:
            return "GAP";
        case EventType::WATCH_LOST:
            return "WATCH_LOST";
    }
    return "UNKNOWN";
}

std::ostream& operator<<(std::ostream& out, KazooState state) {
    return out << to_string(state);
}

std::ostream& operator<<(std::ostream& out, KeeperState state) {
    return out << to_string(state);
}

std::ostream& operator<<(std::ostream& out, EventType type) {
    return out << to_string(type);
}

std::ostream& operator<<(std::ostream& out, const WatchedEvent& event) {
    out << "WatchedEvent(type=" << event.type << ", state=" << event.state;
    if (event.path) {
        out << ", path=" << *event.path;
    }
    if (event.zxid) {
        out << ", zxid=" << *event.zxid;
    }
    return out << ')';
}

}  // namespace kazoo
