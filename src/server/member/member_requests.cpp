// Dispatch of requests, faults, reads, writes and sync.

#include "codec/records.hpp"
#include "server/member/member_core.hpp"

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
    if (request.op != Opcode::delete_container || !profile.knows(Opcode::create_container)) {
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
bool needs_the_others(Opcode op) noexcept {
    return codec::is_write(op) || op == Opcode::sync || op == Opcode::check;
}

}  // namespace

bool Member::Impl::overtakes(Opcode op) noexcept {
    return codec::is_write(op) || op == Opcode::sync || op == Opcode::close_session;
}

void Member::Impl::handle(const Request& request) {
    Connection& connection = request.connection;
    ++connection.statistics.received;
    ++statistics.received;
    // Apache's server does not touch the session for auth and SASL packets either.
    connection.alive |= request.op != Opcode::auth && request.op != Opcode::sasl;
    if (faults.any()) {
        const std::string_view path = path_of(request.op, request.body);
        if (const RequestFault* fault = faults.meet(request.op, connection.session, path)) {
            return handle_with_fault(request, *fault);
        }
    }
    dispatch(request);
}

void Member::Impl::handle_with_fault(const Request& request, const RequestFault& fault) {
    Connection& connection = request.connection;
    switch (fault.kind) {
        case RequestFault::Kind::drop_before:
            return connections.end(connection);
        case RequestFault::Kind::drop_after: {
            const std::size_t before = connection.outbox.ready();
            dispatch(request);
            connection.outbox.shrink_ready(before);
            return connections.end(connection);
        }
        case RequestFault::Kind::hold:
            connection.gate = Gate{fault.number, 0};
            return dispatch(request);
        case RequestFault::Kind::delay:
            connection.gate = Gate{0, request.now.steady_ms + fault.delay_ms};
            return dispatch(request);
        case RequestFault::Kind::fail:
            return refuse(request, static_cast<Errc>(fault.err));
    }
}

void Member::Impl::dispatch(const Request& request) {
    if (faults.read_only && needs_the_others(request.op)) {
        return refuse(request, Errc::not_read_only);
    }
    if (!profile().knows(request.op)) {
        return refuse_opcode(request);
    }
    if (is_read(request.op)) {
        return read(request);
    }
    switch (request.op) {
        case Opcode::ping:
            return answer(
                request.connection, {request.op, codec::ping_xid, applied_zxid()}, request.now
            );
        case Opcode::sync:
            return sync(request);
        case Opcode::auth:
            return add_auth(request);
        case Opcode::sasl:
            return answer_sasl(request);
        case Opcode::who_am_i:
            return who_am_i(request);
        case Opcode::set_watches:
        case Opcode::set_watches2:
            return set_watches(request);
        case Opcode::add_watch:
            return add_watch(request);
        case Opcode::check_watches:
        case Opcode::remove_watches:
            return check_or_remove_watches(request);
        case Opcode::close_session:
            return close_session(request);
        default:
            return codec::is_write(request.op) ? write(request) : refuse_opcode(request);
    }
}

void Member::Impl::refuse(const Request& request, Errc err) {
    answer(
        request.connection,
        {request.op, request.xid, applied_zxid(), static_cast<std::int32_t>(err)},
        request.now
    );
}

void Member::Impl::refuse_opcode(const Request& request) {
    if (profile().keeper) {
        return connections.end(request.connection);
    }
    const BodyFailure failure = body_failure(profile(), request);
    if (failure.err != Errc::ok) {
        const std::int64_t zxid = failure.takes_zxid ? state.use_up_zxid(request.now) : 0;
        const auto err = static_cast<std::int32_t>(failure.err);
        const Answer about{request.op, request.xid, zxid != 0 ? zxid : applied_zxid(), err, zxid};
        return answer(request.connection, about, request.now);
    }
    Answer about{request.op, request.xid, -1, static_cast<std::int32_t>(Errc::unimplemented)};
    about.last = true;
    answer(request.connection, about, request.now);
}

void Member::Impl::read(const Request& request) {
    Connection& connection = request.connection;
    const Answer about{request.op, request.xid, applied_zxid()};
    const ReadContext context{
        tree(), profile(), connection.identities, connection.session, about.zxid};
    const ReadResult result = append_read(
        reply_buffer(connection, about, false), context, request.op, request.xid, request.body
    );
    if (result.watch == ReadWatch::data) {
        watches.add_data(connection.id, result.path);
    } else if (result.watch == ReadWatch::child) {
        watches.add_child(connection.id, result.path);
    }
    reply_done(connection, about, false, request.now);
}

void Member::Impl::write(const Request& request) {
    Connection& connection = request.connection;
    const Caller caller{connection.session, &connection.identities};
    const WriteResult result = state.write(caller, request.op, request.body, request.now);
    const std::int64_t zxid = result.transaction ? result.transaction->zxid : 0;
    const Answer about{
        request.op, request.xid, zxid != 0 ? zxid : applied_zxid(), result.err, zxid};
    const auto answer_with = [&](const auto& body) {
        if constexpr (std::is_same_v<decltype(body), const std::monostate&>) {
            answer(connection, about, request.now);
        } else {
            answer(connection, about, request.now, body);
        }
    };
    if (result.err != 0) {
        answer_with(std::monostate());
    } else {
        std::visit(answer_with, result.body);
    }
}

void Member::Impl::sync(const Request& request) {
    codec::SyncRequest sync;
    codec::Decoder in(request.body);
    if (!codec::decode(in, sync) || sync.path.data() == nullptr) {
        return refuse(request, Errc::marshalling_error);
    }
    const Answer about{request.op, request.xid, applied_zxid(), 0, state.zxid()};
    answer(request.connection, about, request.now, codec::SyncReply{std::string(sync.path)});
}

}  // namespace kazoo::server
