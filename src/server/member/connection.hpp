// SPDX-License-Identifier: Apache-2.0
// The state of one client connection of a ServerNode.

#pragma once

#include "base/buffer.hpp"
#include "codec/opcode.hpp"
#include "server/member/inbox.hpp"
#include "server/member/outbox.hpp"
#include "server/monitoring/statistics.hpp"
#include "server/rules/time.hpp"
#include "server/sasl/digest_md5_server.hpp"
#include "server/watches/watch_table.hpp"

#include <kazoo/security.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace kazoo::server {

/// The header of a reply, and how the reply is sent.
struct ReplyInfo {
    codec::Opcode op{};  // create_session for a ConnectResponse
    std::int32_t xid = 0;
    std::int64_t zxid = 0;
    std::int32_t err = 0;
    std::int64_t awaits = 0;  // sent once this zxid is applied to the tree; 0: at once
    bool last = false;        // the connection is closed after this reply
};

/// An encoded reply that waits until the replica has applied `info.awaits`, or is queued behind one
/// that does.
struct DelayedReply {
    ReplyInfo info;
    SteadyTime arrived{};           // of the request, for its latency
    std::optional<ReplyHold> hold;  // placed in front of the frame when it is sent
    base::Buffer frame;
};

/// State of one client connection. Plain data, interpreted by the parts of ServerNode.
///
/// Replies leave in the order of their requests: while `delayed` is not empty, each new reply is
/// appended to it, whatever it awaits.
struct Connection {
    enum class Phase {
        awaiting_first_bytes,  // fewer than four: of a four-letter word or of a frame's length
        awaiting_connect_request,
        connect_response_delayed,  // waits for the replica; requests are queued
        established,
        ignoring_input,
    };

    Connection(
        ConnectionId number, std::string ip, std::uint16_t port_number, std::size_t max_frame
    );

    /// Bytes of output that are not reported as sent, including those behind holds and in
    /// `delayed`.
    [[nodiscard]] std::size_t unsent() const noexcept { return outbox.unsent() + delayed_bytes; }
    /// Whether to read from the socket: not while more than `pause_output` bytes of output are
    /// unsent or of input unhandled.
    [[nodiscard]] bool reading(std::size_t pause_output) const noexcept {
        return !ended && !closing && unsent() <= pause_output && inbox.kept() <= pause_output;
    }
    /// Whether the next request may be handled now.
    [[nodiscard]] bool can_handle_requests(std::size_t pause_output) const noexcept {
        return !ended && !closing && unsent() <= pause_output &&
               (phase == Phase::established || phase == Phase::awaiting_connect_request);
    }
    /// Adds identities, without duplicates. Returns false at the limit of 16 MiB for each
    /// connection; those before the one that exceeds it stay added. Apache's server has no limit.
    [[nodiscard]] bool add_identities(const std::vector<Id>& more);

    const ConnectionId id;
    const std::string address;
    const std::uint16_t port;

    Phase phase = Phase::awaiting_first_bytes;
    bool closing = false;          // close_session was handled: later requests are dropped
    bool ended = false;            // no input is handled; output may still be pending
    bool touched = false;          // is in Connections::touched_
    bool reported_reading = true;  // the value of reading() at the last touch
    bool touches_session = false;  // a request of this turn keeps the session alive
    bool waits_for_turn = false;   // is in ServerNode::turns_
    bool used_full_turn = false;   // its last turn reached ServerNodeOptions::turn_output

    std::int64_t session = 0;
    bool local_session = false;           // in NodeState::local_sessions, not in Database
    std::optional<DigestMd5Server> sasl;  // the exchange, once its first packet has arrived
    bool sasl_authenticated = false;      // has an identity of scheme "sasl"
    std::vector<Id> identities;  // in the order in which they were added; "ip" is the first
    std::unordered_set<std::string> known_identities;  // keys of `identities`
    std::size_t identity_bytes = 0;                    // of those that clients have added

    std::string first_bytes;  // four, or twelve of the word stmk
    Inbox inbox;
    Outbox outbox;
    std::list<DelayedReply> delayed;  // in order; empty unless the replica lags
    std::size_t delayed_bytes = 0;
    std::optional<ReplyHold> hold;  // for the reply to the request being handled

    SteadyTime handshake_deadline = no_deadline;
    Time opened;
    SteadyTime arrived{};  // of the last bytes received
    ConnectionStatistics statistics;
};

}  // namespace kazoo::server
