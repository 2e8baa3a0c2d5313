// SPDX-License-Identifier: Apache-2.0
#include "support/digest_md5.hpp"

#include "security/secrets.hpp"

#include <memory>
#include <utility>

namespace kazoo::testing_support {
namespace {

constexpr std::string_view cnonce = "OA6MHXh6VqTrRk";
constexpr std::string_view uri = "zookeeper/zk-sasl-md5";

std::string md5_hex(std::string_view text) {
    return base::to_hex(base::md5(text).value());
}

}  // namespace

std::string DigestMd5::proof(std::string_view side) const {
    const auto secret = base::md5(user_ + ":zk-sasl-md5:" + password_).value();
    std::string a1(reinterpret_cast<const char*>(secret.data()), secret.size());
    a1.append(":").append(nonce_).append(":").append(cnonce);
    std::string text = md5_hex(a1) + ":" + nonce_ + ":00000001:";
    text.append(cnonce).append(":auth:").append(md5_hex(std::string(side) + ":" + std::string(uri))
    );
    return md5_hex(text);
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
