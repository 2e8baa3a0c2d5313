// SPDX-License-Identifier: Apache-2.0
// SASL's DIGEST-MD5 for tests without libsasl2, which programs in virtual time cannot use either.

#pragma once

#include <kazoo/sasl_mechanism.hpp>

#include <string>
#include <string_view>

namespace kazoo::testing_support {

/// The client's side of DIGEST-MD5 (RFC 2831) as ZooKeeper's servers expect it. Its part of the
/// exchange is always the same: the client nonce is constant.
class DigestMd5 final : public SaslMechanism {
public:
    DigestMd5(std::string user, std::string password)
        : user_(std::move(user)), password_(std::move(password)) {}

    [[nodiscard]] std::string_view name() const noexcept override { return "DIGEST-MD5"; }
    [[nodiscard]] SaslStep start() override { return SaslStep::token({}); }
    [[nodiscard]] SaslStep step(std::string_view challenge) override;

private:
    /// Returns the proof of the password, of the client or, for "", of the server.
    [[nodiscard]] std::string proof(std::string_view side) const;

    const std::string user_;
    const std::string password_;
    std::string nonce_;  // empty: no challenge yet
};

/// Returns a factory of DigestMd5.
[[nodiscard]] SaslMechanismFactory digest_md5(std::string user, std::string password);

}  // namespace kazoo::testing_support
