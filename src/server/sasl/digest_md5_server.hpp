// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/sasl/digest_directives.hpp"
#include "server/sasl/sasl_users.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace kazoo::server {

/// The result of one step of a SASL exchange.
struct SaslStep {
    enum class Kind {
        challenge,      ///< `token` goes to the client, which answers
        authenticated,  ///< `token` goes to the client, who is `user`
        refused,        ///< nothing further is accepted
    };

    Kind kind = Kind::refused;
    std::string token;
    std::string user;
};

/// The server's side of one exchange of SASL's mechanism DIGEST-MD5 (RFC 2831), as Java's SASL
/// servers perform it for ZooKeeper: realm "zk-sasl-md5", quality of protection "auth". The
/// first token, which should be empty, asks for the challenge, the next one answers it. Performs no
/// I/O.
class DigestMd5Server {
public:
    /// A longer token is refused.
    static constexpr std::size_t max_token = 4096;

    /// `nonce` is a text without quotes and backslashes that differs in each exchange.
    DigestMd5Server(std::shared_ptr<const SaslUsers> users, std::string nonce);

    /// Takes a client's token. After an exchange that has ended, every token is refused.
    [[nodiscard]] SaslStep step(std::string_view token);

private:
    enum class State { awaiting_start, awaiting_response, ended };

    [[nodiscard]] SaslStep challenge();
    [[nodiscard]] SaslStep verify(std::string_view token);
    /// Whether the response belongs to the challenge, apart from its proof of the password.
    [[nodiscard]] bool answers_challenge(const DigestDirectives& response) const;

    std::shared_ptr<const SaslUsers> users_;
    std::string nonce_;
    State state_ = State::awaiting_start;
};

}  // namespace kazoo::server
