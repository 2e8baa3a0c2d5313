// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/opcode.hpp"
#include "server/member/fault_table.hpp"
#include "server/member/node_state.hpp"
#include "server/member/reply_queue.hpp"
#include "server/member/request.hpp"
#include "server/member/sasl_service.hpp"
#include "server/member/watch_service.hpp"

namespace kazoo::server {

/// Dispatches the requests of established connections, with their faults, and replies to them.
class RequestHandler {
public:
    RequestHandler(NodeState& state, ReplyQueue& replies, WatchService& watches) noexcept
        : state_(state), replies_(replies), watches_(watches), sasl_(state, replies) {}

    /// Whether Database executes the request, which only an ensemble's leader can: writes and sync.
    /// It may be handled while replies of the connection wait for the replica. Reads must wait, so
    /// that they see earlier writes.
    [[nodiscard]] static bool needs_leader(codec::Opcode op) noexcept;
    void handle(const Request& request);

private:
    void handle_with_fault(const Request& request, const RequestFault& fault);
    void dispatch(const Request& request);
    /// For opcodes that the profile does not have or that clients may not use.
    void reject_opcode(const Request& request);
    void read(const Request& request);
    void write(const Request& request);
    void sync(const Request& request);

    // request_handler_identities.cpp
    void add_auth(const Request& request);
    void who_am_i(const Request& request);
    void close_session(const Request& request);

    NodeState& state_;
    ReplyQueue& replies_;
    WatchService& watches_;
    SaslService sasl_;
};

}  // namespace kazoo::server
