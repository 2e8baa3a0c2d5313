// Requests about the identities of the connection (auth, SASL, whoAmI), and closeSession.

#include "codec/auth.hpp"
#include "server/member/member_core.hpp"
#include "server/rules/acl_rules.hpp"
#include "server/rules/identity_order.hpp"

#include <string>

namespace kazoo::server {

namespace {

/// What WhoAmI shows of an identity: the user, never the digest.
codec::ClientInfo shown(const Id& id) {
    if (id.scheme == "digest") {
        return {id.scheme, id.id.substr(0, id.id.find(':'))};
    }
    return {id.scheme, id.scheme == "super" ? std::string() : id.id};
}

}  // namespace

void Member::Impl::add_auth(const Request& request) {
    Connection& connection = request.connection;
    codec::AuthRequest asked;
    codec::Decoder in(request.body);
    if (!codec::decode(in, asked)) {
        return connections.end(connection);
    }
    const auto ids = authenticate(asked.scheme, asked.auth.value, state.options().super_digest);
    const bool good = ids && connection.add_identities(*ids);
    statistics.counters.auth_failures += good ? 0 : 1;
    const Errc err = good ? Errc::ok : Errc::auth_failed;
    Answer about{request.op, request.xid, 0, static_cast<std::int32_t>(err)};
    // Apache's server closes the connection after a failed authentication; ClickHouse Keeper does
    // not.
    about.last = !good && !profile().keeper;
    answer(connection, about, request.now);
}

/// Replies like a server on which SASL is not configured.
void Member::Impl::answer_sasl(const Request& request) {
    codec::SaslRequest asked;
    codec::Decoder in(request.body);
    if (!codec::decode(in, asked) || !asked.token.value) {
        return connections.end(request.connection);
    }
    answer(request.connection, {request.op, request.xid, 0}, request.now, codec::SaslReply{});
}

void Member::Impl::who_am_i(const Request& request) {
    codec::WhoAmIReply reply;
    for (const Id* id : in_apache_order(request.connection.identities)) {
        reply.clients.push_back(shown(*id));
    }
    answer(request.connection, {request.op, request.xid, applied_zxid()}, request.now, reply);
}

void Member::Impl::close_session(const Request& request) {
    Connection& connection = request.connection;
    std::int64_t zxid = 0;
    if (connection.local_session) {
        local_sessions.erase(connection.session);
    } else if (faults.read_only) {
        return refuse(request, Errc::not_read_only);
    } else {
        connection.closing = true;
        zxid = state.close_session(connection.session, request.now);
    }
    if (!profile().answers_close()) {
        return connections.end(connection);
    }
    Answer about{request.op, request.xid, zxid != 0 ? zxid : applied_zxid(), 0, zxid};
    about.last = true;
    answer(connection, about, request.now);
}

}  // namespace kazoo::server
