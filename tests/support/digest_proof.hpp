// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "security/secrets.hpp"

#include <string>
#include <string_view>

namespace kazoo::testing_support {

/// What both sides of a DIGEST-MD5 exchange with a ZooKeeper server know. The user and the password
/// are hashed as they are.
struct DigestExchange {
    std::string_view user;
    std::string_view password;
    std::string_view nonce;
    std::string_view cnonce;
    std::string_view authzid{};  ///< empty: none
};

inline std::string md5_hex(std::string_view text) {
    return base::to_hex(base::md5(text).value());
}

/// Returns the proof of the password as RFC 2831 computes it: of the client ("AUTHENTICATE") or of
/// the server ("").
inline std::string digest_proof(const DigestExchange& exchange, std::string_view side) {
    const auto secret =
        base::md5(std::string(exchange.user).append(":zk-sasl-md5:").append(exchange.password))
            .value();
    std::string a1(reinterpret_cast<const char*>(secret.data()), secret.size());
    a1.append(":").append(exchange.nonce).append(":").append(exchange.cnonce);
    if (!exchange.authzid.empty()) {
        a1.append(":").append(exchange.authzid);
    }
    const std::string a2 = std::string(side) + ":zookeeper/zk-sasl-md5";
    std::string text = md5_hex(a1).append(":").append(exchange.nonce).append(":00000001:");
    return md5_hex(text.append(exchange.cnonce).append(":auth:").append(md5_hex(a2)));
}

}  // namespace kazoo::testing_support
