#pragma once

#include "codec/opcode.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// What a member does wrong with requests that it matches.
struct RequestFault {
    enum class Kind {
        drop_before,  ///< closes the connection instead: nothing is applied
        drop_after,   ///< applies it and closes the connection: no reply
        hold,         ///< applies it; its reply and all later ones wait until the fault is removed
        delay,        ///< applies it; its reply and all later ones come `delay_ms` later
        fail,         ///< answers `err` and applies nothing
    };

    Kind kind = Kind::drop_before;
    std::optional<codec::Opcode> op;       ///< nothing: any but ping
    std::vector<codec::Opcode> other_ops;  ///< if there is an `op`: these as well
    std::int64_t session = 0;              ///< 0: any
    /// Only requests whose path begins so; those without a path match "" alone.
    std::string path_prefix;
    int skip = 0;                                 ///< matches to let pass first
    int times = std::numeric_limits<int>::max();  ///< without limit, this being the greatest number
    std::int64_t delay_ms = 0;
    std::int32_t err = 0;
    std::uint64_t number = 0;  ///< given by Faults::add
};

/// What becomes of the next handshakes.
enum class HandshakeFault {
    none,
    refuse,         ///< closes at once
    hang,           ///< never answers
    garbage,        ///< answers something else
    other_session,  ///< a new session instead of the one asked for
    expired,        ///< says that the session is gone, whether it is or not
    protocol_42,    ///< ClickHouse Keeper without a leader
    not_read_only,  ///< the 16 bytes of a read-only server that wants no new session
    short_answer,   ///< 36 bytes, without the last
};

/// What one member is to do wrong.
class Faults {
public:
    /// A new one comes after those that are there: the first that fits decides.
    std::uint64_t add(RequestFault fault);
    void remove(std::uint64_t number);
    /// Everything goes well again.
    void clear();

    HandshakeFault handshake = HandshakeFault::none;
    int handshake_times = std::numeric_limits<int>::max();
    bool read_only = false;  ///< cut off from the rest: writes are refused, reads go on
    bool lagging = false;    ///< transactions are not applied here (replicas only)

    /// Whether there is any to be met: what costs nothing to ask before each request.
    [[nodiscard]] bool any() const noexcept { return !requests_.empty(); }
    /// The fault that this request meets, if any; counts it. The pointer lasts until the next
    /// change.
    [[nodiscard]] const RequestFault* meet(
        codec::Opcode op, std::int64_t session, std::string_view path
    ) {
        return requests_.empty() ? nullptr : find_and_count(op, session, path);
    }
    /// `handshake` if there are times left, which are counted; with the last one it goes.
    [[nodiscard]] HandshakeFault meet_handshake();
    /// Whether replies held by this fault are still to be held: it is there until it is removed,
    /// even if all its times are over. (Other kinds may go by themselves then.)
    [[nodiscard]] bool contains(std::uint64_t number) const noexcept;

private:
    const RequestFault* find_and_count(
        codec::Opcode op, std::int64_t session, std::string_view path
    );

    std::vector<RequestFault> requests_;
    std::uint64_t last_number_ = 0;
};

}  // namespace kazoo::server
