// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/record.hpp"

#include <cstdint>
#include <string_view>

namespace kazoo::codec {

// The handshake: the first frame in each direction, which has no header.
//
//     request   version i32 | last zxid i64 | timeout i32 | session i64 | password | read-only byte
//     response  version i32 | timeout i32 | session i64 | password | read-only byte
//
// The last byte was added in ZooKeeper 3.4: older clients do not send it, older servers and
// ClickHouse Keeper do not answer it, and a server must not send it to a client that did not.
// `has_read_only` says whether it is present: encode() obeys it, decode() expects it, and the
// decode_connect_*() functions detect it.

struct ConnectRequest {
    static constexpr std::string_view record_name = "ConnectRequest";

    std::int32_t protocol_version = 0;
    std::int64_t last_zxid_seen = 0;
    std::int32_t timeout_ms = 0;
    std::int64_t session_id = 0;
    Secret passwd;
    bool read_only = false;
    bool has_read_only = true;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("protocol_version", self.protocol_version);
        visit("last_zxid_seen", self.last_zxid_seen);
        visit("timeout_ms", self.timeout_ms);
        visit("session_id", self.session_id);
        visit("passwd", self.passwd);
        if (self.has_read_only) visit("read_only", self.read_only);
    }
    friend bool operator==(const ConnectRequest&, const ConnectRequest&) = default;
};

struct ConnectResponse {
    static constexpr std::string_view record_name = "ConnectResponse";

    std::int32_t protocol_version = 0;
    std::int32_t timeout_ms = 0;
    std::int64_t session_id = 0;
    Secret passwd;
    bool read_only = false;
    bool has_read_only = true;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("protocol_version", self.protocol_version);
        visit("timeout_ms", self.timeout_ms);
        visit("session_id", self.session_id);
        visit("passwd", self.passwd);
        if (self.has_read_only) visit("read_only", self.read_only);
    }
    friend bool operator==(const ConnectResponse&, const ConnectResponse&) = default;
};

namespace detail {

/// Decodes the fields that are always there; bytes that are left can only be the read-only byte.
template <Record R>
bool decode_connect(Decoder& in, R& record) {
    record.has_read_only = false;
    if (!decode(in, record)) {
        return false;
    }
    record.has_read_only = in.remaining() > 0;
    record.read_only = record.has_read_only && in.boolean();
    return in.ok();
}

}  // namespace detail

/// Accepts both lengths: 44 and 45 bytes with a password of 16.
[[nodiscard]] inline bool decode_connect_request(Decoder& in, ConnectRequest& record) {
    return detail::decode_connect(in, record);
}

/// Accepts both lengths: 36 and 37 bytes with a password of 16. `passwd` points into the frame.
[[nodiscard]] inline bool decode_connect_response(Decoder& in, ConnectResponse& record) {
    return detail::decode_connect(in, record);
}

}  // namespace kazoo::codec
