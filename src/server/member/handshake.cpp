// SPDX-License-Identifier: Apache-2.0
#include "server/member/handshake.hpp"

#include "codec/frame.hpp"
#include "codec/headers.hpp"

#include <string>
#include <string_view>

namespace kazoo::server {

namespace {

constexpr std::string_view no_password("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
constexpr std::string_view not_a_zookeeper = "HTTP/1.1 400 Bad Request\r\n\r\n";
constexpr std::int32_t protocol_without_leader = 42;

}  // namespace

void Handshake::on_connect_request(
    Connection& connection, std::span<const std::byte> frame, Time now
) {
    ++connection.statistics.received;
    ++state_.statistics.received;
    ++state_.statistics.counters.connection_requests;
    state_.connections.cancel_wake(connection, connection.handshake_deadline);
    codec::ConnectRequest request;
    codec::Decoder in(frame);
    if (!codec::decode_connect_request(in, request)) {
        return state_.connections.end(connection);
    }
    if (inject_fault(connection, request)) {
        return;
    }
    // Closed without a reply, as Apache's server does: the client then tries another server.
    const bool refused = (state_.faults.read_only && !request.read_only) ||
                         request.last_zxid_seen > state_.applied_zxid();
    if (refused) {
        return state_.connections.end(connection);
    }
    if (request.session_id == 0 || !state_.profile().resumes_sessions()) {
        begin_session(connection, request, now);
    } else {
        resume_session(connection, request, now);
    }
}

bool Handshake::inject_fault(Connection& connection, codec::ConnectRequest& request) {
    switch (state_.faults.match_handshake()) {
        case HandshakeFault::none:
            return false;
        case HandshakeFault::refuse:
            state_.connections.end(connection);
            return true;
        case HandshakeFault::hang:
            connection.phase = Connection::Phase::ignoring_input;
            return true;
        case HandshakeFault::garbage:
            connection.outbox.tail().append(not_a_zookeeper.data(), not_a_zookeeper.size());
            state_.connections.finish(connection);
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
                    0, state_.applied_zxid(), static_cast<std::int32_t>(Errc::not_read_only)}
            );
            connection.phase = Connection::Phase::ignoring_input;
            return true;
        case HandshakeFault::short_answer:
            request.has_read_only = false;
            return false;
    }
    return false;
}

void Handshake::begin_session(
    Connection& connection, const codec::ConnectRequest& request, Time now
) {
    if (state_.faults.read_only) {
        const Milliseconds timeout =
            state_.database.clamp_timeout(Milliseconds(request.timeout_ms));
        connection.local_session = true;
        send_connect_response(
            connection, request, state_.local_sessions.create(timeout, now), 0, now
        );
    } else {
        const NewSession created =
            state_.database.create_session(Milliseconds(request.timeout_ms), now);
        state_.database.deliver(created.transaction);
        const std::int64_t zxid = created.transaction->zxid;
        send_connect_response(connection, request, created.session, zxid, now);
    }
}

void Handshake::resume_session(
    Connection& connection, const codec::ConnectRequest& request, Time now
) {
    const std::int64_t id = request.session_id;
    ++state_.statistics.counters.revalidations;
    if (state_.options.takeover_closes_first) {
        if (Connection* owner = state_.connections.of_session(id)) {
            state_.connections.end(*owner);
        }
        state_.database.announce_move(id, self_);
    }
    const std::string_view password = request.passwd.value.value_or(std::string_view());
    if (state_.faults.read_only) {
        const Session* local = state_.local_sessions.find(id);
        if (local != nullptr && state_.local_sessions.password_fits(*local, password)) {
            state_.local_sessions.set_timeout(
                id, state_.database.clamp_timeout(Milliseconds(request.timeout_ms)), now
            );
            connection.local_session = true;
            return send_connect_response(
                connection, request, *state_.local_sessions.find(id), 0, now
            );
        }
        // A read-only server does not resume a session of the ensemble. Before 3.7 it does.
        if (state_.database.sessions().find(id) != nullptr && state_.profile().at_least(7)) {
            return state_.connections.end(connection);
        }
    }
    const Session* session =
        state_.database.resume_session(id, password, Milliseconds(request.timeout_ms), now);
    if (session == nullptr) {
        return reject_session(connection, request, 0);
    }
    const Session copy = *session;
    state_.database.announce_move(id, self_);
    send_connect_response(connection, request, copy, 0, now);
}

void Handshake::send_connect_response(
    Connection& connection,
    const codec::ConnectRequest& request,
    const Session& session,
    std::int64_t awaits,
    Time now
) {
    if (Connection* older = state_.connections.of_session(session.id)) {
        state_.connections.end(*older);
    }
    state_.connections.set_session(connection, session.id);
    ReplyInfo info;
    info.op = codec::Opcode::create_session;
    info.zxid = state_.applied_zxid();
    info.awaits = awaits;
    const bool later = replies_.waits(connection, info);
    connection.phase =
        later ? Connection::Phase::connect_response_delayed : Connection::Phase::established;
    codec::append_frame(
        replies_.begin(connection, info, later),
        codec::ConnectResponse{
            0,
            static_cast<std::int32_t>(session.timeout.count()),
            session.id,
            {session.password},
            state_.faults.read_only,
            request.has_read_only && state_.profile().has_read_only_flag()}
    );
    replies_.finish(connection, info, later, now);
}

void Handshake::reject_session(
    Connection& connection, const codec::ConnectRequest& request, std::int32_t protocol
) {
    codec::append_frame(
        connection.outbox.tail(),
        codec::ConnectResponse{
            protocol,
            0,
            0,
            {no_password},
            state_.faults.read_only,
            request.has_read_only && state_.profile().has_read_only_flag()}
    );
    ++connection.statistics.sent;
    ++state_.statistics.sent;
    state_.connections.finish(connection);
}

}  // namespace kazoo::server
