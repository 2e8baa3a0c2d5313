/// Who may do what with a node: ACLs, and the means to build them (kazoo.security).
#pragma once

#include <kazoo/detail/export.hpp>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

/// The permission bits of an ACL entry; combine them with `|`.
///
/// The servers check them on the node itself, except for `create` and `delete_`, which are checked
/// on the parent. Nothing is inherited: a child of an unreadable node is usable under its own ACL.
struct Permissions {
    static constexpr std::int32_t read = 1;     ///< Read the data and the list of children.
    static constexpr std::int32_t write = 2;    ///< Set the data.
    static constexpr std::int32_t create = 4;   ///< Create children.
    static constexpr std::int32_t delete_ = 8;  ///< Delete children.
    static constexpr std::int32_t admin = 16;   ///< Set the ACL.
    static constexpr std::int32_t all = 31;     ///< Everything above.
};

/// An identity as ZooKeeper names it: a scheme and an id whose form the scheme decides, such as
/// ("world", "anyone"), ("auth", ""), ("digest", "user:hash"), ("ip", "10.0.0.0/8").
///
/// Has constructors on purpose: aggregates of strings made inside a `co_await` expression are
/// destroyed twice by g++ 12.
struct Id {
    std::string scheme;
    std::string id;

    Id() {}
    Id(std::string scheme_name, std::string id_in_scheme)
        : scheme(std::move(scheme_name)), id(std::move(id_in_scheme)) {}

    friend bool operator==(const Id&, const Id&) = default;
};

/// One entry of an ACL: these permissions for that identity.
///
/// Neither the client nor the server checks the bits of `perms`; a server refuses a wrong scheme or
/// id with InvalidACLError.
struct Acl {
    std::int32_t perms = 0;
    Id id;

    Acl() {}
    Acl(std::int32_t permission_bits, Id identity)
        : perms(permission_bits), id(std::move(identity)) {}

    /// The names of the set bits, see the free function.
    std::vector<std::string> acl_list() const;

    friend bool operator==(const Acl&, const Acl&) = default;
};

/// The ACL of a node. Order has no meaning; the server drops duplicates and refuses an empty list.
using AclList = std::vector<Acl>;

/// The names of the permission bits, kazoo's way: {"ALL"} if all five are set, else those set of
/// "READ", "WRITE", "CREATE", "DELETE", "ADMIN", in this order. Bits without a name are left out.
std::vector<std::string> acl_list(std::int32_t perms);

/// Writes `Id(scheme=digest, id=user:hash)`.
std::ostream& operator<<(std::ostream& out, const Id& id);
/// Writes `Acl(perms=16, acl_list=[ADMIN], id=Id(...))`.
std::ostream& operator<<(std::ostream& out, const Acl& acl);

/// ("world", "anyone"): every client.
Id anyone_id_unsafe();
/// ("auth", ""): the server replaces it by the identities the connection has authenticated with,
/// and refuses it with InvalidACLError if there are none.
Id auth_ids();

/// Everybody may do everything. What a node gets when no ACL is given.
AclList open_acl_unsafe();
/// The creator, under all identities it has authenticated with, may do everything.
AclList creator_all_acl();
/// Everybody may read.
AclList read_acl_unsafe();

/// The id of the digest scheme for a user: `user:base64(sha1("user:password"))`.
///
/// This is what ACLs hold. To *authenticate*, send the plain "user:password". A user name with a
/// colon gives an id that servers refuse. Throws std::runtime_error if the machine's OpenSSL is
/// configured to offer no SHA-1.
std::string make_digest_acl_credential(std::string_view user, std::string_view password);

/// An ACL entry from its three parts; `perms` is a sum of Permissions.
Acl make_acl(std::string scheme, std::string credential, std::int32_t perms);

/// An ACL entry for a user of the digest scheme. Throws as make_digest_acl_credential does.
Acl make_digest_acl(std::string_view user, std::string_view password, std::int32_t perms);

}  // namespace kazoo
KAZOO_API_END
