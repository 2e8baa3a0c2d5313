// SPDX-License-Identifier: Apache-2.0
#include "server/member/request_handler.hpp"

#include "codec/records.hpp"
#include "server/reads/reads.hpp"

#include <algorithm>
#include <type_traits>
#include <variant>

namespace kazoo::server {

namespace {

using codec::Opcode;

/// createSession and deleteContainer are requests between servers. Apache's server executes them
/// for any client, deleteContainer without checking ACLs; this server rejects them like unknown
/// opcodes. If the body makes Apache's server fail, this server sends the same error and, like it,
/// keeps the connection open. `err` is ok for any other body.
struct BodyFailure {
    Errc err = Errc::ok;
    bool takes_zxid = false;  // the failed request uses up a zxid
};
BodyFailure body_failure(const Profile& profile, const Request& request) {
    codec::Decoder in(request.body);
    if (profile.keeper) {
        return {};
    }
    if (request.op == Opcode::create_session && request.body.size() < sizeof(std::int32_t)) {
        return {Errc::marshalling_error, true};
    }
    if (request.op != Opcode::delete_container || !profile.supports(Opcode::create_container)) {
        return {};
    }
    if (profile.at_least(9)) {
        const bool is_null = in.ustring().data() == nullptr;
        return is_null ? BodyFailure{Errc::marshalling_error, in.ok()} : BodyFailure{};
    }
    // Before 3.9 the path is the whole body, without a length.
    const auto contains = [&](char wanted) {
        return std::find(request.body.begin(), request.body.end(), std::byte(wanted)) !=
               request.body.end();
    };
    return !contains('/') || contains('\0') ? BodyFailure{Errc::bad_arguments, true}
                                            : BodyFailure{};
}

/// Whether a read-only server rejects the operation.
bool rejected_when_read_only(Opcode op) noexcept {
    return codec::is_write(op) || op == Opcode::sync || op == Opcode::check;
}

}  // namespace

bool RequestHandler::needs_leader(Opcode op) noexcept {
    return codec::is_write(op) || op == Opcode::sync || op == Opcode::close_session;
}

void RequestHandler::handle(const Request& request) {
    Connection& connection = request.connection;
    ++connection.statistics.received;
    ++state_.statistics.received;
    // Apache's server does not touch the session for auth and SASL packets either, nor for those
    // that it refuses because they precede SASL.
    connection.touches_session |= request.op != Opcode::auth && request.op != Opcode::sasl &&
                                  !sasl_.requires_sasl(connection, request.op);
    if (state_.faults.any()) {
        const std::string_view path = path_of(request.op, request.body);
        if (const RequestFault* fault = state_.faults.match(request.op, connection.session, path)) {
            return handle_with_fault(request, *fault);
        }
    }
    dispatch(request);
}

void RequestHandler::handle_with_fault(const Request& request, const RequestFault& fault) {
    Connection& connection = request.connection;
    switch (fault.kind) {
        case RequestFault::Kind::drop_before:
            return state_.connections.end(connection);
        case RequestFault::Kind::drop_after: {
            const std::size_t before = connection.outbox.ready();
            dispatch(request);
            connection.outbox.shrink_ready(before);
            return state_.connections.end(connection);
        }
        case RequestFault::Kind::hold:
            connection.hold = ReplyHold{fault.number, {}};
            return dispatch(request);
        case RequestFault::Kind::delay:
            connection.hold = ReplyHold{0, request.now.steady + fault.delay};
            return dispatch(request);
        case RequestFault::Kind::fail:
            if (request.op == Opcode::sasl) {
                return sasl_.refuse(request, static_cast<Errc>(fault.err));
            }
            return replies_.send_header(request, static_cast<Errc>(fault.err));
    }
}

void RequestHandler::dispatch(const Request& request) {
    if (sasl_.requires_sasl(request.connection, request.op)) {
        return sasl_.refuse_unauthenticated(request);
    }
    if (state_.faults.read_only && rejected_when_read_only(request.op)) {
        return replies_.send_header(request, Errc::not_read_only);
    }
    if (!state_.profile().supports(request.op)) {
        return reject_opcode(request);
    }
    if (is_read(request.op)) {
        return read(request);
    }
    switch (request.op) {
        case Opcode::ping:
            return replies_.send(
                request.connection,
                {request.op, codec::ping_xid, state_.applied_zxid()},
                request.now
            );
        case Opcode::sync:
            return sync(request);
        case Opcode::auth:
            return add_auth(request);
        case Opcode::sasl:
            return sasl_.reply(request);
        case Opcode::who_am_i:
            return who_am_i(request);
        case Opcode::set_watches:
        case Opcode::set_watches2:
            return watches_.set(request);
        case Opcode::add_watch:
            return watches_.add(request);
        case Opcode::check_watches:
        case Opcode::remove_watches:
            return watches_.check_or_remove(request);
        case Opcode::close_session:
            return close_session(request);
        default:
            return codec::is_write(request.op) ? write(request) : reject_opcode(request);
    }
}

void RequestHandler::reject_opcode(const Request& request) {
    if (state_.profile().keeper) {
        return state_.connections.end(request.connection);
    }
    const BodyFailure failure = body_failure(state_.profile(), request);
    if (failure.err != Errc::ok) {
        std::int64_t zxid = 0;
        if (failure.takes_zxid) {
            const auto transaction = state_.database.consume_zxid(request.now);
            state_.database.deliver(transaction);
            zxid = transaction->zxid;
        }
        const auto err = static_cast<std::int32_t>(failure.err);
        const ReplyInfo info{
            request.op, request.xid, zxid != 0 ? zxid : state_.applied_zxid(), err, zxid};
        return replies_.send(request.connection, info, request.now);
    }
    ReplyInfo info{request.op, request.xid, -1, static_cast<std::int32_t>(Errc::unimplemented)};
    info.last = true;
    replies_.send(request.connection, info, request.now);
}

void RequestHandler::read(const Request& request) {
    Connection& connection = request.connection;
    const ReplyInfo info{request.op, request.xid, state_.applied_zxid()};
    const ReadContext context{
        state_.tree(), state_.profile(), connection.identities, connection.session, info.zxid};
    const ReadResult result = append_read(
        replies_.begin(connection, info, false), context, request.op, request.xid, request.body
    );
    if (result.watch == ReadWatch::data) {
        state_.watches.add_data(connection.id, result.path);
    } else if (result.watch == ReadWatch::child) {
        state_.watches.add_child(connection.id, result.path);
    }
    replies_.finish(connection, info, false, request.now);
}

void RequestHandler::write(const Request& request) {
    Connection& connection = request.connection;
    const Caller caller{connection.session, &connection.identities};
    const WriteResult result = state_.database.write(caller, request.op, request.body, request.now);
    state_.database.deliver(result.transaction);  // first: watch events precede the reply
    const std::int64_t zxid = result.transaction ? result.transaction->zxid : 0;
    const ReplyInfo info{
        request.op, request.xid, zxid != 0 ? zxid : state_.applied_zxid(), result.err, zxid};
    const auto send_reply_with = [&](const auto& body) {
        if constexpr (std::is_same_v<decltype(body), const std::monostate&>) {
            replies_.send(connection, info, request.now);
        } else {
            replies_.send(connection, info, request.now, body);
        }
    };
    if (result.err != 0) {
        send_reply_with(std::monostate());
    } else {
        std::visit(send_reply_with, result.body);
    }
}

void RequestHandler::sync(const Request& request) {
    codec::SyncRequest sync;
    codec::Decoder in(request.body);
    if (!codec::decode(in, sync) || sync.path.data() == nullptr) {
        return replies_.send_header(request, Errc::marshalling_error);
    }
    const ReplyInfo info{request.op, request.xid, state_.applied_zxid(), 0, state_.database.zxid()};
    replies_.send(request.connection, info, request.now, codec::SyncReply{std::string(sync.path)});
}

}  // namespace kazoo::server
