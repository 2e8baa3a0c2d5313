// SPDX-License-Identifier: Apache-2.0
#include "support/digest_md5.hpp"

#include "support/digest_proof.hpp"

#include <memory>
#include <utility>

namespace kazoo::testing_support {
namespace {

constexpr std::string_view cnonce = "OA6MHXh6VqTrRk";
constexpr std::string_view uri = "zookeeper/zk-sasl-md5";

}  // namespace

std::string DigestMd5::proof(std::string_view side) const {
    return digest_proof({user_, password_, nonce_, cnonce}, side);
}

SaslStep DigestMd5::step(std::string_view challenge) {
    if (!nonce_.empty()) {
        return challenge == "rspauth=" + proof("")
                   ? SaslStep::complete()
                   : SaslStep::failed("the server does not know the password");
    }
    constexpr std::string_view name = "nonce=\"";
    const auto at = challenge.find(name);
    if (at == std::string_view::npos) {
        return SaslStep::failed("a challenge without a nonce");
    }
    nonce_ = challenge.substr(at + name.size());
    nonce_.erase(nonce_.find('"'));
    std::string token = "charset=utf-8,username=\"" + user_ + "\",realm=\"zk-sasl-md5\",nonce=\"";
    token.append(nonce_).append("\",nc=00000001,cnonce=\"").append(cnonce);
    token.append("\",digest-uri=\"").append(uri).append("\",maxbuf=65536,response=");
    return SaslStep::token(token + proof("AUTHENTICATE") + ",qop=auth");
}

SaslMechanismFactory digest_md5(std::string user, std::string password) {
    return [user = std::move(user), password = std::move(password)](const SaslServer&) {
        return std::make_unique<DigestMd5>(user, password);
    };
}

}  // namespace kazoo::testing_support
