#pragma once

#include "codec/connect.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/watches.hpp"
#include "server/connections.hpp"
#include "server/four_letter_words.hpp"
#include "server/member.hpp"
#include "server/reads.hpp"
#include "server/replica.hpp"

#include <kazoo/errors.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kazoo::server {

/// A request's place: who sent it, what it is, when it is.
struct Request {
    Connection& connection;
    codec::Opcode op;
    std::int32_t xid;
    std::span<const std::byte> body;
    Time now;
};

/// What a Member is made of. Its functions stand in one file per kind of input.
struct Member::Impl {
    Impl(Member& self, State& state_of_all, MemberOptions member_options);

    // member_input.cpp: bytes, until they are requests.
    void on_bytes(Connection& connection, std::span<const std::byte> bytes, Time now);
    /// Handles what has come, as far as that goes now: at once, or in the connection's turn.
    void run(Connection& connection, Time now);
    /// The same, now that it is its turn.
    void take_turn(Connection& connection, Time now);
    void handle_requests(Connection& connection, Time now);
    /// Tells the caller what has become of a connection, or cuts it off.
    void settle(Connection& connection);
    /// Takes the first four bytes of a connection; false if more are awaited, or none any more.
    bool begin(Connection& connection, std::span<const std::byte> bytes, Time now);
    void take_word(Connection& connection, Time now);

    // member_handshake.cpp
    void greet(Connection& connection, std::span<const std::byte> frame, Time now);
    /// True if a fault has taken over.
    bool greet_wrongly(Connection& connection, codec::ConnectRequest& request);
    void begin_session(Connection& connection, const codec::ConnectRequest& request, Time now);
    void resume_session(Connection& connection, const codec::ConnectRequest& request, Time now);
    void welcome(
        Connection& connection,
        const codec::ConnectRequest& request,
        const Session& session,
        std::int64_t awaits,
        Time now
    );
    void send_away(
        Connection& connection, const codec::ConnectRequest& request, std::int32_t protocol
    );

    // member_requests.cpp: what any request goes through, and the small ones.
    /// Whether the request may be handled while earlier ones wait for the replica.
    [[nodiscard]] static bool overtakes(codec::Opcode op) noexcept;
    void handle(const Request& request);
    void handle_with_fault(const Request& request, const RequestFault& fault);
    void dispatch(const Request& request);
    void refuse(const Request& request, Errc err);
    void refuse_opcode(const Request& request);
    void read(const Request& request);
    void write(const Request& request);
    void sync(const Request& request);
    void add_auth(const Request& request);
    void answer_sasl(const Request& request);
    void who_am_i(const Request& request);
    void close_session(const Request& request);

    // member_watches.cpp
    void set_watches(const Request& request);
    void add_watch(const Request& request);
    void check_or_remove_watches(const Request& request);
    void notify(Connection& connection, WatchEvent event, std::string_view path, std::int64_t zxid);

    // member_replies.cpp
    /// A reply with this body, in its turn.
    template <class... Body>
    void answer(Connection& connection, const Answer& about, Time now, const Body&... body) {
        if (connection.ended) {
            return;  // by what the request has caused
        }
        const bool later = waits(connection, about);
        codec::append_frame(
            reply_buffer(connection, about, later),
            codec::ReplyHeader{about.xid, about.zxid, about.err},
            body...
        );
        reply_done(connection, about, later, now);
    }
    [[nodiscard]] bool waits(const Connection& connection, const Answer& about) const noexcept;
    /// Where the reply is to be written; `reply_done` must follow.
    base::Buffer& reply_buffer(Connection& connection, const Answer& about, bool later);
    void reply_done(Connection& connection, const Answer& about, bool later, Time now);
    void count_reply(
        Connection& connection,
        const Answer& about,
        std::int64_t arrived_ms,
        std::size_t bytes,
        Time now
    );
    void pass_gate(Connection& connection, std::optional<Gate>& gate);
    /// Sends the replies whose zxid has been applied.
    void pay_owed(Connection& connection, Time now);
    /// Opens the gates that are due.
    bool open_gates(Connection& connection, Time now);

    // member_transactions.cpp
    void on_transaction(const std::shared_ptr<const Transaction>& transaction);
    void publish(const Transaction& transaction);
    void catch_up(Time now);
    void on_time(Time now);
    void on_faults_changed(Time now);
    void drop_connections(std::int64_t session);

    // member_words.cpp
    [[nodiscard]] ConnectionFigures figures(const Connection& connection, bool asks) const;
    [[nodiscard]] std::optional<std::string> answer_word(
        std::string_view word, const Connection& by, Time now
    );

    [[nodiscard]] const Profile& profile() const noexcept { return state.options().profile; }
    [[nodiscard]] const Tree& tree() const noexcept {
        return replica ? replica->tree() : state.tree();
    }
    [[nodiscard]] std::int64_t applied_zxid() const noexcept {
        return replica && !replica->caught_up() ? replica->applied_zxid() : state.zxid();
    }

    Member& member;
    State& state;
    const MemberOptions options;
    Faults faults;
    WatchTable watches;
    Connections connections;
    std::optional<Replica> replica;
    SessionTable local_sessions;  // of a read-only member: the others do not know them
    ServerStatistics statistics;
    codec::WatcherEvent event;  // for its memory
    std::int64_t started_ms = -1;
    std::size_t reply_start = 0;  // of the reply that is being written, in its buffer
    std::int64_t trace_mask = initial_trace_mask;
    std::deque<ConnectionId> turns;  // of those connections that wait for theirs
};

}  // namespace kazoo::server
