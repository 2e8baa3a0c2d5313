// SPDX-License-Identifier: Apache-2.0
/// Access control: permissions, identities, ACLs and credentials, with the helper functions of
/// kazoo.security.
///
///     zk.create("/a", "data", CreateOptions().acl({
///         make_digest_acl("alice", "secret", Permissions::all),
///         make_ip_acl("10.0.0.0/8", Permissions::read),
///     }));
///
/// There is a function for each scheme of ZooKeeper: make_world_acl, make_auth_acl,
/// make_digest_acl, make_ip_acl, make_sasl_acl and make_x509_acl; make_acl is for those of a
/// server's own. Servers compare ids as texts, except those of ip, so that a slip in an id is an
/// entry that never matches; the functions refuse what no server could match.
///
/// All functions declared here are thread-safe; those that return strings, identities or ACLs throw
/// std::bad_alloc.
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
/// Servers check the ACL of the node itself, except for `create` and `delete_`, which they check on
/// its parent. Permissions are not inherited: a node is accessible under its own ACL even if its
/// parent is not readable.
struct Permissions {
    static constexpr std::int32_t read = 1;     ///< Read the data and list the children.
    static constexpr std::int32_t write = 2;    ///< Set the data.
    static constexpr std::int32_t create = 4;   ///< Create children.
    static constexpr std::int32_t delete_ = 8;  ///< Delete children.
    static constexpr std::int32_t admin = 16;   ///< Set the ACL.
    static constexpr std::int32_t all = 31;     ///< All of the above.
};

/// An identity in ZooKeeper's form: a scheme, and an id whose syntax depends on the scheme.
/// Examples: ("world", "anyone"), ("auth", ""), ("digest", "user:hash"), ("ip", "10.0.0.0/8").
///
/// Not an aggregate: g++ 12 destroys aggregates of strings twice if they are created inside a
/// `co_await` expression.
struct Id {
    std::string scheme;  ///< Such as "world", "digest" or "ip".
    std::string id;      ///< In the form of the scheme.

    Id() {}
    /// From a scheme and an id.
    Id(std::string scheme_name, std::string id_in_scheme)
        : scheme(std::move(scheme_name)), id(std::move(id_in_scheme)) {}

    friend bool operator==(const Id&, const Id&) = default;
};

/// One entry of an ACL: grants permissions to an identity.
struct Acl {
    /// A combination of Permissions. Other bits are checked neither by the client nor by servers.
    std::int32_t perms = 0;
    /// Operations that set an ACL with an unknown scheme or a malformed id fail with
    /// InvalidACLError.
    Id id;

    Acl() {}
    /// Grants the permissions to the identity.
    Acl(std::int32_t permission_bits, Id identity)
        : perms(permission_bits), id(std::move(identity)) {}

    /// Returns kazoo::acl_list(perms).
    std::vector<std::string> acl_list() const;

    friend bool operator==(const Acl&, const Acl&) = default;
};

/// The ACL of a node. The order of the entries has no effect. Servers remove duplicates; Apache
/// ZooKeeper refuses an empty list with InvalidACLError.
using AclList = std::vector<Acl>;

/// Credentials for one authentication scheme, such as {"digest", "user:password"}.
struct AuthData {
    AuthData() {}
    /// From a scheme and a credential.
    AuthData(std::string s, std::string c) : scheme(std::move(s)), credential(std::move(c)) {}
    std::string scheme;      ///< the name of the server's authentication provider
    std::string credential;  ///< in the form that the scheme defines
    friend bool operator==(const AuthData&, const AuthData&) = default;
};

/// Returns the names of the permission bits, as kazoo does: {"ALL"} if all five are set, otherwise
/// those that are set of "READ", "WRITE", "CREATE", "DELETE" and "ADMIN", in this order. Ignores
/// other bits.
std::vector<std::string> acl_list(std::int32_t perms);

/// Writes `Id(scheme=digest, id=user:hash)`.
std::ostream& operator<<(std::ostream& out, const Id& id);
/// Writes `Acl(perms=16, acl_list=[ADMIN], id=Id(...))`.
std::ostream& operator<<(std::ostream& out, const Acl& acl);

/// Returns ("world", "anyone"), which matches every client.
Id anyone_id_unsafe();
/// Returns ("auth", ""). The server replaces it with the identities that the connection has
/// authenticated with, and refuses it with InvalidACLError if there are none.
Id auth_ids();

/// Returns an ACL that grants all permissions to every client. The default for new nodes; see
/// ClientOptions::default_acl.
AclList open_acl_unsafe();
/// Returns an ACL that grants all permissions to the identities that the creating client has
/// authenticated with.
AclList creator_all_acl();
/// Returns an ACL that allows every client to read.
AclList read_acl_unsafe();

/// Returns the id of a user in the digest scheme: `user:base64(sha1("user:password"))`.
///
/// This is the form used in ACLs. To authenticate, give the plain "user:password" to
/// ClientOptions::auth_data or KazooClient::add_auth. Servers refuse the id if the user name
/// contains a colon. Throws std::runtime_error if OpenSSL is configured without SHA-1.
std::string make_digest_acl_credential(std::string_view user, std::string_view password);

/// Returns an ACL entry for the identity (`scheme`, `credential`); `perms` is a combination of
/// Permissions.
Acl make_acl(std::string scheme, std::string credential, std::int32_t perms);

/// Returns an ACL entry for a user of the digest scheme, given the plain password. Throws
/// std::runtime_error like make_digest_acl_credential().
Acl make_digest_acl(std::string_view user, std::string_view password, std::int32_t perms);

/// Returns an ACL entry for every client.
Acl make_world_acl(std::int32_t perms);

/// Returns an ACL entry for the identities that the client has authenticated with when it sets the
/// ACL; see auth_ids().
Acl make_auth_acl(std::int32_t perms);

/// Returns an ACL entry for the clients with this IP address, or with an address whose first `bits`
/// bits are the same: "10.1.2.3", "10.0.0.0/8", "2001:db8::/32". The address is the one that the
/// server sees, behind a proxy that of the proxy. A range of IPv4 does not match IPv6 addresses,
/// and vice versa.
///
/// Throws BadArgumentsError for what servers refuse: host names, malformed addresses, more bits
/// than the address has, and IPv4 addresses in the form of IPv6 ("::ffff:10.1.2.3").
Acl make_ip_acl(std::string_view range, std::int32_t perms);

/// Returns an ACL entry for a client that has authenticated by SASL (ClientOptions::sasl).
/// `identity` is the user name of DIGEST-MD5, or the Kerberos principal as the server writes it: by
/// default in full, "service/host@REALM", and without host or realm if the server has
/// kerberos.removeHostFromPrincipal or kerberos.removeRealmFromPrincipal.
///
/// Throws BadArgumentsError if it is empty, and for what servers refuse: more than one '@' or,
/// before it, more than one '/', and a '/' behind it.
Acl make_sasl_acl(std::string_view identity, std::int32_t perms);

/// Returns an ACL entry for a client with a certificate of this subject (TlsOptions). `subject` is
/// the distinguished name as ZooKeeper writes it: in the form of RFC 2253, "CN=app,OU=dev,O=x", the
/// last attribute first, without blanks around commas. make_x509_acl_credential reads it from a
/// certificate, and KazooClient::who_am_i returns that of the connection.
///
/// Throws BadArgumentsError if it is empty or in another form, such as "/O=x/CN=app" or
/// "cn=app, o=x": servers accept some of these, but they match no client.
Acl make_x509_acl(std::string_view subject, std::int32_t perms);

/// Returns the id of a certificate in the x509 scheme: its subject as ZooKeeper writes it. `pem` is
/// a text in PEM format, such as the content of TlsOptions::certificate_file; its first certificate
/// counts. Throws BadArgumentsError if there is none.
std::string make_x509_acl_credential(std::string_view pem);

}  // namespace kazoo
KAZOO_API_END
