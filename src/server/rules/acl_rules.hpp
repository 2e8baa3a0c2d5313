// SPDX-License-Identifier: Apache-2.0
// Evaluation and validation of ACLs, and digest authentication.

#pragma once

#include <kazoo/errors.hpp>
#include <kazoo/security.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::server {

/// Returns whether `acl` grants any of the bits in `perms` to a connection with these identities.
/// An identity of scheme "super" may do everything. An empty list, which only the ClickHouse Keeper
/// profile stores, grants everything.
[[nodiscard]] bool allowed(
    const AclList& acl, std::int32_t perms, const std::vector<Id>& identities
);

/// A validated ACL, or the error of an invalid one. `list` is empty unless `err` is ok.
struct StoredAcl {
    Errc err = Errc::ok;
    AclList list;
};

/// Which ids an ACL may contain besides those of world, auth, digest and IPv4 addresses.
struct AclSchemes {
    bool ipv6 = true;
    bool sasl = false;  // SASL is configured
    bool x509 = false;  // client certificates are
};

/// Returns the list as Apache's server stores it: duplicates removed, and each "auth" entry
/// replaced by one entry for each identity that the client has authenticated as. Fails with
/// invalid_acl if the list is empty, an entry is not valid for its scheme, an "auth" entry has no
/// identity, or the result has more than 50,000 entries. Fails with marshalling_error where
/// Apache's server throws on a null scheme or id (codec::Decoder::null_text).
[[nodiscard]] StoredAcl normalize_acl(
    const AclList& requested, const std::vector<Id>& identities, const AclSchemes& schemes = {}
);

/// Returns the list with digests replaced by "x", for clients that have READ but not ADMIN.
[[nodiscard]] AclList redacted(const AclList& acl);

/// Returns the identities that an auth packet adds to its connection (none for "ip", which every
/// connection has), or nullopt if authentication fails (AuthFailed, -115). `super_digest` is that
/// of DatabaseOptions. Supports the schemes "ip" and "digest"; those of SASL and of certificates
/// are authenticated elsewhere.
[[nodiscard]] std::optional<std::vector<Id>> authenticate(
    std::string_view scheme, std::optional<std::string_view> auth, std::string_view super_digest
);

}  // namespace kazoo::server
