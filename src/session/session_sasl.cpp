// SPDX-License-Identifier: Apache-2.0
// The SASL exchange of a connection, between its handshake and its credentials, and the end of a
// session that is not authenticated. A mechanism is code of the user's side and may take its time,
// so each of its steps is an action.
#include "codec/auth.hpp"
#include "codec/decoder.hpp"
#include "codec/headers.hpp"
#include "codec/protocol_numbers.hpp"
#include "session/session.hpp"

namespace kazoo::session {

void Session::begin_sasl(TimePoint now) {
    enter(Phase::exchanging_sasl, later(now, connect_timeout(now)));
    sasl_.begin();
    actions_.emplace_back(SaslAction{attempt_, true, host_, server_, {}});
}

void Session::on_sasl(std::uint64_t attempt, const SaslAnswer& answer, TimePoint now) {
    if (attempt != attempt_ || !sasl_.awaits_mechanism()) {
        return;
    }
    sasl_.set_mechanism(answer.mechanism);
    switch (answer.kind) {
        case SaslAnswer::Kind::token:
        case SaslAnswer::Kind::last_token:
            return send_sasl_token(answer, now);
        case SaslAnswer::Kind::complete:
            sasl_.end();
            return present_credentials(now);
        case SaslAnswer::Kind::not_ready:
            return attempt_failed(sasl_.name() + ": " + answer.text, now);
        case SaslAnswer::Kind::failed:
            return sasl_failed(answer.text, now);
        case SaslAnswer::Kind::no_memory:
            return out_of_memory(now);
    }
}

void Session::send_sasl_token(const SaslAnswer& answer, TimePoint now) {
    codec::RequestHeader header;
    header.xid = sasl_.next_xid();
    header.type = codec::Opcode::sasl;
    codec::SaslRequest request;
    request.token.value = answer.text;  // a view that is not null, even if it is empty
    const auto limit = config_.limits.request_bytes;
    control_.mark_secret();
    if (codec::append_frame_within(limit, control_, header, request).size == 0) {
        return sasl_failed("the token exceeds the maximum request size", now);
    }
    sasl_.sent(answer.kind == SaslAnswer::Kind::last_token);
}

void Session::on_sasl_reply(std::int32_t err, std::span<const std::byte> body, TimePoint now) {
    const bool last = sasl_.answered();
    if (err != 0) {
        return on_sasl_error(err, now);
    }
    codec::Decoder decoder(body);
    codec::SaslReply reply;
    if (!codec::decode(decoder, reply)) {
        return on_closed(attempt_, ClientErrc::protocol_error, now);
    }
    const auto& token = reply.token.value;
    if (!token && sasl_.at_first_token()) {
        // What a server without SASL answers to any token, also to the only one of a mechanism such
        // as PLAIN: no server is known that accepts that one with a null token.
        return sasl_failed(
            "the server has no SASL configured: it answered the first token without one", now
        );
    }
    if (last) {
        if (token && !token->empty()) {
            return sasl_failed("the server sent a challenge after the last step", now);
        }
        sasl_.end();
        return present_credentials(now);
    }
    if (!token) {
        return sasl_failed(
            "the server ended the exchange without authenticating the client; it accepts "
            "clients that fail (zookeeper.allowSaslFailedClients)",
            now
        );
    }
    actions_.emplace_back(SaslAction{attempt_, false, host_, server_, std::string(*token)});
}

/// Only what the server says about the authentication itself ends the session.
void Session::on_sasl_error(std::int32_t err, TimePoint now) {
    switch (codec::errc(err)) {
        case Errc::auth_failed:
            return sasl_failed("the server refused the authentication (error -115)", now);
        case Errc::session_closed_require_sasl:
            return sasl_failed(
                "the server refused the authentication, which it requires (error -124)", now
            );
        case Errc::unimplemented:
            return sasl_failed("the server does not support SASL (error -6)", now);
        default:
            return on_closed(attempt_, codec::errc(err), now);
    }
}

void Session::sasl_failed(std::string_view why, TimePoint now) {
    auto text = sasl_.name() + " with " + server_name(host_, server_.address) + ": ";
    text += why;
    attempts_.record(host_, server_.address, text, now);
    fail_authentication(text);
}

void Session::fail_authentication(std::string_view why) {
    auth_failure_ = why;
    log(LogLevel::error, auth_failure_);
    finish(KeeperState::AUTH_FAILED, Errc::auth_failed);
}

}  // namespace kazoo::session
