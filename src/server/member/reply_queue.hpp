// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "server/member/connection.hpp"
#include "server/member/node_state.hpp"
#include "server/member/request.hpp"
#include "server/rules/time.hpp"

#include <kazoo/errors.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace kazoo::server {

/// Sends the replies of each connection in order: at once, behind holds (fault injection), or when
/// the replica has caught up.
class ReplyQueue {
public:
    explicit ReplyQueue(NodeState& state) noexcept : state_(state) {}

    /// Sends a reply with this body, behind earlier replies.
    template <class... Body>
    void send(Connection& connection, const ReplyInfo& info, Time now, const Body&... body) {
        if (connection.ended) {
            return;  // by the watch events of the request itself
        }
        const bool later = waits(connection, info);
        codec::append_frame(
            begin(connection, info, later),
            codec::ReplyHeader{info.xid, info.zxid, info.err},
            body...
        );
        finish(connection, info, later, now);
    }
    /// Replies with a header only, with the server node's zxid.
    void send_header(const Request& request, Errc err);

    // For replies that are encoded by the caller.

    [[nodiscard]] bool waits(const Connection& connection, const ReplyInfo& info) const noexcept;
    /// Returns the buffer to which the reply is appended; call `finish` afterwards. `later` is the
    /// result of `waits`: the reply goes to `delayed` instead of the outbox.
    base::Buffer& begin(Connection& connection, const ReplyInfo& info, bool later);
    void finish(Connection& connection, const ReplyInfo& info, bool later, Time now);

    /// Moves the replies in `delayed` whose zxid has been applied to the outbox.
    void flush_delayed(Connection& connection, Time now);
    /// Releases the holds that are over. Returns whether there were any.
    bool release_holds(Connection& connection, Time now);

private:
    void count(
        Connection& connection,
        const ReplyInfo& info,
        SteadyTime arrived,
        std::size_t bytes,
        Time now
    );
    /// Puts the hold, if any, into the outbox: what is appended afterwards waits behind it.
    void place_hold(Connection& connection, std::optional<ReplyHold>& hold);

    NodeState& state_;
    std::size_t reply_start_ = 0;  // offset of the reply being written in its buffer
};

}  // namespace kazoo::server
