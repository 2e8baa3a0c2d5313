#pragma once

#include <kazoo/errors.hpp>
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

/// An ACL that may be stored, or why it may not.
struct StoredAcl {
    Errc err = Errc::ok;
    AclList list;
};

/// The list as it is stored: duplicates removed, "auth" replaced by the identities of the
/// connection. Fails with invalid_acl, or with marshalling_error where Apache's server fails on a
/// scheme or an id that is null (codec::Decoder::null_text).
[[nodiscard]] StoredAcl fix_up(
    const AclList& asked, const std::vector<Id>& identities, bool accepts_ipv6 = true
);

/// For who may read a node but not administer it.
[[nodiscard]] AclList redacted(const AclList& acl);

/// What a connection gets for an auth packet: identities to add, none if it fails (-115).
/// `super_digest` as in StateOptions.
[[nodiscard]] std::optional<std::vector<Id>> authenticate(
    std::string_view scheme, std::optional<std::string_view> auth, std::string_view super_digest
);

}  // namespace kazoo::server
