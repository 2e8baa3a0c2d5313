// The handshake: ConnectRequest and ConnectResponse.

#include "server/member/server_node_impl.hpp"

#include <string>
#include <string_view>

namespace kazoo::server {

namespace {

constexpr std::string_view no_password("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
constexpr std::string_view not_a_zookeeper = "HTTP/1.1 400 Bad Request\r\n\r\n";
constexpr std::int32_t protocol_without_leader = 42;

}  // namespace

void ServerNode::Impl::on_connect_request(
    Connection& connection, std::span<const std::byte> frame, Time now
) {
    ++connection.statistics.received;
    ++statistics.received;
    ++statistics.counters.connection_requests;
    connections.cancel_wake(connection, connection.handshake_deadline_ms);
    codec::ConnectRequest request;
    codec::Decoder in(frame);
    if (!codec::decode_connect_request(in, request)) {
        return connections.end(connection);
    }
    if (inject_handshake_fault(connection, request)) {
        return;
    }
    // Closed without a reply, as Apache's server does: the client then tries another server.
    const bool refused =
        (faults.read_only && !request.read_only) || request.last_zxid_seen > applied_zxid();
    if (refused) {
        return connections.end(connection);
    }
    if (request.session_id == 0 || !profile().resumes_sessions()) {
        begin_session(connection, request, now);
    } else {
        resume_session(connection, request, now);
    }
}

bool ServerNode::Impl::inject_handshake_fault(
    Connection& connection, codec::ConnectRequest& request
) {
    switch (faults.match_handshake()) {
        case HandshakeFault::none:
            return false;
        case HandshakeFault::refuse:
            connections.end(connection);
            return true;
        case HandshakeFault::hang:
            connection.phase = Connection::Phase::ignoring_input;
            return true;
        case HandshakeFault::garbage:
            connection.outbox.tail().append(not_a_zookeeper.data(), not_a_zookeeper.size());
            connections.finish(connection);
            return true;
        case HandshakeFault::other_session:
            request.session_id = 0;
            return false;
        case HandshakeFault::expired:
            reject_session(connection, request, 0);
            return true;
        case HandshakeFault::keeper_without_leader:
            reject_session(connection, request, protocol_without_leader);
            return true;
        case HandshakeFault::not_read_only:
            codec::append_frame(
                connection.outbox.tail(),
                codec::ReplyHeader{
                    0, applied_zxid(), static_cast<std::int32_t>(Errc::not_read_only)}
            );
            connection.phase = Connection::Phase::ignoring_input;
            return true;
        case HandshakeFault::short_answer:
            request.has_read_only = false;
            return false;
    }
    return false;
}

void ServerNode::Impl::begin_session(
    Connection& connection, const codec::ConnectRequest& request, Time now
) {
    if (faults.read_only) {
        const std::int64_t timeout_ms = database.clamp_timeout(request.timeout_ms);
        connection.local_session = true;
        send_connect_response(connection, request, local_sessions.create(timeout_ms, now), 0, now);
    } else {
        // A copy: the table's reference is valid only until the session is erased.
        const Session session = database.create_session(request.timeout_ms, now);
        send_connect_response(connection, request, session, database.zxid(), now);
    }
}

void ServerNode::Impl::resume_session(
    Connection& connection, const codec::ConnectRequest& request, Time now
) {
    const std::int64_t id = request.session_id;
    ++statistics.counters.revalidations;
    if (options.takeover_closes_first) {
        if (Connection* owner = connections.of_session(id)) {
            connections.end(*owner);
        }
        database.announce_move(id, self);
    }
    const std::string_view password = request.passwd.value.value_or(std::string_view());
    if (faults.read_only) {
        const Session* local = local_sessions.find(id);
        if (local != nullptr && local_sessions.password_fits(*local, password)) {
            local_sessions.set_timeout(id, database.clamp_timeout(request.timeout_ms), now);
            connection.local_session = true;
            return send_connect_response(connection, request, *local_sessions.find(id), 0, now);
        }
        // A read-only server does not resume a session of the ensemble. Before 3.7 it does.
        if (database.sessions().find(id) != nullptr && profile().at_least(7)) {
            return connections.end(connection);
        }
    }
    const Session* session = database.resume_session(id, password, request.timeout_ms, now);
    if (session == nullptr) {
        return reject_session(connection, request, 0);
    }
    const Session copy = *session;
    database.announce_move(id, self);
    send_connect_response(connection, request, copy, 0, now);
}

void ServerNode::Impl::send_connect_response(
    Connection& connection,
    const codec::ConnectRequest& request,
    const Session& session,
    std::int64_t awaits,
    Time now
) {
    if (Connection* older = connections.of_session(session.id)) {
        connections.end(*older);
    }
    connections.set_session(connection, session.id);
    ReplyInfo info;
    info.op = codec::Opcode::create_session;
    info.zxid = applied_zxid();
    info.awaits = awaits;
    const bool later = waits(connection, info);
    connection.phase =
        later ? Connection::Phase::connect_response_delayed : Connection::Phase::established;
    codec::append_frame(
        reply_buffer(connection, info, later),
        codec::ConnectResponse{
            0,
            static_cast<std::int32_t>(session.timeout_ms),
            session.id,
            {session.password},
            faults.read_only,
            request.has_read_only && profile().has_read_only_flag()}
    );
    finish_reply(connection, info, later, now);
}

void ServerNode::Impl::reject_session(
    Connection& connection, const codec::ConnectRequest& request, std::int32_t protocol
) {
    codec::append_frame(
        connection.outbox.tail(),
        codec::ConnectResponse{
            protocol,
            0,
            0,
            {no_password},
            faults.read_only,
            request.has_read_only && profile().has_read_only_flag()}
    );
    ++connection.statistics.sent;
    ++statistics.sent;
    connections.finish(connection);
}

}  // namespace kazoo::server
