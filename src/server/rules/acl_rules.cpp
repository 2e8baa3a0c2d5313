// SPDX-License-Identifier: Apache-2.0
#include "server/rules/acl_rules.hpp"

#include "codec/decoder.hpp"
#include "security/digest.hpp"
#include "security/ip_range.hpp"
#include "security/principal_names.hpp"
#include "server/rules/identity_order.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace kazoo::server {

namespace {

/// Bounds the memory of a list: each "auth" entry expands to all identities of the connection.
constexpr std::size_t max_entries = 50'000;

bool is_anyone(const Id& id) noexcept {
    return id.scheme == "world" && id.id == "anyone";
}

/// Whether an "auth" entry expands to this identity: only to what the client authenticated as.
/// "super" is excluded, as in Apache's server.
bool is_authenticated(const Id& identity) noexcept {
    return identity.scheme != "ip" && identity.scheme != "super" && identity.scheme != "world";
}

bool matches(const Id& identity, const Id& granted) noexcept {
    if (identity.scheme != granted.scheme) return false;
    return granted.scheme == "ip" ? base::ip_in_range(identity.id, granted.id)
                                  : identity.id == granted.id;
}

/// Whether `id` is "user:hash" with exactly one colon; the user may be empty. Trailing colons do
/// not count, because Apache's server splits the id with Java's String.split.
bool is_digest_id(std::string_view id) noexcept {
    const std::size_t last = id.find_last_not_of(':');
    if (last == std::string_view::npos) return false;
    return std::count(id.begin(), id.begin() + last, ':') == 1;
}

bool is_valid(const Id& id, const AclSchemes& schemes) {
    if (id.scheme == "digest") return is_digest_id(id.id);
    if (id.scheme == "sasl") return schemes.sasl && base::is_kerberos_name(id.id);
    if (id.scheme == "x509") return schemes.x509 && base::is_x500_name(id.id);
    const bool is_ipv6 = id.id.find(':') != std::string::npos;
    return id.scheme == "ip" && base::is_ip_range(id.id) && (schemes.ipv6 || !is_ipv6);
}

bool is_null(std::string_view text) noexcept {
    return text == codec::Decoder::null_text;
}

/// Whether Apache's server throws while validating this null id. With other schemes a null id is an
/// invalid ACL.
bool cannot_be_checked(const Id& id, const AclSchemes& schemes) noexcept {
    return is_null(id.id) &&
           (id.scheme == "world" || id.scheme == "digest" || id.scheme == "ip" ||
            (schemes.sasl && id.scheme == "sasl") || (schemes.x509 && id.scheme == "x509"));
}

/// Removes duplicates. Returns nullopt where Apache's server throws: when it compares an entry
/// whose scheme or id is null with an earlier entry that is equal up to that field.
std::optional<AclList> without_duplicates(const AclList& list) {
    std::set<std::int32_t> perms;
    std::set<std::tuple<std::int32_t, std::string_view>> schemes;
    std::set<std::tuple<std::int32_t, std::string_view, std::string_view>> seen;
    AclList kept;
    for (const Acl& acl : list) {
        const auto& [scheme, id] = acl.id;
        const bool compares_null_scheme = is_null(scheme) && perms.contains(acl.perms);
        const bool compares_null_id = is_null(id) && schemes.contains({acl.perms, scheme});
        if (compares_null_scheme || compares_null_id) return std::nullopt;
        if (seen.emplace(acl.perms, scheme, id).second) {
            kept.push_back(acl);
            perms.insert(acl.perms);
            schemes.emplace(acl.perms, scheme);
        }
    }
    return kept;
}

/// Returns "user:base64(SHA-1(text))"; the user is everything before the first colon, or all of the
/// text if there is none.
std::string digest_of(std::string_view text) {
    return std::string(text.substr(0, text.find(':'))) + ':' + base::base64_sha1(text);
}

}  // namespace

bool allowed(const AclList& acl, std::int32_t perms, const std::vector<Id>& identities) {
    if (acl.empty()) return true;
    for (const Acl& entry : acl) {
        if ((entry.perms & perms) == 0) continue;
        if (is_anyone(entry.id)) return true;
        for (const Id& identity : identities) {
            if (matches(identity, entry.id)) return true;
        }
    }
    return std::any_of(identities.begin(), identities.end(), [](const Id& identity) {
        return identity.scheme == "super";
    });
}

StoredAcl normalize_acl(
    const AclList& requested, const std::vector<Id>& identities, const AclSchemes& schemes
) {
    const StoredAcl invalid{Errc::invalid_acl, {}};
    const StoredAcl failed{Errc::marshalling_error, {}};
    const auto entries = without_duplicates(requested);
    if (!entries) return failed;
    AclList fixed;
    for (const Acl& entry : *entries) {
        if (entry.id.scheme == "auth") {
            const std::size_t before = fixed.size();
            for (const Id* identity : in_apache_order(identities)) {
                if (is_authenticated(*identity)) {
                    fixed.emplace_back(entry.perms, *identity);
                }
            }
            if (fixed.size() == before) return invalid;
        } else if (cannot_be_checked(entry.id, schemes)) {
            return failed;
        } else if (is_anyone(entry.id) || is_valid(entry.id, schemes)) {
            fixed.push_back(entry);
        } else {
            return invalid;
        }
        if (fixed.size() > max_entries) return invalid;
    }
    if (fixed.empty()) return invalid;
    return {Errc::ok, std::move(fixed)};
}

AclList redacted(const AclList& acl) {
    AclList shown = acl;
    for (Acl& entry : shown) {
        const std::size_t colon = entry.id.id.find(':');
        if (entry.id.scheme == "digest" && colon != std::string::npos) {
            entry.id.id.replace(colon, std::string::npos, ":x");
        }
    }
    return shown;
}

std::optional<std::vector<Id>> authenticate(
    std::string_view scheme, std::optional<std::string_view> auth, std::string_view super_digest
) {
    // Connection's constructor has added the identity of the address.
    if (scheme == "ip") return std::vector<Id>();
    if (scheme != "digest" || !auth) return std::nullopt;
    try {
        std::string digest = digest_of(*auth);
        std::vector<Id> identities;
        if (!super_digest.empty() && digest == super_digest) {
            identities.emplace_back("super", "");
        }
        identities.emplace_back("digest", std::move(digest));
        return identities;
    } catch (const std::runtime_error&) {
        return std::nullopt;  // OpenSSL offers no SHA-1
    }
}

}  // namespace kazoo::server
