// SPDX-License-Identifier: Apache-2.0
// The members of a JSON object, as texts.
#include "recipe/json/json_members.hpp"

#include <gmock/gmock.h>

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

TEST(JsonElements, AreTheTextsOfTheValues) {
    using testing::ElementsAre;
    EXPECT_THAT(json_elements("[]"), ElementsAre());
    EXPECT_THAT(
        json_elements(" [ 1 ,\"],\" , [2,{}],{\"a\":[]} ] "),
        ElementsAre("1", "\"],\"", "[2,{}]", "{\"a\":[]}")
    );
    EXPECT_THAT(json_elements("{\"a\":1}"), ElementsAre());
}

TEST(JsonElements, OfTextsThatAreNoJsonEndWithTheText) {
    const std::string valid = R"([{"b":[1,"\"x"]},"c",2])";
    for (std::size_t size = 0; size < valid.size(); ++size) {
        for (const auto element : json_elements(std::string_view(valid).substr(0, size))) {
            EXPECT_LE(element.size(), size);
        }
    }
    EXPECT_LE(json_elements("[,}]").size(), 2);
}

}  // namespace
}  // namespace kazoo::detail::recipe
