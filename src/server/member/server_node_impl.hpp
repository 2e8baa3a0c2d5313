// Private to the member_*.cpp files.

#pragma once

#include "codec/connect.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/watches.hpp"
#include "server/database/lagging_tree.hpp"
#include "server/member/connections.hpp"
#include "server/member/server_node.hpp"
#include "server/monitoring/four_letter_words.hpp"
#include "server/reads/reads.hpp"

#include <kazoo/errors.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kazoo::server {

/// A request frame with its header decoded. `body` is valid while the request is handled.
struct Request {
    Connection& connection;
    codec::Opcode op;
    std::int32_t xid;
    std::span<const std::byte> body;
    Time now;
};

/// Data and functions of a ServerNode. The functions are implemented in one file per kind of input.
struct ServerNode::Impl {
    Impl(ServerNode& node, Database& shared_database, ServerNodeOptions node_options);

    // member_input.cpp: from bytes to four-letter words, handshakes and requests.
    void on_bytes(Connection& connection, std::span<const std::byte> bytes, Time now);
    /// Closes the connection if `use` runs out of memory: its output may be incomplete, and the
    /// rest of its input is lost.
    template <class Use>
    void abort_if_out_of_memory(Connection& connection, Use&& use) {
        try {
            use();
        } catch (const std::bad_alloc&) {
            connections.abort(connection);
        }
    }
    /// Handles the received requests: at once, or queues the connection for a turn.
    void run(Connection& connection, Time now);
    /// Handles requests until the turn ends or handling pauses.
    void take_turn(Connection& connection, Time now);
    void handle_requests(Connection& connection, Time now);
    /// Touches the connection if it has output or `reading` changed; cuts it off if too much is
    /// pending. Call after anything that adds output.
    void update_flow_control(Connection& connection);
    /// Collects the first four bytes. Returns true if they start a frame; false if more bytes are
    /// needed or a four-letter word was answered.
    bool read_prefix(Connection& connection, std::span<const std::byte> bytes, Time now);
    void on_four_letter_word(Connection& connection, Time now);

    // member_handshake.cpp
    /// Handles the ConnectRequest.
    void on_connect_request(Connection& connection, std::span<const std::byte> frame, Time now);
    /// Applies a handshake fault. Returns true if it replaces the normal handling; may change
    /// `request`.
    bool inject_handshake_fault(Connection& connection, codec::ConnectRequest& request);
    void begin_session(Connection& connection, const codec::ConnectRequest& request, Time now);
    void resume_session(Connection& connection, const codec::ConnectRequest& request, Time now);
    /// Sends the ConnectResponse of a session, once the server node has applied `awaits`.
    void send_connect_response(
        Connection& connection,
        const codec::ConnectRequest& request,
        const Session& session,
        std::int64_t awaits,
        Time now
    );
    /// Sends the ConnectResponse of an expired session and closes the connection.
    void reject_session(
        Connection& connection, const codec::ConnectRequest& request, std::int32_t protocol
    );

    // member_requests.cpp
    /// Whether the request may be handled while replies of the connection wait for the replica:
    /// writes and sync, which Database executes. Reads must wait, so that they see earlier writes.
    [[nodiscard]] static bool may_bypass_replica(codec::Opcode op) noexcept;
    void handle(const Request& request);
    void handle_with_fault(const Request& request, const RequestFault& fault);
    void dispatch(const Request& request);
    /// Replies with a header only, with the server node's zxid.
    void reply_header(const Request& request, Errc err);
    /// For opcodes that the profile does not have or that clients may not use.
    void reject_opcode(const Request& request);
    void read(const Request& request);
    void write(const Request& request);
    void sync(const Request& request);

    // member_identities.cpp
    void add_auth(const Request& request);
    void reply_to_sasl(const Request& request);
    void who_am_i(const Request& request);
    void close_session(const Request& request);

    // member_watches.cpp
    void set_watches(const Request& request);
    void add_watch(const Request& request);
    void check_or_remove_watches(const Request& request);
    /// Sends a watch event.
    void send_watch_event(
        Connection& connection, WatchEvent event, std::string_view path, std::int64_t zxid
    );

    // member_replies.cpp
    /// Sends a reply with this body, behind earlier replies.
    template <class... Body>
    void send_reply(Connection& connection, const ReplyInfo& info, Time now, const Body&... body) {
        if (connection.ended) {
            return;  // by the watch events of the request itself
        }
        const bool later = waits(connection, info);
        codec::append_frame(
            reply_buffer(connection, info, later),
            codec::ReplyHeader{info.xid, info.zxid, info.err},
            body...
        );
        finish_reply(connection, info, later, now);
    }
    [[nodiscard]] bool waits(const Connection& connection, const ReplyInfo& info) const noexcept;
    /// Returns the buffer to which the reply is appended; call `finish_reply` afterwards. `later`
    /// is the result of `waits`: the reply goes to `delayed` instead of the outbox.
    base::Buffer& reply_buffer(Connection& connection, const ReplyInfo& info, bool later);
    void finish_reply(Connection& connection, const ReplyInfo& info, bool later, Time now);
    void count_reply(
        Connection& connection,
        const ReplyInfo& info,
        std::int64_t arrived_ms,
        std::size_t bytes,
        Time now
    );
    /// Puts the hold, if any, into the outbox: what is appended afterwards waits behind it.
    void place_hold(Connection& connection, std::optional<ReplyHold>& hold);
    /// Moves the replies in `delayed` whose zxid has been applied to the outbox.
    void flush_delayed(Connection& connection, Time now);
    /// Releases the holds that are over. Returns whether there were any.
    bool release_holds(Connection& connection, Time now);

    // member_transactions.cpp
    void on_transaction(const std::shared_ptr<const Transaction>& transaction);
    /// Sends the watch events of a transaction that is applied here, and ends the connection of a
    /// session that it closes.
    void publish(const Transaction& transaction);
    /// Applies all queued transactions of the replica and sends the replies that wait for them.
    void catch_up(Time now);
    void on_time(Time now);
    void on_faults_changed(Time now);
    void drop_connections(std::int64_t session);

    // member_words.cpp
    [[nodiscard]] ConnectionInfo connection_info(const Connection& connection, bool is_requester)
        const;
    [[nodiscard]] std::optional<std::string> answer_four_letter_word(
        std::string_view word, const Connection& by, Time now
    );

    [[nodiscard]] const Profile& profile() const noexcept { return database.options().profile; }
    [[nodiscard]] const Tree& tree() const noexcept {
        return replica ? replica->tree() : database.tree();
    }
    [[nodiscard]] std::int64_t applied_zxid() const noexcept {
        return replica && !replica->caught_up() ? replica->applied_zxid() : database.zxid();
    }

    ServerNode& self;
    Database& database;
    const ServerNodeOptions options;
    FaultTable faults;
    WatchTable watches;
    Connections connections;
    std::optional<LaggingTree> replica;
    SessionTable local_sessions;  // created in read-only mode, unknown to Database
    ServerStatistics statistics;
    codec::WatcherEvent event;     // a member to reuse its memory
    std::int64_t started_ms = -1;  // steady: the first `open`; -1 before
    std::size_t reply_start = 0;   // offset of the reply being written in its buffer
    std::int64_t trace_mask = initial_trace_mask;
    std::deque<ConnectionId> turns;  // connections that wait for a turn, in order; may have ended
};

}  // namespace kazoo::server
