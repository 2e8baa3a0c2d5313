#pragma once

#include "base/endpoint.hpp"

#include <kazoo/detail/ref_counted.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/hosts.hpp>
#include <kazoo/logger.hpp>
#include <kazoo/state.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

namespace kazoo::session {

/// Whoever waits for a request or a watch; the session keeps it and hands it back, no more.
using Owner = detail::RefPtr<detail::RefCounted>;

/// A request is over. Exactly one for each request that was accepted.
struct ReplyEvent {
    Owner request;
    std::error_code error;
    Outcome outcome = Outcome::not_applied;
    std::int64_t zxid = 0;
    std::span<const std::byte> body;  ///< in the bytes of the last input; empty after an error
    const char* detail = "";          ///< more about the error
};

/// Something happened to a watched node, or to the session (type NONE).
struct WatchEvent {
    WatchedEvent event;
    std::vector<Owner> watchers;
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
