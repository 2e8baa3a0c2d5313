#pragma once

#include "base/buffer.hpp"
#include "server/faults.hpp"
#include "server/state.hpp"
#include "server/statistics.hpp"
#include "server/watch_table.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace kazoo::server {

struct MemberOptions {
    std::size_t max_frame = 0xfffff;      // of a request, without its length
    std::size_t pause_output = 1u << 20;  // unsent bytes beyond which a connection is not read
    std::size_t max_output = 64u << 20;   // unsent bytes beyond which it is cut off
    std::size_t max_connections = 0;      // 0: no limit
    std::int64_t handshake_timeout_ms = 10'000;     // for the first frame
    std::string client_address = "127.0.0.1:2181";  // what the words say
    /// Of an ensemble: has a tree of its own that may lag, instead of State's. It must be made
    /// before State's first transaction.
    bool replica = false;
    std::string mode;            // in `srvr`; if empty, "follower" of a replica, else "standalone"
    std::int64_t server_id = 0;  // in `conf`; not 0 in an ensemble
    /// As Apache does: a handshake that asks for a session closes the session's connection, and
    /// looks at the password afterwards. Otherwise only who knows the password gets that far.
    bool takeover_closes_first = false;
    /// How much of one connection's requests is handled in one turn: so many requests, or until
    /// there is so much output of them, whichever comes first. What is left waits for `next_turn`,
    /// and so does all of a connection that has used up the bytes of its last turn. 0: no limit.
    std::size_t turn_requests = 0;
    std::size_t turn_output = 0;
    /// The steady time in milliseconds now, for the latencies that the words tell of: the time of
    /// an input says when it came. If there is none, an input takes no time.
    std::int64_t (*steady_ms)() noexcept = nullptr;
    /// What the words tell of the process.
    ProcessFigures (*process)() noexcept = nullptr;
};

/// One server as its clients see it: connections, watches, reads, and the replies to writes, which
/// State decides. Without I/O: bytes and time in, bytes out, the same every time. A connection's
/// bytes are handled in order and to the end, or until something holds its replies back.
///
/// Call order: any input (`open`, `on_bytes`, ...), then `take_touched`, and for each connection in
/// it `take_output`, then close it if `over`, and read from it if `reading`. An input of one member
/// may touch connections of the others of its ensemble.
class Member final : public State::Observer {
public:
    Member(State& state, MemberOptions options);
    ~Member() override;

    /// A client has connected. `address` is its IP address in text, for the ids of ACLs.
    ConnectionId open(std::string address, std::uint16_t port, Time now);
    void on_bytes(ConnectionId connection, std::span<const std::byte> bytes, Time now);
    /// The client has closed, or the connection is broken. Its session lives on.
    void on_closed(ConnectionId connection, Time now);
    /// The output taken before has been sent, so many bytes of it.
    void on_sent(ConnectionId connection, std::size_t bytes, Time now);
    void on_time(Time now);
    /// Handles the requests of the connection that has waited longest for its turn, as far as its
    /// turn goes. Which it was; 0 if none.
    ConnectionId next_turn(Time now);
    [[nodiscard]] bool turns_wait() const noexcept;
    /// Of this member alone: State has its own.
    [[nodiscard]] std::int64_t next_deadline() const noexcept;

    /// Connections with output, or whose `over` or `reading` changed, since the last call.
    [[nodiscard]] std::vector<ConnectionId> take_touched();
    /// Appends nothing if there is none. `out` must be empty; its memory is used.
    void take_output(ConnectionId connection, base::Buffer& out);
    /// To be closed once the output is sent; it takes no more bytes. Forgotten at `on_closed`.
    [[nodiscard]] bool over(ConnectionId connection) const noexcept;
    /// Whether requests of it wait for their turn. If the client has closed its side, they are to
    /// be waited for.
    [[nodiscard]] bool waits_for_turn(ConnectionId connection) const noexcept;
    /// Whether bytes are wanted: not from one that does not read its replies.
    [[nodiscard]] bool reading(ConnectionId connection) const noexcept;

    /// What to do wrong, and when: for tests of clients.
    [[nodiscard]] Faults& faults() noexcept;
    /// To be called after faults were changed: replies that were held may go now.
    void on_faults_changed(Time now);
    /// Closes connections: of one session, or all (0).
    void drop_connections(std::int64_t session, Time now);

    /// About what it holds in memory for its clients, in bytes, with the tree of a replica.
    [[nodiscard]] std::size_t footprint() const noexcept;
    [[nodiscard]] std::size_t connection_count() const noexcept;
    [[nodiscard]] std::int64_t applied_zxid() const noexcept;  // behind State's while it lags

    void on_transaction(const std::shared_ptr<const Transaction>& transaction) override;
    void on_session_moved(std::int64_t session) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kazoo::server
