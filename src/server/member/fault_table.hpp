// SPDX-License-Identifier: Apache-2.0
// Fault injection for the embedded server.

#pragma once

#include "codec/opcode.hpp"
#include "server/rules/time.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// One injected fault: which requests it matches, and what happens to them.
struct RequestFault {
    enum class Kind {
        drop_before,  ///< closes the connection without applying the request
        drop_after,   ///< applies the request and closes the connection without a reply
        hold,         ///< applies it; the reply and all later output wait for FaultTable::remove
        delay,        ///< applies it; the reply and all later output wait for `delay`
        fail,         ///< replies with `err` without applying the request
    };

    Kind kind = Kind::drop_before;
    std::optional<codec::Opcode> op;       ///< nullopt: any request except ping
    std::vector<codec::Opcode> other_ops;  ///< match as well as `op`; ignored without it
    std::int64_t session = 0;              ///< 0: any
    /// Matches requests whose path starts with it. Requests without a path match only "".
    std::string path_prefix;
    int skip = 0;                                 ///< matching requests to serve normally first
    int times = std::numeric_limits<int>::max();  ///< how often it happens; max(): no limit
    Milliseconds delay{0};
    std::int32_t err = 0;
    std::uint64_t number = 0;  ///< assigned by FaultTable::add
};

/// What happens to the next handshakes.
enum class HandshakeFault {
    none,
    refuse,                 ///< closes the connection
    hang,                   ///< never replies; the connection stays open
    garbage,                ///< sends an HTTP error and closes the connection
    other_session,          ///< creates a new session instead of resuming the requested one
    expired,                ///< replies that the session has expired, whether it has or not
    keeper_without_leader,  ///< the reply of a ClickHouse Keeper without a leader
    not_read_only,  ///< the 16-byte NotReadOnly reply of a read-only server without new sessions
    short_answer,   ///< a ConnectResponse of 36 bytes, without the read-only flag
};

/// The faults of one server node. After a change call ServerNode::on_faults_changed.
class FaultTable {
public:
    /// Adds a fault after the existing ones and returns its number. Of several faults that match a
    /// request, the first applies.
    std::uint64_t add(RequestFault fault);
    void remove(std::uint64_t number);
    /// Removes all faults, including those below. Numbers are not used again.
    void clear();

    HandshakeFault handshake = HandshakeFault::none;
    int handshake_times = std::numeric_limits<int>::max();
    bool read_only = false;  ///< Apache's read-only mode: writes fail, reads work
    bool lagging = false;    ///< transactions are queued, not applied (replicas only)
    /// Handshakes and requests that need the leader wait, and so do those behind them.
    bool leader_unreachable = false;

    /// Whether there are request faults. A cheap check before `match`.
    [[nodiscard]] bool any() const noexcept { return !requests_.empty(); }
    /// Returns the first fault that matches and applies to this request, or nullptr; counts `skip`
    /// and `times`. The pointer is valid until a fault is added or removed.
    [[nodiscard]] const RequestFault* match(
        codec::Opcode op, std::int64_t session, std::string_view path
    ) {
        return requests_.empty() ? nullptr : find_and_count(op, session, path);
    }
    /// Returns the fault of this handshake and counts it; `handshake` becomes `none` when
    /// `handshake_times` is used up.
    [[nodiscard]] HandshakeFault match_handshake();
    /// Whether the fault exists. A hold exists until it is removed, even if its `times` are used
    /// up; other kinds are discarded by the first `add` after that.
    [[nodiscard]] bool contains(std::uint64_t number) const noexcept;

private:
    const RequestFault* find_and_count(
        codec::Opcode op, std::int64_t session, std::string_view path
    );

    std::vector<RequestFault> requests_;  // in the order of their numbers
    std::uint64_t last_number_ = 0;
};

}  // namespace kazoo::server
