// SPDX-License-Identifier: Apache-2.0
// The names of members, and the difference between two states of a party.
#include "recipe/party/member_names.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kazoo::detail::recipe {
namespace {

using enum MemberLayout;
using Names = std::vector<std::string>;

TEST(MemberNames, HaveTheFormOfTheirLayout) {
    EXPECT_EQ(member_name(party, "0af1", "me"), "0af1__party__");
    EXPECT_EQ(member_name(shallow, "0af1", "me"), "0af1-me");
    EXPECT_EQ(member_name(shallow, "0af1", ""), "0af1-");
    EXPECT_EQ(member_name(group, "0af1", "me"), "me");
}

TEST(MemberNames, AreRecognised) {
    EXPECT_TRUE(is_member(party, "0af1__party__"));
    EXPECT_TRUE(is_member(party, "x__party__y")) << "kazoo looks for the mark anywhere";
    EXPECT_FALSE(is_member(party, "0af1-me"));
    EXPECT_TRUE(is_member(shallow, "anything"));
    EXPECT_TRUE(is_member(group, "anything"));
}

TEST(MemberNames, ContainIdentifiers) {
    EXPECT_EQ(identifier_in(shallow, "0af1-host-7-x"), "host-7-x") << "behind the first dash";
    EXPECT_EQ(identifier_in(shallow, "0af1-"), "");
    EXPECT_EQ(identifier_in(shallow, "nodash"), "nodash");
    EXPECT_EQ(identifier_in(group, "host-7"), "host-7");
}

TEST(MemberNames, AreComparedByNodeAndListedByIdentifier) {
    const Members before = {{"1", "b"}, {"2", "a"}, {"3", "a"}};
    const Members after = {{"2", "a"}, {"4", "c"}, {"5", "a"}};
    EXPECT_EQ(identifiers_of(before), Names({"a", "a", "b"}));
    const auto change = change_between(before, after);
    EXPECT_EQ(change.members, Names({"a", "a", "c"}));
    EXPECT_EQ(change.joined, Names({"a", "c"}));
    EXPECT_EQ(change.left, Names({"a", "b"}));
    EXPECT_EQ(change_between({}, {}).members, Names());
}

TEST(Identifiers, AreUtf8) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8(std::string_view("a\0b", 3)));
    EXPECT_TRUE(is_utf8("Z\xC3\xBCrich"));
    EXPECT_TRUE(is_utf8("\xE2\x82\xAC"));
    EXPECT_TRUE(is_utf8("\xF0\x9F\x90\x98"));
    EXPECT_TRUE(is_utf8("\xF4\x8F\xBF\xBF"));
    for (const auto* const invalid :
         {"\x80",
          "\xC3",
          "\xC0\xAF",
          "\xC3\x28",
          "\xE2\x82",
          "\xE0\x80\xAF",
          "\xED\xA0\x80",
          "\xF0\x80\x80\xAF",
          "\xF4\x90\x80\x80",
          "\xF5\x80\x80\x80",
          "\xFF"}) {
        EXPECT_FALSE(is_utf8(invalid)) << invalid;
        EXPECT_FALSE(is_utf8(std::string("a") + invalid + "a")) << invalid;
    }
}

}  // namespace
}  // namespace kazoo::detail::recipe
