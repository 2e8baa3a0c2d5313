#pragma once

#include <kazoo/security.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// Whether `perms` (one bit or more) is granted to a connection with these identities.
[[nodiscard]] bool allowed(
    const AclList& acl, std::int32_t perms, const std::vector<Id>& identities
);

/// The list as it is stored: duplicates removed, "auth" replaced. Nothing if it is invalid (-114).
[[nodiscard]] std::optional<AclList> fix_up(
    const AclList& asked, const std::vector<Id>& identities
);

/// For who may read a node but not administer it.
[[nodiscard]] AclList redacted(const AclList& acl);

/// What a connection gets for an auth packet: identities to add, none if it fails (-115).
/// `super_digest` as in StateOptions.
[[nodiscard]] std::optional<std::vector<Id>> authenticate(
    std::string_view scheme, std::optional<std::string_view> auth, std::string_view super_digest
);

}  // namespace kazoo::server
