// SPDX-License-Identifier: Apache-2.0
// The members of a JSON object, as texts.
#include "recipe/discovery/json_members.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kazoo::detail::recipe {
namespace {

/// Returns the members as "key=value;".
std::string members(std::string_view object) {
    std::string text;
    for (const auto& [key, value] : json_members(object)) {
        text += std::string(key) + "=" + std::string(value) + ";";
    }
    return text;
}

TEST(JsonMembers, AreTheTextsOfKeysAndValues) {
    EXPECT_EQ(members("{}"), "");
    EXPECT_EQ(members(R"({"a":1})"), R"("a"=1;)");
    EXPECT_EQ(members(" {\n \"a\" : -1.5e3 , \"b\":true\t} "), R"("a"=-1.5e3;"b"=true;)");
    EXPECT_EQ(
        members(R"({"a":{"b":[1,{}],"c":"}"} ,"d":[ ], "a":null})"),
        R"("a"={"b":[1,{}],"c":"}"};"d"=[ ];"a"=null;)"
    );
}

TEST(JsonMembers, MayContainQuotesAndBraces) {
    EXPECT_EQ(
        members(R"({"\"}":"\\","k":"a\\\"]{","":["]","\\"]})"),
        R"("\"}"="\\";"k"="a\\\"]{";""=["]","\\"];)"
    );
}

TEST(JsonMembers, OfOtherValuesAreNone) {
    for (const auto* const text : {"", "1", "[1,2]", "\"{}\"", "null"}) {
        EXPECT_EQ(members(text), "") << text;
    }
}

TEST(JsonMembers, OfTextsThatAreNoJsonEndWithTheText) {
    const std::string valid = R"({"a":{"b":[1,"\"x"]},"c":2})";
    for (std::size_t size = 0; size < valid.size(); ++size) {
        for (const auto& [key, value] : json_members(std::string_view(valid).substr(0, size))) {
            EXPECT_LE(key.size() + value.size(), size);
        }
    }
    EXPECT_LE(json_members(R"({"a" "b" "c")").size(), 2);
}

}  // namespace
}  // namespace kazoo::detail::recipe
