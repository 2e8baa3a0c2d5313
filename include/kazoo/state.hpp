/// The states of a client and the events of watches (kazoo.protocol.states).
#pragma once

#include <kazoo/detail/export.hpp>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

// The enumerators of this header are written as kazoo writes them, in capitals: they are names that
// people look up in kazoo's and ZooKeeper's manuals.

/// What a program needs to know about its connection, and what state listeners receive.
/// A client begins in LOST.
enum class KazooState {
    /// The session is over, or not begun: ephemeral nodes, locks and watches are gone.
    LOST,
    /// Connected with a valid session, possibly to a read-only server.
    CONNECTED,
    /// The connection is lost, the session may live: act as if locks might be lost. Requests wait
    /// for the connection to come back.
    SUSPENDED,
};

/// The state of the session in ZooKeeper's finer words. A client begins in CLOSED.
enum class KeeperState {
    CONNECTED,        ///< Connected to a server that takes reads and writes.
    CONNECTED_RO,     ///< Connected to a server that takes reads only.
    CONNECTING,       ///< Looking for a server; the session may live.
    CLOSED,           ///< Not started, or stopped.
    EXPIRED_SESSION,  ///< The servers have ended the session.
    AUTH_FAILED,      ///< The servers refused the credentials; the client has given up.
};

/// What a state listener may receive instead of the bare state.
struct StateChange {
    KazooState state = KazooState::LOST;
    /// The finer state at the time of the change; tells read-only connections apart.
    KeeperState keeper_state = KeeperState::CLOSED;
    /// The session that the change is about; 0 if there is none.
    std::int64_t session_id = 0;
    /// With CONNECTED: true if the session has just begun, so that ephemeral nodes and watches of a
    /// former session are gone; false if a session goes on after the connection was lost, or was
    /// resumed by ClientOptions::client_id. Otherwise false.
    bool new_session = false;

    friend bool operator==(const StateChange&, const StateChange&) = default;
};

/// When a new state listener is first called.
enum class ListenFrom {
    next_change,    ///< At the next change of state.
    current_state,  ///< As soon as possible with the present state, then at each change.
};

/// What happened to a watched node.
enum class EventType {
    NONE,     ///< Nothing happened to a node: the session has ended, and the watch with it.
    CREATED,  ///< The node was created.
    DELETED,  ///< The node was deleted.
    CHANGED,  ///< The node's data were set, also if to the same bytes.
    CHILD,    ///< Children of the node were created or deleted.
    /// Nothing is known to have happened to the node, but this watch on it is gone and the session
    /// goes on: no server took it back after a reconnect. Read the node again, with a new watch.
    WATCH_LOST,
};

/// What KazooState a KeeperState amounts to: both connected states are CONNECTED, CONNECTING is
/// SUSPENDED, the rest is LOST.
KazooState kazoo_state(KeeperState state) noexcept;

/// The enumerator's name, such as "SUSPENDED".
const char* to_string(KazooState state) noexcept;
const char* to_string(KeeperState state) noexcept;
const char* to_string(EventType type) noexcept;

std::ostream& operator<<(std::ostream& out, KazooState state);
std::ostream& operator<<(std::ostream& out, KeeperState state);
std::ostream& operator<<(std::ostream& out, EventType type);

/// What a watch function receives. A value.
struct WatchedEvent {
    EventType type = EventType::NONE;
    /// The state when the event arrived.
    KeeperState state = KeeperState::CLOSED;
    /// The node, without the chroot; nothing if type is NONE.
    std::optional<std::string> path;
    /// The transaction that caused the event. Only servers from 3.9 on tell it.
    std::optional<std::int64_t> zxid;

    WatchedEvent() {}
    WatchedEvent(
        EventType event_type,
        KeeperState keeper_state,
        std::optional<std::string> node_path = std::nullopt,
        std::optional<std::int64_t> transaction_id = std::nullopt
    )
        : type(event_type), state(keeper_state), path(std::move(node_path)), zxid(transaction_id) {}

    friend bool operator==(const WatchedEvent&, const WatchedEvent&) = default;
};

/// Writes `WatchedEvent(type=CHANGED, state=CONNECTED, path=/a, zxid=7)`; what is not there is
/// left out.
std::ostream& operator<<(std::ostream& out, const WatchedEvent& event);

}  // namespace kazoo
KAZOO_API_END
