#pragma once

#include "base/endpoint.hpp"

#include <kazoo/detail/ref_counted.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/hosts.hpp>
#include <kazoo/logger.hpp>
#include <kazoo/state.hpp>

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <system_error>
#include <variant>

namespace kazoo::session {

/// Who waits for a request or a watch. It may own functions and values of users, so the session
/// only keeps it and hands it back: the last reference never ends inside the session, which is
/// called under a lock.
using Owner = detail::RefPtr<detail::RefCounted>;

/// One who is to be told of a watch event.
struct Watch {
    Owner owner;
    std::uint64_t order = 0;  ///< of telling
};
struct ByOrder {
    bool operator()(const Watch& a, const Watch& b) const noexcept { return a.order < b.order; }
};
/// A set, because its nodes move from one set to another without taking memory.
using Watchers = std::set<Watch, ByOrder>;

/// A request is over. Exactly one for each request that was accepted.
struct ReplyEvent {
    Owner request;
    std::error_code error;
    Outcome outcome = Outcome::not_applied;  ///< if there is an error, or the body is of no use
    std::int64_t zxid = 0;
    std::span<const std::byte> body;  ///< in the bytes of the last input; empty after an error
    const char* detail = "";          ///< more about the error
    Owner watcher;                    ///< came with the request, and nothing was registered for it
};

/// Something happened to a watched node, to a watch (WATCH_LOST) or to the session (NONE).
struct WatchEvent {
    WatchedEvent event;
    Watchers watchers;
};

struct StateEvent {
    KeeperState state;
    friend bool operator==(const StateEvent&, const StateEvent&) = default;
};

struct LogEvent {
    LogLevel level;
    std::string text;
};

using Event = std::variant<ReplyEvent, WatchEvent, StateEvent, LogEvent>;

using base::Endpoint;

/// What the transport shall do next. The attempt number comes back with what it led to, so that
/// late answers of given-up attempts are recognised.
struct ResolveAction {
    std::uint64_t attempt;
    HostPort host;
    friend bool operator==(const ResolveAction&, const ResolveAction&) = default;
};
struct ConnectAction {
    std::uint64_t attempt;
    Endpoint endpoint;
    friend bool operator==(const ConnectAction&, const ConnectAction&) = default;
};
/// Ask this server `isro`, on a connection beside the present one; instead of what was asked
/// before, if that has not been answered.
struct ProbeAction {
    std::uint64_t attempt;
    Endpoint endpoint;
    friend bool operator==(const ProbeAction&, const ProbeAction&) = default;
};
/// Give up whatever look-up, attempt, connection or probe there is.
struct DisconnectAction {
    friend bool operator==(const DisconnectAction&, const DisconnectAction&) = default;
};
using Action = std::variant<ResolveAction, ConnectAction, ProbeAction, DisconnectAction>;

}  // namespace kazoo::session
