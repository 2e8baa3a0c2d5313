// SPDX-License-Identifier: Apache-2.0
#include "session/handshake.hpp"

#include "codec/connect.hpp"
#include "codec/decoder.hpp"
#include "codec/frame.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace kazoo::session {
namespace {

constexpr std::size_t password_size = 16;
constexpr milliseconds longest_timeout(std::numeric_limits<std::int32_t>::max());
constexpr std::int32_t keeper_not_ready_version =
    42;  // ClickHouse Keeper's version when it is not ready

ConnectResult connect_result(ConnectResult::Kind kind, const char* reason) {
    ConnectResult result;
    result.kind = kind;
    result.reason = reason;
    return result;
}

}  // namespace

milliseconds requested_timeout(const Config& config) {
    return std::clamp(config.session_timeout, milliseconds(0), longest_timeout);
}

milliseconds presumed_timeout(const Config& config) {
    return config.resumed_timeout.count() > 0 ? std::min(config.resumed_timeout, longest_timeout)
                                              : requested_timeout(config);
}

void write_connect_request(
    base::Buffer& out, const Identity& wanted, std::int64_t last_zxid, const Config& config
) {
    // As in the Java client, the password for a new session is 16 zero bytes, not an empty one.
    std::string padded = wanted.password;
    padded.resize(std::max(padded.size(), password_size));
    const base::SecretString password(std::move(padded));
    codec::ConnectRequest request;
    request.last_zxid_seen = last_zxid;
    request.timeout_ms = static_cast<std::int32_t>(requested_timeout(config).count());
    request.session_id = wanted.id;
    request.passwd.value = password;
    request.read_only = config.read_only;
    out.mark_secret();
    codec::append_frame(out, request);
}

ConnectResult read_connect_response(std::span<const std::byte> frame, const Identity& wanted) {
    codec::Decoder decoder(frame);
    codec::ConnectResponse response;
    if (!codec::decode_connect_response(decoder, response)) {
        return connect_result(
            ConnectResult::Kind::refused, "the server's reply is not a ConnectResponse"
        );
    }
    if (response.protocol_version == keeper_not_ready_version) {
        return connect_result(ConnectResult::Kind::refused, "the server is not ready to serve");
    }
    if (response.timeout_ms <= 0 || response.session_id == 0) {
        return wanted.id != 0
                   ? connect_result(
                         ConnectResult::Kind::expired, "the server says the session has expired"
                     )
                   : connect_result(
                         ConnectResult::Kind::refused, "the server did not create a session"
                     );
    }
    if (wanted.id != 0 && response.session_id != wanted.id) {
        return connect_result(
            ConnectResult::Kind::expired, "the server replied with a different session"
        );
    }
    ConnectResult result;
    result.kind = ConnectResult::Kind::established;
    result.identity.id = response.session_id;
    result.identity.password = std::string(response.passwd.value.value_or(std::string_view()));
    // A read-only server that resumes a session of the ensemble does not make it a local one.
    result.identity.local_to_read_only =
        response.read_only && (wanted.id == 0 || wanted.local_to_read_only);
    result.timeout = milliseconds(response.timeout_ms);
    result.read_only = response.read_only;
    return result;
}

}  // namespace kazoo::session
