// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/opcode.hpp"
#include "server/member/connection.hpp"
#include "server/member/node_state.hpp"
#include "server/member/reply_queue.hpp"
#include "server/member/request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kazoo::server {

/// SASL authentication, and its enforcement.
class SaslService {
public:
    SaslService(NodeState& state, ReplyQueue& replies) noexcept
        : state_(state), replies_(replies) {}

    /// Replies to a SASL packet. Without users replies like a server without SASL.
    void reply(const Request& request);
    /// Replies to a SASL packet that authentication has failed, and closes the connection.
    void refuse(const Request& request, Errc err);

    /// Whether the server handles no such request of the connection before it authenticates by
    /// SASL.
    [[nodiscard]] bool requires_sasl(const Connection& connection, codec::Opcode op)
        const noexcept {
        return state_.options.require_sasl && !connection.sasl_authenticated &&
               op != codec::Opcode::auth && op != codec::Opcode::sasl;
    }
    /// Replies to such a request and closes the connection.
    void refuse_unauthenticated(const Request& request);

private:
    /// Adds the identities of a user. Returns false at the limit of identities.
    [[nodiscard]] bool authenticate(Connection& connection, const std::string& user);
    /// Returns a nonce for an exchange, or nullopt if there are no random bytes.
    [[nodiscard]] std::optional<std::string> make_nonce(const Connection& connection) const;
    void send(const Request& request, std::string_view token);
    void refuse(const Request& request);

    NodeState& state_;
    ReplyQueue& replies_;
};

}  // namespace kazoo::server
