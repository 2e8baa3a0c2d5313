// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/sasl/sasl_users.hpp"
#include "support/digest_proof.hpp"

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

/// The response of a client to a challenge, with "c" as its nonce.
inline std::string response_to(
    std::string_view challenge,
    const std::string& user,
    const std::string& password,
    const std::string& authzid = ""
) {
    const std::size_t start = challenge.find("nonce=\"") + 7;
    const std::string nonce(challenge.substr(start, challenge.find('"', start) - start));
    std::string token = "username=\"" + user + "\",realm=\"zk-sasl-md5\",nonce=\"" + nonce +
                        "\",nc=00000001,cnonce=\"c\",digest-uri=\"zookeeper/zk-sasl-md5\",qop=auth";
    if (!authzid.empty()) {
        token += ",authzid=\"" + authzid + "\"";
    }
    return token + ",response=" +
           testing_support::digest_proof({user, password, nonce, "c", authzid}, "AUTHENTICATE");
}

}  // namespace kazoo::server
