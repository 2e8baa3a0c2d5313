// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"
#include "session/cookie.hpp"
#include "session/watchers.hpp"
#include "values/endpoint.hpp"

#include <kazoo/detail/ref_counted.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/hosts.hpp>
#include <kazoo/logger.hpp>
#include <kazoo/state.hpp>

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace kazoo::detail::client {
struct ReplyDelivery;
}

namespace kazoo::session {

// What a session puts out: events for the client, and actions for the transport.

struct ReplyEvent;

/// What waits for a request: the client's object, and the client's function that completes it. The
/// session keeps both and returns them with the reply; it never calls complete().
class RequestOwner : public Cookie {
public:
    /// May take the object.
    using Complete = void (*)(
        Cookie& object, const ReplyEvent& reply, const detail::client::ReplyDelivery& delivery
    );

    RequestOwner() noexcept = default;
    template <class T>
    RequestOwner(detail::RefPtr<T> object, Complete function = nullptr) noexcept
        : Cookie(std::move(object)), complete_(function) {}

    /// Requires an object and a function.
    void complete(const ReplyEvent& reply, const detail::client::ReplyDelivery& delivery) {
        assert(*this && complete_ != nullptr);
        complete_(*this, reply, delivery);
    }

private:
    Complete complete_ = nullptr;
};

/// A request has ended. There is exactly one for each request that was accepted.
struct ReplyEvent {
    RequestOwner request;
    std::error_code error;
    Outcome outcome = Outcome::not_applied;  ///< of a failure, also if the body cannot be decoded
    std::int64_t zxid = 0;
    std::span<const std::byte> body;  ///< in the bytes of the last input; empty after an error
    const char* detail = "";          ///< more about the error; a string literal
    /// What the request leaves behind, to be destroyed by the client: the watcher that came with it
    /// and has not been registered, or the RemovedWatches.
    Cookie watcher;
};

/// An event of a watched node, of a watch (WATCH_LOST) or of the session (NONE).
struct WatchFired {
    EventType type = EventType::NONE;
    KeeperState state = KeeperState::CLOSED;  ///< of the session
    std::int64_t zxid = 0;                    ///< 0: the server has not sent it
    Watchers watchers;

    /// Returns the path on the server, which the watches have. Not of a session event.
    [[nodiscard]] std::string_view path() const noexcept { return watchers.begin()->path(); }
};

/// There is a new connection, and there are persistent or recursive watches: each of them may have
/// missed events, which servers do not send again. Precedes all events of this connection. Requests
/// submitted from now on are executed after the watches are registered again.
struct WatchGap {};

struct StateEvent {
    KeeperState state;
    StateReason reason = StateReason::none;
    friend bool operator==(const StateEvent&, const StateEvent&) = default;
};

struct LogEvent {
    LogLevel level;
    std::string text;
};

using Event = std::variant<ReplyEvent, WatchFired, StateEvent, LogEvent, WatchGap>;

using base::Endpoint;

/// What the transport has to do next. Its results carry the attempt number of the action, so that
/// late results of an abandoned attempt are recognised and ignored.
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
/// Send a four-letter word to this server, on a separate connection. Replaces an earlier probe that
/// has not been answered.
struct ProbeAction {
    enum class Word { isro, srvr };
    std::uint64_t attempt;
    Endpoint endpoint;
    Word word = Word::isro;
    friend bool operator==(const ProbeAction&, const ProbeAction&) = default;
};
/// Abandon the present attempt or connection, and the probe. Lookups go on.
struct DisconnectAction {
    friend bool operator==(const DisconnectAction&, const DisconnectAction&) = default;
};
/// Ask the host provider for servers. There is one question at a time, and each is answered by
/// Session::on_hosts. It goes on when the connection or the attempt ends.
struct AskHostsAction {
    std::uint64_t question;
    friend bool operator==(const AskHostsAction&, const AskHostsAction&) = default;
};
/// Bytes that a server has sent, of which the session may leave the start of a frame, at their end.
/// The bytes of the next call then begin with it, and `left` stays as it is until that call.
struct Received {
    std::span<const std::byte> bytes;
    std::size_t left = 0;
    std::size_t whole = 0;  // the size of the frame whose start was left; 0 if `left` is
    bool may_leave = true;  // otherwise the session copies the start
    /// How many frames are processed in one call. If there may be further ones, the call sets
    /// `more` and is to be repeated with the same object before the next input of the transport.
    /// The user's side may be called in between; what it changes holds for the frames that follow.
    std::size_t frames = std::numeric_limits<std::size_t>::max();
    bool more = false;
};
/// Take a step of the SASL exchange of this connection. There is one step at a time, and each is
/// answered by Session::on_sasl.
struct SaslAction {
    std::uint64_t attempt;
    bool begins;  ///< with a new mechanism, and no challenge
    HostPort host;
    Endpoint server;
    std::string challenge;
    friend bool operator==(const SaslAction&, const SaslAction&) = default;
};
using Action = std::variant<
    ResolveAction,
    ConnectAction,
    ProbeAction,
    DisconnectAction,
    AskHostsAction,
    SaslAction>;

/// The answer to a SaslAction.
struct SaslAnswer {
    enum class Kind { token, last_token, complete, not_ready, failed, no_memory };
    Kind kind = Kind::no_memory;
    base::SecretString text;  ///< the token, or the reason of not_ready and failed
    std::string mechanism;    ///< its name; empty if it could not be made
};

/// The answer of the host provider. Without hosts it has failed.
struct ProvidedHosts {
    std::vector<HostPort> hosts;
    bool in_order = false;  ///< to be tried in this order, even if hosts are otherwise shuffled
    std::string failure;    ///< why there are no hosts
};

}  // namespace kazoo::session
