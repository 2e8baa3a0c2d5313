// SPDX-License-Identifier: Apache-2.0
#include "server/rules/acl_rules.hpp"

#include "codec/decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace kazoo::server {
namespace {

/// The list as stored; nullopt if it is invalid.
std::optional<AclList> fixed(const AclList& asked, const std::vector<Id>& identities) {
    StoredAcl stored = normalize_acl(asked, identities);
    EXPECT_TRUE(stored.err == Errc::ok || stored.err == Errc::invalid_acl);
    return stored.err == Errc::ok ? std::optional(std::move(stored.list)) : std::nullopt;
}

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

// ZooKeeper's digest for bob:secret.
const std::string bob_digest = "bob:fyVmFCwVbTJYrznoSu1koqYEYF0=";
const Id address("ip", "10.1.2.3");
const Id bob("digest", bob_digest);
const Id super_user("super", "");

AclList one(std::int32_t perms, std::string scheme, std::string id) {
    return {Acl(perms, Id(std::move(scheme), std::move(id)))};
}

TEST(AllowedTest, WorldPermissionsApplyToEveryone) {
    EXPECT_TRUE(allowed(read_acl_unsafe(), Permissions::read, {}));
    EXPECT_FALSE(allowed(read_acl_unsafe(), Permissions::write, {address}));
    EXPECT_TRUE(allowed(AclList(), Permissions::admin, {}));
}

TEST(AllowedTest, OneOfSeveralPermissionsSuffices) {
    EXPECT_TRUE(allowed(read_acl_unsafe(), Permissions::read | Permissions::admin, {}));
    EXPECT_FALSE(allowed(one(0, "world", "anyone"), Permissions::all, {}));
}

TEST(AllowedTest, DigestsMustBeEqual) {
    const AclList acl = one(Permissions::all, "digest", bob_digest);
    EXPECT_TRUE(allowed(acl, Permissions::read, {address, bob}));
    EXPECT_FALSE(allowed(acl, Permissions::read, {address, Id("digest", "bob:other")}));
    EXPECT_FALSE(allowed(acl, Permissions::read, {Id("other", bob_digest)}));
    EXPECT_FALSE(allowed(acl, Permissions::read, {}));
}

TEST(AllowedTest, AddressRangesMatch) {
    const AclList acl = one(Permissions::read, "ip", "10.0.0.0/8");
    EXPECT_TRUE(allowed(acl, Permissions::read, {address}));
    EXPECT_FALSE(allowed(acl, Permissions::read, {Id("ip", "11.0.0.1")}));
}

TEST(AllowedTest, TheSuperUserMayDoEverything) {
    EXPECT_TRUE(allowed(read_acl_unsafe(), Permissions::admin, {address, super_user}));
    EXPECT_TRUE(allowed(one(0, "digest", "a:b"), Permissions::admin, {super_user}));
}

TEST(AllowedTest, EveryEntryIsChecked) {
    AclList acl = read_acl_unsafe();
    acl.emplace_back(Permissions::write, bob);
    EXPECT_TRUE(allowed(acl, Permissions::write, {bob}));
    EXPECT_FALSE(allowed(acl, Permissions::write, {address}));
}

TEST(NormalizeAclTest, RefusesTheEmptyList) {
    EXPECT_EQ(fixed(AclList(), {address, bob}), std::nullopt);
}

TEST(NormalizeAclTest, DropsExactDuplicates) {
    AclList asked = read_acl_unsafe();
    asked.push_back(open_acl_unsafe().front());
    asked.push_back(asked.front());
    EXPECT_THAT(fixed(asked, {}), Optional(ElementsAre(asked[0], asked[1])));
}

TEST(NormalizeAclTest, IgnoresThePermissions) {
    for (const std::int32_t perms : {0, 99, -1}) {
        const AclList asked = one(perms, "world", "anyone");
        EXPECT_THAT(fixed(asked, {}), Optional(asked));
    }
}

TEST(NormalizeAclTest, ReplacesAuthByTheIdentities) {
    const Id eve("digest", "eve:hash");
    EXPECT_THAT(
        fixed(one(5, "auth", "whatever"), {address, super_user, bob, eve}),
        Optional(testing::UnorderedElementsAre(Acl(5, bob), Acl(5, eve)))
    );
    EXPECT_EQ(fixed(creator_all_acl(), {address}), std::nullopt);
    EXPECT_EQ(fixed(creator_all_acl(), {address, super_user}), std::nullopt);
}

TEST(NormalizeAclTest, AuthDoesNotFillTheMemory) {
    std::vector<Id> identities;
    AclList asked;
    for (int i = 0; i < 1000; ++i) {
        identities.emplace_back("digest", "user:" + std::to_string(i));
        asked.emplace_back(i, auth_ids());
    }
    EXPECT_EQ(fixed(asked, identities), std::nullopt);
}

TEST(NormalizeAclTest, ChecksTheSchemes) {
    const std::vector<Id> valid = {
        Id("world", "anyone"),
        Id("digest", "u:h"),
        Id("digest", ":h"),
        Id("digest", "u:h:"),
        Id("ip", "10.0.0.0/8"),
        Id("ip", "::1")};
    for (const Id& id : valid) {
        EXPECT_THAT(fixed({Acl(1, id)}, {}), Optional(ElementsAre(Acl(1, id)))) << id;
    }
    const std::vector<Id> invalid = {
        Id("world", ""),
        Id("world", "anybody"),
        Id("digest", "u"),
        Id("digest", "u:"),
        Id("digest", "u::"),
        Id("digest", "a:b:c"),
        Id("digest", "::c"),
        Id("digest", ":"),
        Id("digest", ""),
        Id("ip", "10.0.0.0/99"),
        Id("ip", "host"),
        Id("sasl", "bob"),
        Id("x509", "CN=bob"),
        Id("super", ""),
        Id("", ""),
        Id("other", "id")};
    for (const Id& id : invalid) {
        EXPECT_EQ(fixed({Acl(1, id)}, {address, bob}), std::nullopt) << id;
        AclList among_others = open_acl_unsafe();
        among_others.emplace_back(1, id);
        EXPECT_EQ(fixed(among_others, {address, bob}), std::nullopt) << id;
    }
}

TEST(NormalizeAclTest, SaslAndX509AreValidWhereTheyAreConfigured) {
    const auto err = [](const char* scheme, const std::string& id, AclSchemes schemes) {
        return normalize_acl({Acl(1, Id(scheme, id))}, {address}, schemes).err;
    };
    const AclSchemes sasl{true, true, false};
    const AclSchemes x509{true, false, true};
    EXPECT_EQ(err("sasl", "bob", sasl), Errc::ok);
    EXPECT_EQ(err("sasl", "bob@a@b", sasl), Errc::invalid_acl);
    EXPECT_EQ(err("sasl", "bob", x509), Errc::invalid_acl);
    EXPECT_EQ(err("x509", "CN=bob,OU=b", x509), Errc::ok);
    EXPECT_EQ(err("x509", "bob", x509), Errc::invalid_acl);
    EXPECT_EQ(err("x509", "CN=bob", sasl), Errc::invalid_acl);
    // Apache's server fails on a null id of a scheme that it has.
    const std::string null(codec::Decoder::null_text);
    EXPECT_EQ(err("sasl", null, sasl), Errc::marshalling_error);
    EXPECT_EQ(err("x509", null, x509), Errc::marshalling_error);
    EXPECT_EQ(err("sasl", null, x509), Errc::invalid_acl);
}

TEST(NormalizeAclTest, AuthStandsForUsersOfSaslAndCertificates) {
    const Id user("sasl", "bob");
    const Id certificate("x509", "CN=bob");
    const auto stored = fixed({Acl(3, auth_ids())}, {address, user, super_user, certificate});
    ASSERT_TRUE(stored.has_value());
    EXPECT_THAT(*stored, testing::UnorderedElementsAre(Acl(3, user), Acl(3, certificate)));
}

TEST(RedactedTest, HidesTheHashes) {
    const AclList acl = {
        Acl(31, bob),
        Acl(1, anyone_id_unsafe()),
        Acl(2, Id("ip", "fe80::1")),
        Acl(3, Id("sasl", "a:b"))};
    AclList expected = acl;
    expected[0].id.id = "bob:x";
    EXPECT_EQ(redacted(acl), expected);
}

TEST(AuthenticateTest, HashesUserAndPassword) {
    EXPECT_THAT(authenticate("digest", "bob:secret", ""), Optional(ElementsAre(bob)));
    EXPECT_THAT(
        authenticate("digest", "bob:with:colons", ""),
        Optional(ElementsAre(Id("digest", make_digest_acl_credential("bob", "with:colons"))))
    );
}

TEST(AuthenticateTest, AcceptsAnyBytes) {
    for (const std::string& text : {std::string(), std::string("bob"), std::string("\0\xff", 2)}) {
        const auto identities = authenticate("digest", text, "");
        ASSERT_TRUE(identities.has_value());
        ASSERT_EQ(identities->size(), 1U);
        EXPECT_EQ(identities->front().scheme, "digest");
        EXPECT_EQ(identities->front().id.substr(0, text.size() + 1), text + ":");
    }
}

TEST(AuthenticateTest, TheSuperDigestIdentifiesTheSuperUser) {
    EXPECT_THAT(
        authenticate("digest", "bob:secret", bob_digest), Optional(ElementsAre(super_user, bob))
    );
    EXPECT_THAT(authenticate("digest", "bob:wrong", bob_digest), Optional(testing::SizeIs(1)));
}

TEST(AuthenticateTest, TheIpSchemeAddsNothing) {
    EXPECT_THAT(authenticate("ip", "whatever", ""), Optional(IsEmpty()));
    EXPECT_THAT(authenticate("ip", std::nullopt, ""), Optional(IsEmpty()));
}

TEST(AuthenticateTest, RefusesOtherSchemes) {
    EXPECT_EQ(authenticate("digest", std::nullopt, ""), std::nullopt);
    for (const char* scheme : {"world", "auth", "super", "sasl", "x509", "", "Digest"}) {
        EXPECT_EQ(authenticate(scheme, "bob:secret", ""), std::nullopt) << scheme;
    }
}

}  // namespace
}  // namespace kazoo::server
