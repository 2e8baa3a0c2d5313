// SPDX-License-Identifier: Apache-2.0
#include <kazoo/security.hpp>

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using kazoo::Acl;
using kazoo::AclList;
using kazoo::Id;
using kazoo::Permissions;
using Names = std::vector<std::string>;

// g++ 12 destroys temporaries of aggregate type twice in a co_await expression.
static_assert(!std::is_aggregate_v<Id>);
static_assert(!std::is_aggregate_v<Acl>);

TEST(Permissions, BitsAreThoseOfTheProtocol) {
    EXPECT_EQ(Permissions::read, 1);
    EXPECT_EQ(Permissions::write, 2);
    EXPECT_EQ(Permissions::create, 4);
    EXPECT_EQ(Permissions::delete_, 8);
    EXPECT_EQ(Permissions::admin, 16);
    EXPECT_EQ(Permissions::all, 31);
}

TEST(Permissions, HaveNames) {
    EXPECT_EQ(kazoo::acl_list(0), Names());
    EXPECT_EQ(kazoo::acl_list(Permissions::admin), Names({"ADMIN"}));
    EXPECT_EQ(kazoo::acl_list(15), Names({"READ", "WRITE", "CREATE", "DELETE"}));
    EXPECT_EQ(kazoo::acl_list(Permissions::all), Names({"ALL"}));
}

TEST(Permissions, BitsWithoutNameAreLeftOut) {
    EXPECT_EQ(kazoo::acl_list(32 | Permissions::read), Names({"READ"}));
    EXPECT_EQ(kazoo::acl_list(-1), Names({"ALL"}));
}

TEST(Acl, ComparesPermissionsSchemeAndId) {
    const Acl acl(1, Id("ip", "10.0.0.1"));
    EXPECT_EQ(acl, Acl(1, Id("ip", "10.0.0.1")));
    EXPECT_NE(acl, Acl(2, Id("ip", "10.0.0.1")));
    EXPECT_NE(acl, Acl(1, Id("sasl", "10.0.0.1")));
    EXPECT_NE(acl, Acl(1, Id("ip", "10.0.0.2")));
}

TEST(Acl, PrintsItsPermissionsByName) {
    std::ostringstream out;
    out << Acl(3, Id("world", "anyone"));
    EXPECT_EQ(out.str(), "Acl(perms=3, acl_list=[READ, WRITE], id=Id(scheme=world, id=anyone))");
}

TEST(Acl, WellKnownLists) {
    EXPECT_EQ(kazoo::open_acl_unsafe(), AclList({Acl(31, Id("world", "anyone"))}));
    EXPECT_EQ(kazoo::creator_all_acl(), AclList({Acl(31, Id("auth", ""))}));
    EXPECT_EQ(kazoo::read_acl_unsafe(), AclList({Acl(1, Id("world", "anyone"))}));
}

// The hashes were computed with `printf %s user:password | openssl sha1 -binary | base64`.
TEST(DigestCredential, IsUserAndBase64OfSha1) {
    EXPECT_EQ(
        kazoo::make_digest_acl_credential("bob", "secret"), "bob:fyVmFCwVbTJYrznoSu1koqYEYF0="
    );
    EXPECT_EQ(kazoo::make_digest_acl_credential("", ""), ":BaefBs8/Z/cm2uaNGKIpD2yaUMk=");
}

TEST(DigestCredential, TakesAnyBytes) {
    const std::string password(1000, '\0');
    const std::string credential = kazoo::make_digest_acl_credential("u", password);
    EXPECT_EQ(credential.size(), 2U + 28U);
    EXPECT_NE(credential, kazoo::make_digest_acl_credential("u", ""));
}

TEST(DigestCredential, MakesAnAclEntry) {
    EXPECT_EQ(
        kazoo::make_digest_acl("bob", "secret", Permissions::all),
        kazoo::make_acl("digest", "bob:fyVmFCwVbTJYrznoSu1koqYEYF0=", 31)
    );
}

}  // namespace
