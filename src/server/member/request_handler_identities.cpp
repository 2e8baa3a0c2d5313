// SPDX-License-Identifier: Apache-2.0
// Requests about the identities of the connection (auth, whoAmI), and closeSession.

#include "codec/auth.hpp"
#include "server/member/request_handler.hpp"
#include "server/rules/acl_rules.hpp"
#include "server/rules/identity_order.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::server {

namespace {

/// What WhoAmI shows of an identity: the user, never the digest.
codec::ClientInfo shown(const Id& id) {
    if (id.scheme == "digest") {
        return {id.scheme, id.id.substr(0, id.id.find(':'))};
    }
    return {id.scheme, id.scheme == "super" ? std::string() : id.id};
}

/// Whether the client asks for the identity that it has by its certificate.
bool has_certificate(const Connection& connection, std::string_view scheme) {
    return scheme == "x509" && std::any_of(
                                   connection.identities.begin(),
                                   connection.identities.end(),
                                   [](const Id& id) { return id.scheme == "x509"; }
                               );
}

}  // namespace

void RequestHandler::add_auth(const Request& request) {
    Connection& connection = request.connection;
    codec::AuthRequest record;
    codec::Decoder in(request.body);
    if (!codec::decode(in, record)) {
        return state_.connections.end(connection);
    }
    const auto ids =
        has_certificate(connection, record.scheme)
            ? std::vector<Id>()
            : authenticate(
                  record.scheme, record.auth.value, state_.database.options().super_digest
              );
    const bool good = ids && connection.add_identities(*ids);
    state_.statistics.counters.auth_failures += good ? 0 : 1;
    const Errc err = good ? Errc::ok : Errc::auth_failed;
    ReplyInfo info{request.op, request.xid, 0, static_cast<std::int32_t>(err)};
    // Apache's server closes the connection after a failed authentication; ClickHouse Keeper does
    // not.
    info.last = !good && !state_.profile().keeper;
    replies_.send(connection, info, request.now);
}

void RequestHandler::who_am_i(const Request& request) {
    codec::WhoAmIReply reply;
    for (const Id* id : in_apache_order(request.connection.identities)) {
        reply.clients.push_back(shown(*id));
    }
    replies_.send(
        request.connection, {request.op, request.xid, state_.applied_zxid()}, request.now, reply
    );
}

void RequestHandler::close_session(const Request& request) {
    Connection& connection = request.connection;
    std::int64_t zxid = 0;
    if (connection.local_session) {
        state_.local_sessions.erase(connection.session);
    } else if (state_.faults.read_only) {
        return replies_.send_header(request, Errc::not_read_only);
    } else {
        connection.closing = true;
        if (const auto closed = state_.database.close_session(connection.session, request.now)) {
            state_.database.deliver(closed);
            zxid = closed->zxid;
        }
    }
    if (!state_.profile().replies_to_close_session()) {
        return state_.connections.end(connection);
    }
    ReplyInfo info{request.op, request.xid, zxid != 0 ? zxid : state_.applied_zxid(), 0, zxid};
    info.last = true;
    replies_.send(connection, info, request.now);
}

}  // namespace kazoo::server
