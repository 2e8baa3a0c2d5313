// SPDX-License-Identifier: Apache-2.0
#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using kazoo::check_path;
using kazoo::Errc;
using kazoo::is_plain_path;
using kazoo::normalize_path;
using kazoo::Outcome;
using kazoo::PathView;
using kazoo::Result;
using namespace std::string_literals;

TEST(NormalPath, HasOneLeadingSlashAndSingleSlashes) {
    EXPECT_EQ(normalize_path("/a/b"), "/a/b");
    EXPECT_EQ(normalize_path("a//b/"), "/a/b");
    EXPECT_EQ(normalize_path("///a///"), "/a");
    EXPECT_EQ(normalize_path("a"), "/a");
    EXPECT_EQ(normalize_path(""), "/");
    EXPECT_EQ(normalize_path("////"), "/");
}

TEST(PlainPath, IsNormalValidAscii) {
    for (const char* path : {"/", "/a", "/a/b", "/a b/~", "/...", "/..a", "/a..", "/.a/b."}) {
        EXPECT_TRUE(is_plain_path(path)) << path;
    }
}

TEST(PlainPath, RefusesEverythingElse) {
    for (const char* path :
         {"",
          "a",
          "//",
          "/a/",
          "/a//b",
          "//a",
          "/.",
          "/..",
          "/a/./b",
          "/a/..",
          "/a\x01",
          "/a\x1f/b",
          "/a\x7f",
          "/\xc3\xa9"}) {
        EXPECT_FALSE(is_plain_path(path)) << path;
    }
    EXPECT_FALSE(is_plain_path(std::string_view("/a\0b", 4)));
}

/// Byte for byte, in the simplest way.
bool is_plain_by_definition(const std::string& path) {
    std::vector<std::string> components{""};
    for (const char c : path) {
        if (c < ' ' || c > '~') {
            return false;
        }
        if (c == '/') {
            components.emplace_back();
        } else {
            components.back().push_back(c);
        }
    }
    if (path == "/") {
        return true;
    }
    const auto is_bad = [](const std::string& c) { return c.empty() || c == "." || c == ".."; };
    return components.size() > 1 && components.front().empty() &&
           std::none_of(components.begin() + 1, components.end(), is_bad);
}

TEST(PlainPath, OfAnyLengthIsFoundByItsDefinition) {
    const auto characters = "aaaaa/.~\x7f\x80\x1f \0/a/a/a."s;
    std::uint32_t state = 1;
    int plain = 0;
    for (int i = 0; i < 200'000; ++i) {
        state = state * 1664525 + 1013904223;
        std::string path(1 + (state >> 16) % 28, 'a');
        const auto strange = (state >> 8) % 4;  // in most paths few bytes are
        path[0] = '/';
        for (std::uint32_t n = 0; n < strange * path.size() / 4 + 1; ++n) {
            state = state * 1664525 + 1013904223;
            path[(state >> 16) % path.size()] = characters[(state >> 8) % characters.size()];
        }
        const bool expected = is_plain_by_definition(path);
        plain += expected ? 1 : 0;
        ASSERT_EQ(is_plain_path(path), expected) << testing::PrintToString(path);
    }
    EXPECT_GT(plain, 10'000);
    EXPECT_LT(plain, 190'000);
}

std::string checked(std::string_view path, bool sequence = false) {
    const Result<std::string> result = check_path(path, sequence);
    return result ? *result : "refused: " + result.failure().detail();
}

TEST(CheckedPath, IsNormalised) {
    EXPECT_EQ(checked("/a/b"), "/a/b");
    EXPECT_EQ(checked("a//b/"), "/a/b");
    EXPECT_EQ(checked(""), "/");
}

TEST(CheckedPath, FailuresAreBadArgumentsThatWereNotSent) {
    const Result<std::string> result = check_path("/a/./b");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Errc::bad_arguments);
    EXPECT_EQ(result.failure().outcome(), Outcome::not_sent);
    EXPECT_EQ(result.failure().path(), "/a/./b");
    EXPECT_THROW((void)result.value(), kazoo::BadArgumentsError);
}

TEST(CheckedPath, IsNotMadeFromANullPointer) {
    const char* const nothing = nullptr;
    const Result<std::string> result = check_path(nothing);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Errc::bad_arguments);
    EXPECT_EQ(result.failure().detail(), "the path is a null pointer");
    EXPECT_EQ(result.failure().path(), "");
}

TEST(CheckedPath, MayBeAnEmptyViewWithoutData) {
    EXPECT_EQ(checked(std::string_view()), "/");
    EXPECT_TRUE(check_path(PathView()));
    EXPECT_TRUE(check_path(PathView(nullptr, 0)));
    EXPECT_FALSE(PathView(std::string_view()).from_null_pointer());
}

TEST(CheckedPath, HasNoDotComponents) {
    EXPECT_EQ(checked("/a/./b"), "refused: component '.' at byte 3");
    EXPECT_EQ(checked("/a/.."), "refused: component '..' at byte 3");
    EXPECT_EQ(checked("."), "refused: component '.' at byte 0");
    EXPECT_EQ(checked("/../a"), "refused: component '..' at byte 1");
    EXPECT_EQ(checked("/.../..a/.b/c.."), "/.../..a/.b/c..");
}

TEST(CheckedPath, HasNoControlCharacters) {
    EXPECT_EQ(checked("/a\0b"s), "refused: NUL U+0000 at byte 2");
    EXPECT_EQ(checked("/\x01"), "refused: control character U+0001 at byte 1");
    EXPECT_EQ(checked("/\x1f"), "refused: control character U+001F at byte 1");
    EXPECT_EQ(checked("/ "), "/ ");
    EXPECT_EQ(checked("/~"), "/~");
    EXPECT_EQ(checked("/ab\x7f"), "refused: control character U+007F at byte 3");
    EXPECT_EQ(checked("/\xc2\x80"), "refused: control character U+0080 at byte 1");
    EXPECT_EQ(checked("/\xc2\x9f"), "refused: control character U+009F at byte 1");
    EXPECT_EQ(checked("/\xc2\xa0"), "/\xc2\xa0");
}

TEST(CheckedPath, AcceptsOtherAlphabets) {
    EXPECT_EQ(checked("/\u00e9t\u00e9/\u65e5\u672c/"), "/\u00e9t\u00e9/\u65e5\u672c");
}

TEST(CheckedPath, HasNeitherSurrogatesNorPrivateNorSpecialCharacters) {
    EXPECT_EQ(checked("/\xed\x9f\xbf"), "/\xed\x9f\xbf");  // U+D7FF
    EXPECT_EQ(checked("/\xed\xa0\x80"), "refused: surrogate U+D800 at byte 1");
    EXPECT_EQ(checked("/\xed\xbf\xbf"), "refused: surrogate U+DFFF at byte 1");
    EXPECT_EQ(checked("/\uE000"), "refused: private use character U+E000 at byte 1");
    EXPECT_EQ(checked("/\uF8FF"), "refused: private use character U+F8FF at byte 1");
    EXPECT_EQ(checked("/\uF900"), "/\uF900");
    EXPECT_EQ(checked("/\uFFEF"), "/\uFFEF");
    EXPECT_EQ(checked("/\uFFF0"), "refused: special character U+FFF0 at byte 1");
    EXPECT_EQ(checked("/\xef\xbf\xbf"), "refused: special character U+FFFF at byte 1");
}

TEST(CheckedPath, StaysInTheBasicMultilingualPlane) {
    const std::string reason = "refused: character outside the Basic Multilingual Plane ";
    EXPECT_EQ(checked("/\U00010000"), reason + "U+10000 at byte 1");
    EXPECT_EQ(checked("/ok/\U0001F600"), reason + "U+1F600 at byte 4");
    EXPECT_EQ(checked("/\U0010FFFF"), reason + "U+10FFFF at byte 1");
}

TEST(CheckedPath, InvalidUtf8IsLeftToTheServer) {
    for (const char* path :
         {"/\x80",
          "/\xff",
          "/\xc3",
          "/\xe6\x97",
          "/\xf0\x9f\x98",
          "/\xc0\x80",
          "/\xc1\xbf",
          "/\xe0\x80\x80",
          "/\xe0\x82\x80",
          "/\xf0\x80\x80\x80",
          "/\xf4\x90\x80\x80",
          "/\xf5\x80\x80\x80",
          "/\xc3(",
          "/\xe6(\x97",
          "/\xf0\x9f(\x98"}) {
        EXPECT_EQ(checked(path), path);
    }
}

TEST(CheckedPath, ALeadByteDoesNotSwallowTheNextCharacter) {
    EXPECT_EQ(checked("/\xe6\x01"), "refused: control character U+0001 at byte 2");
    EXPECT_EQ(checked("/\xc3/../a"), "refused: component '..' at byte 3");
}

TEST(SequencePath, KeepsItsTrailingSlash) {
    EXPECT_EQ(checked("/queue/", true), "/queue/");
    EXPECT_EQ(checked("queue//", true), "/queue/");
    EXPECT_EQ(checked("/queue/n-", true), "/queue/n-");
    EXPECT_EQ(checked("/", true), "/");
    EXPECT_EQ(checked("", true), "/");
}

TEST(SequencePath, MayEndInDotsBecauseDigitsFollow) {
    EXPECT_EQ(checked("/a/.", true), "/a/.");
    EXPECT_EQ(checked("/a/..", true), "/a/..");
    EXPECT_EQ(checked("/a/../", true), "refused: component '..' at byte 3");
    EXPECT_EQ(checked("/./a", true), "refused: component '.' at byte 1");
}

TEST(PathParts, Join) {
    EXPECT_EQ(kazoo::join_path("/a", "b"), "/a/b");
    EXPECT_EQ(kazoo::join_path("/a/", "/b/c"), "/a/b/c");
    EXPECT_EQ(kazoo::join_path("/", "b"), "/b");
    EXPECT_EQ(kazoo::join_path("", ""), "/");
    EXPECT_EQ(kazoo::join_path("/a", ""), "/a");
    EXPECT_EQ(kazoo::join_path("/a", "n/"), "/a/n/");
}

TEST(PathParts, Split) {
    EXPECT_EQ(kazoo::parent_path("/a/b"), "/a");
    EXPECT_EQ(kazoo::parent_path("/a"), "/");
    EXPECT_EQ(kazoo::parent_path("/"), "/");
    EXPECT_EQ(kazoo::node_name("/a/b"), "b");
    EXPECT_EQ(kazoo::node_name("/a"), "a");
    EXPECT_EQ(kazoo::node_name("/"), "");
}

}  // namespace
