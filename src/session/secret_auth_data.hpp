// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/secret.hpp"

#include <kazoo/security.hpp>

#include <utility>

namespace kazoo::session {

/// Credentials that are overwritten wherever they are freed, as a base::SecretString is.
struct SecretAuthData : AuthData {
    using AuthData::AuthData;
    SecretAuthData(AuthData entry) noexcept : AuthData(std::move(entry)) {}
    SecretAuthData(const SecretAuthData&) = default;
    SecretAuthData(SecretAuthData&&) noexcept = default;
    ~SecretAuthData() { base::overwrite(credential); }

    /// By value: the former credentials are in `other` in the end, whose destructor overwrites
    /// them.
    SecretAuthData& operator=(SecretAuthData other) noexcept {
        scheme.swap(other.scheme);
        credential.swap(other.credential);
        return *this;
    }
};

}  // namespace kazoo::session
