// SPDX-License-Identifier: Apache-2.0
// Fuzzes ACLs and identities as clients send them: address ranges, credentials, lists.
#include "fuzz/harness.hpp"
#include "security/ip_range.hpp"
#include "server/rules/acl_rules.hpp"

#include <kazoo/security.hpp>

#include <algorithm>
#include <sstream>

namespace kazoo::fuzz {
namespace {

void check_ranges(const std::string& address, const std::string& range) {
    const bool good = base::is_ip_range(range);
    require(good || !base::ip_in_range(address, range), "an invalid range contains no address");
    const auto base = range.substr(0, range.find('/'));
    require(!good || base::ip_in_range(base, range), "the base of a range is in it");
    require(!good || base::is_ip_range(base), "the base of a range is an address");
    if (base::ip_in_range(address, range)) {
        require(
            base::ip_in_range(address, base + "/0"), "a range contains addresses of its family only"
        );
    }
}

void check_digest(const std::string& user, const std::string& password) {
    const auto credential = make_digest_acl_credential(user, password);
    const auto known = server::authenticate("digest", user + ":" + password, credential);
    require(known.has_value(), "every credential can be checked");
    const bool plain_name = user.find(':') == std::string::npos;
    const auto granted = [&](std::int32_t perms) {
        return server::allowed({make_digest_acl(user, password, 5)}, perms, *known);
    };
    require(!plain_name || known->back().id == credential, "both sides compute the same");
    require(!plain_name || (known->size() == 2 && granted(1)), "the super user may do everything");
    require(
        !plain_name ||
            server::normalize_acl({make_digest_acl(user, password, 1)}, {}).err == Errc::ok,
        "a server accepts an ACL made by make_digest_acl"
    );
}

AclList read_list(Input& input) {
    AclList list;
    while (!input.empty() && list.size() < 40) {
        const auto perms = input.integer<std::int32_t>();
        auto scheme = input.flag() ? input.text()
                                   : input.pick<std::string>({"ip", "digest", "auth", "world"});
        list.push_back(make_acl(std::move(scheme), input.text(), perms));
    }
    return list;
}

void check_list(const AclList& asked) {
    const std::vector<Id> identities{Id("ip", "10.0.0.1"), Id("digest", "u:x"), Id("sasl", "s")};
    for (const Acl& entry : asked) {
        std::ostringstream out;
        out << entry;
        require(entry.acl_list().size() <= 5, "there are five permissions");
    }
    (void)server::allowed(asked, Permissions::read, identities);
    const auto hidden = server::redacted(asked);
    require(hidden.size() == asked.size(), "redaction keeps the number of entries");
    const auto stored = server::normalize_acl(asked, identities);
    if (stored.err != Errc::ok) {
        return;
    }
    require(!stored.list.empty(), "a stored ACL is not empty");
    require(
        std::none_of(
            stored.list.begin(),
            stored.list.end(),
            [](const Acl& entry) { return entry.id.scheme == "auth"; }
        ),
        "auth is not stored"
    );
    const auto again = server::normalize_acl(stored.list, identities);
    // An identity's digest may not be a valid id for the digest scheme, so lists with auth are
    // excepted.
    const bool literal = std::none_of(asked.begin(), asked.end(), [](const Acl& entry) {
        return entry.id.scheme == "auth";
    });
    require(!literal || again.list == stored.list, "a stored ACL can be stored again");
}

}  // namespace
}  // namespace kazoo::fuzz

/// The input: two texts preceded by their lengths and used in several ways, then a list.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    kazoo::fuzz::Input input(data, size);
    const auto first = input.text();
    const auto second = input.text();
    kazoo::fuzz::check_ranges(first, second);
    kazoo::fuzz::check_digest(first, second);
    kazoo::fuzz::check_list(kazoo::fuzz::read_list(input));
    return 0;
}
