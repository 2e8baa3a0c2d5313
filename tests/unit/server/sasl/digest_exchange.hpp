// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "security/secrets.hpp"
#include "server/sasl/sasl_users.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kazoo::server {

// An exchange that was recorded with Apache ZooKeeper 3.9.5: bob with the password "bobsecret".
inline constexpr std::string_view recorded_nonce = "rbwaVNd3s2e5NthfLuuv/kWnfAVxPPcHblrq0XjJ";
inline constexpr std::string_view recorded_challenge =
    "realm=\"zk-sasl-md5\",nonce=\"rbwaVNd3s2e5NthfLuuv/kWnfAVxPPcHblrq0XjJ\",charset=utf-8,"
    "algorithm=md5-sess";
inline constexpr std::string_view recorded_response =
    "charset=utf-8,username=\"bob\",realm=\"zk-sasl-md5\","
    "nonce=\"rbwaVNd3s2e5NthfLuuv/kWnfAVxPPcHblrq0XjJ\",nc=00000001,cnonce=\"OA6MHXh6VqTrRk\","
    "digest-uri=\"zookeeper/zk-sasl-md5\",maxbuf=65536,"
    "response=00b19efbad3d463b195a4927deabfdf4,qop=auth";
inline constexpr std::string_view recorded_end = "rspauth=23369a28bb0495b521548952a1127c2c";

inline std::shared_ptr<SaslUsers> users_with(std::string_view name, std::string_view password) {
    auto users = std::make_shared<SaslUsers>();
    if (!users->add(name, password)) {
        throw std::runtime_error("OpenSSL has no MD5");
    }
    return users;
}

inline std::string md5_hex(std::string_view text) {
    return base::to_hex(base::md5(text).value());
}

/// The response of a client to a challenge, computed as RFC 2831 says. The user and the password
/// are hashed as they are.
inline std::string response_to(
    std::string_view challenge,
    const std::string& user,
    const std::string& password,
    const std::string& authzid = ""
) {
    const std::size_t start = challenge.find("nonce=\"") + 7;
    const std::string nonce(challenge.substr(start, challenge.find('"', start) - start));
    const auto secret = base::md5(user + ":zk-sasl-md5:" + password).value();
    std::string a1(reinterpret_cast<const char*>(secret.data()), secret.size());
    a1 += ":" + nonce + ":c";
    std::string token = "username=\"" + user + "\",realm=\"zk-sasl-md5\",nonce=\"" + nonce +
                        "\",nc=00000001,cnonce=\"c\",digest-uri=\"zookeeper/zk-sasl-md5\",qop=auth";
    if (!authzid.empty()) {
        a1 += ":" + authzid;
        token += ",authzid=\"" + authzid + "\"";
    }
    const std::string a2 = md5_hex("AUTHENTICATE:zookeeper/zk-sasl-md5");
    return token + ",response=" + md5_hex(md5_hex(a1) + ":" + nonce + ":00000001:c:auth:" + a2);
}

}  // namespace kazoo::server
