// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/opcode.hpp"
#include "session/time.hpp"
#include "values/endpoint.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kazoo::session {

/// Returns whether servers since 3.4 have learned this request later. A server that does not know
/// it closes the connection: Apache ZooKeeper behind the reply `unimplemented`, which may overtake
/// the replies to earlier requests; ClickHouse Keeper without one.
[[nodiscard]] bool may_be_unknown(codec::Opcode op) noexcept;

/// Returns whether a server that replies with this error to this request does not know the request,
/// and so closes the connection behind the reply. Requests sent until then would be lost with it.
/// Some requests may also be disabled by configuration, which has the same error.
[[nodiscard]] bool is_unknown_request(codec::Opcode op, std::int32_t err) noexcept;

/// The requests that servers do not know, so that a caller that repeats one does not cost all
/// others a connection each time. Passive, like the session.
///
/// A server is remembered for `remembered` after each such reply or loss; after that the request is
/// sent again, because the server may have been upgraded. A server that closes the connection
/// without a reply, `closings` times in a row with the request as the oldest one in flight, counts
/// as one that does not know it, unless any server has ever answered a request of this kind.
class UnsupportedRequests {
public:
    static constexpr milliseconds remembered{60'000};
    static constexpr int closings = 3;
    /// Maximum number of pairs of a server and a request; a further one replaces the oldest.
    static constexpr std::size_t limit = 64;

    /// The server has replied that it does not know the request. If memory is short, this is not
    /// remembered.
    void refused(const base::Endpoint& server, codec::Opcode op, TimePoint now) noexcept;
    /// A server has replied anything else.
    void answered(codec::Opcode op) noexcept;
    /// The server has closed the connection while this was the oldest request in flight.
    void closed_at(const base::Endpoint& server, codec::Opcode op, TimePoint now) noexcept;

    /// Returns whether the server does not know the request, as far as is remembered.
    [[nodiscard]] bool contains(const base::Endpoint& server, codec::Opcode op, TimePoint now)
        const noexcept;
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

private:
    struct Entry {
        base::Endpoint server;
        codec::Opcode op{};
        int closings = 0;
        TimePoint ends;  // until when this is remembered
    };

    void add(const base::Endpoint& server, codec::Opcode op, int count, TimePoint now) noexcept;

    std::vector<Entry> entries_;      // the latest last
    std::uint32_t answered_ops_ = 0;  // a bit for each request that some server has answered
};

}  // namespace kazoo::session
