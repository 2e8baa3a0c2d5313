// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/connect.hpp"
#include "server/member/connection.hpp"
#include "server/member/node_state.hpp"
#include "server/member/reply_queue.hpp"
#include "server/rules/time.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace kazoo::server {

/// The handshake: ConnectRequest and ConnectResponse.
class Handshake {
public:
    /// `self` is the server node, to which sessions move that are resumed here.
    Handshake(NodeState& state, ReplyQueue& replies, const TransactionListener& self) noexcept
        : state_(state), replies_(replies), self_(self) {}

    /// Handles the ConnectRequest.
    void on_connect_request(Connection& connection, std::span<const std::byte> frame, Time now);

private:
    /// Applies a handshake fault. Returns true if it replaces the normal handling; may change
    /// `request`.
    bool inject_fault(Connection& connection, codec::ConnectRequest& request);
    void begin_session(Connection& connection, const codec::ConnectRequest& request, Time now);
    void resume_session(Connection& connection, const codec::ConnectRequest& request, Time now);
    /// Sends the ConnectResponse of a session, once the server node has applied `awaits`.
    void send_connect_response(
        Connection& connection,
        const codec::ConnectRequest& request,
        const Session& session,
        std::int64_t awaits,
        Time now
    );
    /// Sends the ConnectResponse of an expired session and closes the connection.
    void reject_session(
        Connection& connection, const codec::ConnectRequest& request, std::int32_t protocol
    );

    NodeState& state_;
    ReplyQueue& replies_;
    const TransactionListener& self_;
};

}  // namespace kazoo::server
