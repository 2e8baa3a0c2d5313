// SPDX-License-Identifier: Apache-2.0
#include "server/sasl/digest_directives.hpp"

#include <gtest/gtest.h>

namespace kazoo::server {
namespace {

TEST(DigestDirectives, PlainAndQuotedValues) {
    const auto all = parse_directives("username=\"a,b=\\\"c\\\\\",nc=1, Realm = \"\" ,qop=auth");
    ASSERT_TRUE(all.has_value());
    EXPECT_EQ(all->username, "a,b=\"c\\");
    EXPECT_EQ(all->nc, "1");
    EXPECT_EQ(all->realm, "");
    EXPECT_EQ(all->qop, "auth");
    EXPECT_EQ(all->nonce, std::nullopt);
}

TEST(DigestDirectives, EachNameHasItsField) {
    const auto all = parse_directives(
        "username=1,realm=2,nonce=3,cnonce=4,nc=5,qop=6,digest-uri=7,response=8,charset=9,authzid="
        "10"
    );
    ASSERT_TRUE(all.has_value());
    EXPECT_EQ(all->username, "1");
    EXPECT_EQ(all->realm, "2");
    EXPECT_EQ(all->nonce, "3");
    EXPECT_EQ(all->cnonce, "4");
    EXPECT_EQ(all->nc, "5");
    EXPECT_EQ(all->qop, "6");
    EXPECT_EQ(all->digest_uri, "7");
    EXPECT_EQ(all->response, "8");
    EXPECT_EQ(all->charset, "9");
    EXPECT_EQ(all->authzid, "10");
}

TEST(DigestDirectives, EmptyElementsAndUnknownNamesAreIgnored) {
    EXPECT_TRUE(parse_directives("").has_value());
    EXPECT_TRUE(parse_directives(" , ,").has_value());
    const auto all = parse_directives(",x=y,,x=\"z\",nc=1,");
    ASSERT_TRUE(all.has_value());
    EXPECT_EQ(all->nc, "1");
}

TEST(DigestDirectives, MalformedTextIsRefused) {
    for (const char* text :
         {"nc",
          "nc=",
          "=1",
          "nc=1 2",
          "nc=\"1",
          "nc=\"1\\",
          "nc=\"1\"2",
          "nc=1\"2\"",
          "n\"c=1",
          "nc 1",
          "nc=1,nc=1",
          "nc=1;qop=auth=x y"}) {
        EXPECT_FALSE(parse_directives(text).has_value()) << text;
    }
}

}  // namespace
}  // namespace kazoo::server
