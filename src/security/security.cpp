// SPDX-License-Identifier: Apache-2.0
// Identities and ACLs, with the names and the text forms that kazoo gives them.
#include "security/digest.hpp"

#include <kazoo/security.hpp>

#include <array>
#include <ostream>

namespace kazoo {

namespace {

struct NamedBit {
    std::int32_t bit;
    const char* name;
};

constexpr std::array<NamedBit, 5> named_bits = {{
    {Permissions::read, "READ"},
    {Permissions::write, "WRITE"},
    {Permissions::create, "CREATE"},
    {Permissions::delete_, "DELETE"},
    {Permissions::admin, "ADMIN"},
}};

}  // namespace

std::vector<std::string> acl_list(std::int32_t perms) {
    if ((perms & Permissions::all) == Permissions::all) {
        return {"ALL"};
    }
    std::vector<std::string> names;
    for (const NamedBit& named : named_bits) {
        if ((perms & named.bit) != 0) {
            names.emplace_back(named.name);
        }
    }
    return names;
}

std::vector<std::string> Acl::acl_list() const {
    return kazoo::acl_list(perms);
}

std::ostream& operator<<(std::ostream& out, const Id& id) {
    return out << "Id(scheme=" << id.scheme << ", id=" << id.id << ')';
}

std::ostream& operator<<(std::ostream& out, const Acl& acl) {
    out << "Acl(perms=" << acl.perms << ", acl_list=[";
    const char* separator = "";
    for (const std::string& name : acl.acl_list()) {
        out << separator << name;
        separator = ", ";
    }
    return out << "], id=" << acl.id << ')';
}

Id anyone_id_unsafe() {
    return Id("world", "anyone");
}

Id auth_ids() {
    return Id("auth", "");
}

AclList open_acl_unsafe() {
    return {Acl(Permissions::all, anyone_id_unsafe())};
}

AclList creator_all_acl() {
    return {Acl(Permissions::all, auth_ids())};
}

AclList read_acl_unsafe() {
    return {Acl(Permissions::read, anyone_id_unsafe())};
}

// "user:base64(sha1(user:password))", as servers store it.
std::string make_digest_acl_credential(std::string_view user, std::string_view password) {
    std::string plain(user);
    plain.append(":").append(password);
    std::string credential(user);
    credential.append(":").append(base::base64_sha1(plain));
    return credential;
}

Acl make_acl(std::string scheme, std::string credential, std::int32_t perms) {
    return Acl(perms, Id(std::move(scheme), std::move(credential)));
}

Acl make_digest_acl(std::string_view user, std::string_view password, std::int32_t perms) {
    return make_acl("digest", make_digest_acl_credential(user, password), perms);
}

}  // namespace kazoo
