// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "security/secrets.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace kazoo::server {

/// The realm of ZooKeeper's DIGEST-MD5, whatever the name of the server's host.
inline constexpr std::string_view sasl_realm = "zk-sasl-md5";

/// Users who may authenticate by DIGEST-MD5. Keeps no passwords, only the MD5 of
/// "name:realm:password", which is as good as the password for this realm: the destructor
/// overwrites it.
class SaslUsers {
public:
    SaslUsers() = default;
    ~SaslUsers();
    SaslUsers(const SaslUsers&) = delete;
    SaslUsers& operator=(const SaslUsers&) = delete;

    /// Adds a user, or replaces the password of one. Returns false, and adds nothing, if OpenSSL
    /// does not provide MD5.
    [[nodiscard]] bool add(std::string_view name, std::string_view password);
    /// Returns the hash of a user, or nullptr if there is none of that name.
    [[nodiscard]] const base::Md5* find(std::string_view name) const noexcept;

private:
    std::map<std::string, base::Md5, std::less<>> hashes_;
};

}  // namespace kazoo::server
