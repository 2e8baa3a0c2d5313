// SPDX-License-Identifier: Apache-2.0
#include "server/database/write_operations.hpp"

#include "server/rules/path_rules.hpp"

namespace kazoo::server {

Errc check_caller(const WriteContext& context, std::string_view path) {
    if (!context.has_session()) {
        return Errc::session_expired;
    }
    return is_valid_path(path) ? Errc::ok : Errc::bad_arguments;
}

NodeOrError find_for_caller(
    const WriteContext& context, const Tree& tree, std::string_view path, std::int32_t perm
) {
    const Errc err = check_caller(context, path);
    if (err != Errc::ok) {
        return {nullptr, err};
    }
    return find_permitted(tree, path, perm, context.identities);
}

ParentPath parent_for_caller(const WriteContext& context, std::string_view path) {
    if (!context.has_session()) {
        return {Errc::session_expired, {}};
    }
    if (path.data() == nullptr) {
        return {Errc::marshalling_error, {}};
    }
    const auto parent = parent_of(path);
    return parent ? ParentPath{Errc::ok, *parent} : ParentPath{Errc::bad_arguments, {}};
}

StoredAcl stored_acl(const WriteContext& context, const AclList& requested) {
    if (requested.empty() && context.options.profile.accepts_empty_acls()) {
        return {};
    }
    const DatabaseOptions& options = context.options;
    const AclSchemes schemes{
        options.profile.accepts_ipv6_acls(), options.sasl_acls, options.x509_acls};
    return normalize_acl(requested, context.identities, schemes);
}

std::optional<std::string> owned(std::optional<std::string_view> data) {
    return data ? std::optional<std::string>(*data) : std::nullopt;
}

}  // namespace kazoo::server
