// SPDX-License-Identifier: Apache-2.0
#include "values/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace {

using kazoo::base::printable;
using kazoo::base::quoted;

TEST(PrintableText, LeavesTextAlone) {
    EXPECT_EQ(printable(""), "");
    EXPECT_EQ(printable("/a b/~\u00e9"), "/a b/~\u00e9");
}

TEST(PrintableText, EscapesControlCharacters) {
    EXPECT_EQ(printable(std::string_view("a\0\n\x1f\x7f", 5)), "a\\x00\\x0a\\x1f\\x7f");
}

TEST(PrintableText, IsShortened) {
    EXPECT_EQ(printable("abcdef", 6), "abcdef");
    EXPECT_EQ(printable("abcdefg", 6), "abcdef...");
    EXPECT_EQ(printable(std::string(1000, 'x')).size(), 203U);
}

TEST(PrintableText, IsQuoted) {
    EXPECT_EQ(quoted("a\tb", 2), "'a\\x09...'");
}

}  // namespace
