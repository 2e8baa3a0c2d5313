#pragma once

#include "base/buffer.hpp"
#include "codec/opcode.hpp"
#include "server/inbox.hpp"
#include "server/outbox.hpp"
#include "server/statistics.hpp"
#include "server/time.hpp"
#include "server/watch_table.hpp"

#include <kazoo/security.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace kazoo::server {

/// What is said about a request besides the body of its reply.
struct Answer {
    codec::Opcode op{};  // create_session: of the handshake
    std::int32_t xid = 0;
    std::int64_t zxid = 0;
    std::int32_t err = 0;
    std::int64_t awaits = 0;  // a zxid that must have been applied before the reply; 0: none
    bool last = false;        // the connection is over after it
};

/// A reply that waits until the replica has applied a zxid.
struct Owed {
    Answer answer;
    std::int64_t arrived_ms = 0;
    std::optional<Gate> gate;
    base::Buffer frame;
};

/// One client's connection, as data: what it means is for the member to know.
struct Connection {
    enum class Phase {
        fresh,      // fewer than four bytes came: a word or a length
        greeting,   // its first frame is awaited
        welcoming,  // its new session is on its way to this replica
        established,
        deaf,  // nothing that it sends matters
    };

    Connection(
        ConnectionId number, std::string ip, std::uint16_t port_number, std::size_t max_frame
    );

    /// Output that the client has yet to take, whatever it waits for.
    [[nodiscard]] std::size_t unsent() const noexcept { return outbox.unsent() + owed_bytes; }
    /// Whether more bytes are wanted from it.
    [[nodiscard]] bool reading(std::size_t pause_output) const noexcept {
        return !ended && !closing && unsent() <= pause_output && inbox.kept() <= pause_output;
    }
    /// Whether its next request may be handled.
    [[nodiscard]] bool goes_on(std::size_t pause_output) const noexcept {
        return !ended && !closing && unsent() <= pause_output &&
               (phase == Phase::established || phase == Phase::greeting);
    }
    /// False if there is no room for more of them.
    [[nodiscard]] bool add_identities(const std::vector<Id>& more);

    const ConnectionId id;
    const std::string address;
    const std::uint16_t port;

    Phase phase = Phase::fresh;
    bool closing = false;      // its session is being closed: requests behind are dropped
    bool ended = false;        // nothing more is read from it
    bool touched = false;      // since `take_touched`
    bool told_reading = true;  // what `reading` was when last touched
    bool alive = false;        // its session is to be touched
    bool waits_for_turn = false;
    bool heavy = false;  // its last turn has used up the bytes of a turn

    std::int64_t session = 0;
    bool local_session = false;  // known to this read-only member alone
    std::vector<Id> identities;  // in the order in which they came
    std::unordered_set<std::string> known_identities;
    std::size_t identity_bytes = 0;

    std::string first_bytes;  // while fresh
    Inbox inbox;
    Outbox outbox;
    std::list<Owed> owed;
    std::size_t owed_bytes = 0;
    std::optional<Gate> gate;  // of the reply to the request at hand

    std::int64_t greeting_deadline_ms = no_deadline;
    Time opened;
    std::int64_t arrived_ms = 0;  // steady: the last bytes
    ConnectionStatistics statistics;
};

}  // namespace kazoo::server
