// Requests about the identities of the connection (auth, SASL, whoAmI), and closeSession.

#include "codec/auth.hpp"
#include "server/member/server_node_impl.hpp"
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

void ServerNode::Impl::add_auth(const Request& request) {
    Connection& connection = request.connection;
    codec::AuthRequest record;
    codec::Decoder in(request.body);
    if (!codec::decode(in, record)) {
        return connections.end(connection);
    }
    const auto ids =
        authenticate(record.scheme, record.auth.value, database.options().super_digest);
    const bool good = ids && connection.add_identities(*ids);
    statistics.counters.auth_failures += good ? 0 : 1;
    const Errc err = good ? Errc::ok : Errc::auth_failed;
    ReplyInfo info{request.op, request.xid, 0, static_cast<std::int32_t>(err)};
    // Apache's server closes the connection after a failed authentication; ClickHouse Keeper does
    // not.
    info.last = !good && !profile().keeper;
    send_reply(connection, info, request.now);
}

/// Replies like a server on which SASL is not configured.
void ServerNode::Impl::reply_to_sasl(const Request& request) {
    codec::SaslRequest record;
    codec::Decoder in(request.body);
    if (!codec::decode(in, record) || !record.token.value) {
        return connections.end(request.connection);
    }
    send_reply(request.connection, {request.op, request.xid, 0}, request.now, codec::SaslReply{});
}

void ServerNode::Impl::who_am_i(const Request& request) {
    codec::WhoAmIReply reply;
    for (const Id* id : in_apache_order(request.connection.identities)) {
        reply.clients.push_back(shown(*id));
    }
    send_reply(request.connection, {request.op, request.xid, applied_zxid()}, request.now, reply);
}

void ServerNode::Impl::close_session(const Request& request) {
    Connection& connection = request.connection;
    std::int64_t zxid = 0;
    if (connection.local_session) {
        local_sessions.erase(connection.session);
    } else if (faults.read_only) {
        return reply_header(request, Errc::not_read_only);
    } else {
        connection.closing = true;
        zxid = database.close_session(connection.session, request.now);
    }
    if (!profile().replies_to_close_session()) {
        return connections.end(connection);
    }
    ReplyInfo info{request.op, request.xid, zxid != 0 ? zxid : applied_zxid(), 0, zxid};
    info.last = true;
    send_reply(connection, info, request.now);
}

}  // namespace kazoo::server
