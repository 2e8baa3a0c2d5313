// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace kazoo::session {

/// Whose turn it is in the SASL exchange of a connection.
///
///     begin() --> the mechanism --sent()--> the server --answered()--> the mechanism ...
///
/// The requests have xids of their own, counted on each connection from 1, as in kazoo: servers
/// only repeat them, and there are no other requests meanwhile. Not thread-safe.
class SaslExchange {
public:
    void begin() noexcept {
        turn_ = Turn::mechanism;
        xid_ = 0;
        last_ = false;
        mechanism_.clear();
    }
    void end() noexcept { turn_ = Turn::none; }

    [[nodiscard]] bool awaits_mechanism() const noexcept { return turn_ == Turn::mechanism; }
    /// Returns whether the server has still to answer the request with this xid.
    [[nodiscard]] bool awaits_reply(std::int32_t xid) const noexcept {
        return turn_ == Turn::server && xid == xid_;
    }

    /// Sets the name of the mechanism, which is known after its first step.
    void set_mechanism(const std::string& name) { mechanism_ = name; }
    /// Returns "SASL" or "SASL (DIGEST-MD5)", for messages.
    [[nodiscard]] std::string name() const {
        return mechanism_.empty() ? "SASL" : "SASL (" + mechanism_ + ")";
    }

    /// Returns the xid of the next request.
    [[nodiscard]] std::int32_t next_xid() const noexcept { return xid_ + 1; }
    /// The next request was sent. `last`: the mechanism expects no challenge in reply.
    void sent(bool last) noexcept {
        ++xid_;
        last_ = last;
        turn_ = Turn::server;
    }
    /// The server has answered. Returns whether the answered token was the last.
    [[nodiscard]] bool answered() noexcept {
        turn_ = Turn::mechanism;
        return last_;
    }
    /// Returns whether the server has been sent one token only.
    [[nodiscard]] bool at_first_token() const noexcept { return xid_ == 1; }

private:
    enum class Turn { none, mechanism, server };

    Turn turn_ = Turn::none;
    std::int32_t xid_ = 0;  // of the last request; the deadline of the exchange limits it
    bool last_ = false;     // whether the last request had the last token
    std::string mechanism_;
};

}  // namespace kazoo::session
