// SPDX-License-Identifier: Apache-2.0
#include "server/sasl/digest_md5_server.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace kazoo::server {

namespace {

constexpr std::string_view service = "zookeeper/zk-sasl-md5";
// The only value: the server does not remember nonces for further exchanges.
constexpr std::string_view nonce_count = "00000001";

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) {
        return lower(x) == lower(y);
    });
}

std::optional<std::string> hex_md5(std::string_view text) {
    const auto hash = base::md5(text);
    return hash ? std::optional<std::string>(base::to_hex(*hash)) : std::nullopt;
}

/// Returns the proof that its sender knows the hash of the password: with the method "AUTHENTICATE"
/// the client's, with "" the server's. Fails if OpenSSL does not provide MD5.
std::optional<std::string> proof_of(
    const base::Md5& password_hash, const DigestDirectives& response, const char* method
) {
    std::string a1(reinterpret_cast<const char*>(password_hash.data()), password_hash.size());
    a1 += ':' + *response.nonce + ':' + *response.cnonce;
    if (response.authzid) {
        a1 += ':' + *response.authzid;
    }
    auto key = hex_md5(a1);
    base::cleanse(a1);
    const auto a2 = hex_md5(std::string(method) + ':' + *response.digest_uri);
    if (!key || !a2) {
        return std::nullopt;
    }
    std::string text = *key + ':' + *response.nonce + ':';
    text.append(nonce_count).append(":").append(*response.cnonce).append(":auth:").append(*a2);
    auto proof = hex_md5(text);
    base::cleanse(text);
    base::cleanse(*key);
    return proof;
}

}  // namespace

DigestMd5Server::DigestMd5Server(std::shared_ptr<const SaslUsers> users, std::string nonce)
    : users_(std::move(users)), nonce_(std::move(nonce)) {}

SaslStep DigestMd5Server::step(std::string_view token) {
    const State state = std::exchange(state_, State::ended);
    if (token.size() > max_token) {
        return {};
    }
    switch (state) {
        case State::awaiting_start:
            // DIGEST-MD5 has no initial response; Java's servers ignore one.
            return challenge();
        case State::awaiting_response:
            return verify(token);
        case State::ended:
            break;
    }
    return {};
}

/// As Java's servers send it: without qop, which means "auth".
SaslStep DigestMd5Server::challenge() {
    SaslStep step;
    step.kind = SaslStep::Kind::challenge;
    step.token.append("realm=\"").append(sasl_realm).append("\",nonce=\"").append(nonce_);
    step.token.append("\",charset=utf-8,algorithm=md5-sess");
    state_ = State::awaiting_response;
    return step;
}

bool DigestMd5Server::answers_challenge(const DigestDirectives& response) const {
    return response.username && response.realm == sasl_realm && response.nonce == nonce_ &&
           response.cnonce && response.nc.value_or(std::string(nonce_count)) == nonce_count &&
           response.qop.value_or("auth") == "auth" && response.digest_uri &&
           equal_ignoring_case(*response.digest_uri, service) && response.response &&
           response.charset.value_or("utf-8") == "utf-8";
}

SaslStep DigestMd5Server::verify(std::string_view token) {
    const auto response = parse_directives(token);
    if (!response || !answers_challenge(*response)) {
        return {};
    }
    // For an unknown user the same work is done, so that its time does not tell who is one.
    const base::Md5 nobody{};
    const base::Md5* known = users_->find(*response->username);
    const base::Md5& hash = known != nullptr ? *known : nobody;
    const auto expected = proof_of(hash, *response, "AUTHENTICATE");
    auto own = proof_of(hash, *response, "");
    if (!expected || !own || !base::equal_secrets(*expected, *response->response) ||
        known == nullptr) {
        return {};
    }
    return {SaslStep::Kind::authenticated, "rspauth=" + *own, *response->username};
}

}  // namespace kazoo::server
