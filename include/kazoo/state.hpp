// SPDX-License-Identifier: Apache-2.0
/// The states of a client, the events of watches, and what listeners and watch functions receive
/// (kazoo.protocol.states). All types are plain values; all functions are thread-safe.
#pragma once

#include <kazoo/detail/export.hpp>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

// KazooState, KeeperState and EventType have enumerators in capitals, as in kazoo and in
// ZooKeeper's documentation.

/// The state of a client as state listeners receive it. A client starts in LOST and stays there
/// until its first session is established.
enum class KazooState {
    /// There is no session: not started, not yet connected, expired, authentication failed, or
    /// stopped. Ephemeral nodes, locks and watches of a former session are gone, or belong to
    /// another client (StateReason::detached).
    LOST,
    /// Connected with a valid session, possibly to a read-only server.
    CONNECTED,
    /// The connection is lost, the session may still be alive. Assume that locks may be lost. New
    /// requests wait until the client is connected again.
    SUSPENDED,
};

/// The state of the session in ZooKeeper's terms, with more detail. A client starts in CLOSED.
enum class KeeperState {
    CONNECTED,        ///< Connected to a server that accepts reads and writes.
    CONNECTED_RO,     ///< Connected to a server in read-only mode.
    CONNECTING,       ///< Connecting to a server; the session, if there is one, may be alive.
    CLOSED,           ///< Not started, or stopped.
    EXPIRED_SESSION,  ///< The session has expired; the client then connects with a new one.
    AUTH_FAILED,      ///< Authentication failed; the client has stopped connecting.
};

/// Why a client is LOST, where the states do not say it.
enum class StateReason {
    none,
    /// The client has given up its session without closing it (KazooClient::detach). The session,
    /// with its ephemeral nodes, goes on in the client that takes it over.
    detached,
    /// The servers are behind what this client has seen of them: they were restored from a backup
    /// (WhenBehind), or KazooClient::reset_zxid was called.
    ensemble_behind,
};

/// A change of state: the argument of a state listener that takes a StateChange instead of a
/// KazooState.
struct StateChange {
    /// The new state.
    KazooState state = KazooState::LOST;
    /// The new state in more detail; distinguishes read-only connections.
    KeeperState keeper_state = KeeperState::CLOSED;
    /// Id of the current session; 0 if there is none, as with LOST.
    std::int64_t session_id = 0;
    /// With CONNECTED: true if the session is new, so that the ephemeral nodes and watches of a
    /// former session are gone; false if an existing session continues, after a lost connection or
    /// because it was resumed (ClientOptions::client_id, resume). False with the other states. With
    /// ListenFrom::current_state the first call has the value of the latest change: false if that
    /// was a reconnect. A listener that is added late therefore compares `session_id` instead.
    bool new_session = false;
    /// With LOST: more about why.
    StateReason reason = StateReason::none;

    friend bool operator==(const StateChange&, const StateChange&) = default;
};

/// A function object that can be a state listener: callable with a KazooState or a
/// `const StateChange&`.
template <class F>
concept StateListener = (std::is_invocable_v<std::decay_t<F>&, KazooState>) ||
                        (std::is_invocable_v<std::decay_t<F>&, const StateChange&>);

/// When a new state listener is called for the first time.
enum class ListenFrom {
    next_change,    ///< At the next change of state.
    current_state,  ///< As soon as possible with the current state, then at each change.
};

/// The type of a watch event.
enum class EventType {
    NONE,     ///< The session has ended, and the watch with it. The event has no path.
    CREATED,  ///< The node was created.
    DELETED,  ///< The node was deleted.
    CHANGED,  ///< The data of the node was set, possibly to the same value.
    CHILD,    ///< A child of the node was created or deleted.
    /// The watch is lost, but the session continues: servers did not accept the watch again after a
    /// reconnect. The node may or may not have changed; read it again with a new watch.
    WATCH_LOST,
    /// Persistent and recursive watches only: events may be missing before this one, because the
    /// connection was lost in between, or because callbacks were too slow. The watch continues. The
    /// path is that of the watch; read what it covers again.
    GAP,
};

/// Returns the KazooState that corresponds to a KeeperState: CONNECTED for CONNECTED and
/// CONNECTED_RO, SUSPENDED for CONNECTING, LOST for all others. A client that connects without
/// having a session reports LOST, although its KeeperState is CONNECTING.
KazooState kazoo_state(KeeperState state) noexcept;

/// Return the enumerator's name, such as "SUSPENDED".
const char* to_string(KazooState state) noexcept;
const char* to_string(KeeperState state) noexcept;
const char* to_string(EventType type) noexcept;
/// Returns "none", "detached" or "ensemble_behind".
const char* to_string(StateReason reason) noexcept;

/// Write to_string().
std::ostream& operator<<(std::ostream& out, KazooState state);
std::ostream& operator<<(std::ostream& out, KeeperState state);
std::ostream& operator<<(std::ostream& out, EventType type);

/// The argument of a watch function (see Watcher).
struct WatchedEvent {
    /// What has happened.
    EventType type = EventType::NONE;
    /// The state of the session when the event was received.
    KeeperState state = KeeperState::CLOSED;
    /// Path of the node, without the chroot; std::nullopt if type is NONE.
    std::optional<std::string> path;
    /// Zxid of the transaction that caused the event. Only servers from version 3.9 on send it;
    /// std::nullopt with older ones and with NONE, WATCH_LOST and GAP.
    std::optional<std::int64_t> zxid;

    WatchedEvent() {}
    /// From its parts.
    WatchedEvent(
        EventType event_type,
        KeeperState keeper_state,
        std::optional<std::string> node_path = std::nullopt,
        std::optional<std::int64_t> transaction_id = std::nullopt
    )
        : type(event_type), state(keeper_state), path(std::move(node_path)), zxid(transaction_id) {}

    friend bool operator==(const WatchedEvent&, const WatchedEvent&) = default;
};

/// Writes `WatchedEvent(type=CHANGED, state=CONNECTED, path=/a, zxid=7)`; a path or zxid that is
/// not set is omitted.
std::ostream& operator<<(std::ostream& out, const WatchedEvent& event);

/// Identifies a registered state listener; pass it to KazooClient::remove_listener.
using ListenerId = std::uint64_t;

}  // namespace kazoo
KAZOO_API_END
