// SPDX-License-Identifier: Apache-2.0
#include "client/server_version.hpp"

#include <gtest/gtest.h>

namespace kazoo::detail::client {
namespace {

using Numbers = std::vector<int>;

TEST(ServerVersionTest, TheNumbersAfterTheLabel) {
    EXPECT_EQ(
        parse_server_version("Zookeeper version: 3.8.0-5a02a05eddb59aee, built on 2022\nMode: x\n"),
        (Numbers{3, 8, 0})
    );
    EXPECT_EQ(parse_server_version("ClickHouse Keeper version: v23"), Numbers{});
    EXPECT_EQ(parse_server_version("x version:3.9"), (Numbers{3, 9}));
    EXPECT_EQ(parse_server_version("version: 3."), Numbers{3});
    EXPECT_EQ(parse_server_version("version: 99999999999.1"), Numbers{});
}

TEST(ServerVersionTest, IgnoresInvalidNumbers) {
    EXPECT_EQ(parse_server_version(""), Numbers{});
    EXPECT_EQ(parse_server_version("imok"), Numbers{});
    EXPECT_EQ(parse_server_version("version: -3.-4"), Numbers{});
    EXPECT_EQ(parse_server_version("version: 3.-4"), Numbers{3});
}

TEST(ServerVersionTest, AnAnswerThatEndsWithTheLabel) {
    // A digit precedes the text in memory; the parser must not read it.
    for (const std::string_view text : {"7version:", "7version:   "}) {
        EXPECT_EQ(parse_server_version(text.substr(1)), Numbers{});
    }
}

}  // namespace
}  // namespace kazoo::detail::client
