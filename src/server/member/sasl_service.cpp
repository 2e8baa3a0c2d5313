// SPDX-License-Identifier: Apache-2.0
#include "server/member/sasl_service.hpp"

#include "base/buffer.hpp"
#include "codec/auth.hpp"
#include "security/secrets.hpp"

#include <array>
#include <memory>
#include <utility>
#include <vector>

namespace kazoo::server {

void SaslService::reply(const Request& request) {
    Connection& connection = request.connection;
    codec::SaslRequest record;
    codec::Decoder in(request.body);
    if (!codec::decode(in, record) || !record.token.value) {
        return state_.connections.end(connection);
    }
    if (!state_.options.sasl_users) {
        return replies_.send(
            connection, {request.op, request.xid, 0}, request.now, codec::SaslReply{}
        );
    }
    if (!connection.sasl) {
        auto nonce = make_nonce(connection);
        if (!nonce) {
            return refuse(request);
        }
        connection.sasl.emplace(state_.options.sasl_users, std::move(*nonce));
    }
    const SaslStep step = connection.sasl->step(*record.token.value);
    const bool good =
        step.kind == SaslStep::Kind::challenge ||
        (step.kind == SaslStep::Kind::authenticated && authenticate(connection, step.user));
    return good ? send(request, step.token) : refuse(request);
}

bool SaslService::authenticate(Connection& connection, const std::string& user) {
    std::vector<Id> identities;
    identities.emplace_back("sasl", user);
    if (user == state_.options.sasl_super_user) {
        identities.emplace_back("super", "");
    }
    connection.sasl_authenticated = connection.add_identities(identities);
    return connection.sasl_authenticated;
}

std::optional<std::string> SaslService::make_nonce(const Connection& connection) const {
    std::array<std::byte, 30> bytes{};  // as many as in the nonces of Java's servers
    if (state_.options.fill_with_random == nullptr) {
        base::store_be64(bytes.data(), connection.id);
    } else if (!state_.options.fill_with_random(bytes)) {
        return std::nullopt;
    }
    return base::to_base64(bytes);
}

void SaslService::send(const Request& request, std::string_view token) {
    replies_.send(
        request.connection, {request.op, request.xid, 0}, request.now, codec::SaslReply{{token}}
    );
}

void SaslService::refuse(const Request& request) {
    refuse(
        request, state_.options.require_sasl ? Errc::session_closed_require_sasl : Errc::auth_failed
    );
}

void SaslService::refuse(const Request& request, Errc err) {
    ++state_.statistics.counters.auth_failures;
    ReplyInfo info{request.op, request.xid, 0, static_cast<std::int32_t>(err)};
    info.last = true;
    replies_.send(request.connection, info, request.now, codec::SaslReply{});
}

void SaslService::refuse_unauthenticated(const Request& request) {
    const auto err = static_cast<std::int32_t>(Errc::session_closed_require_sasl);
    ReplyInfo info{request.op, request.xid, 0, err};
    info.last = true;
    replies_.send(request.connection, info, request.now);
}

}  // namespace kazoo::server
