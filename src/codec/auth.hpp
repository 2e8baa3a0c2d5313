// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/opcode.hpp"
#include "codec/record.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::codec {

// The records of authentication: credentials, SASL tokens, and the identities of a connection.

struct AuthRequest {
    static constexpr std::string_view record_name = "AuthRequest";
    static constexpr Opcode opcode = Opcode::auth;

    std::int32_t type = 0;  // ignored by servers
    std::string_view scheme;
    Secret auth;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("type", self.type);
        visit("scheme", self.scheme);
        visit("auth", self.auth);
    }
    friend bool operator==(const AuthRequest&, const AuthRequest&) = default;
};

struct SaslRequest {
    static constexpr std::string_view record_name = "SaslRequest";
    static constexpr Opcode opcode = Opcode::sasl;

    Secret token;  // never null: servers close the connection if it is

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("token", self.token);
    }
    friend bool operator==(const SaslRequest&, const SaslRequest&) = default;
};

/// The token points into the frame. A null token is valid.
struct SaslReply {
    static constexpr std::string_view record_name = "SaslReply";

    Secret token;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("token", self.token);
    }
    friend bool operator==(const SaslReply&, const SaslReply&) = default;
};

/// One of the identities that a connection has.
struct ClientInfo {
    static constexpr std::string_view record_name = "ClientInfo";

    std::string auth_scheme;
    std::string user;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("auth_scheme", self.auth_scheme);
        visit("user", self.user);
    }
    friend bool operator==(const ClientInfo&, const ClientInfo&) = default;
};

/// Reply to who_am_i, whose request consists of a header alone.
struct WhoAmIReply {
    static constexpr std::string_view record_name = "WhoAmIReply";

    std::vector<ClientInfo> clients;

    template <class Self, class Visitor>
    static void fields(Self& self, Visitor&& visit) {
        visit("clients", self.clients);
    }
    friend bool operator==(const WhoAmIReply&, const WhoAmIReply&) = default;
};

}  // namespace kazoo::codec
