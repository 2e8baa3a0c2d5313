// SPDX-License-Identifier: Apache-2.0
#include "session/config.hpp"

#include <gtest/gtest.h>

namespace kazoo::session {
namespace {

using namespace std::chrono_literals;

TEST(ConfigTest, DefaultsAreUsable) {
    const Config config;
    EXPECT_TRUE(config.randomize_hosts);
    EXPECT_EQ(config.session_timeout, 10s);
    EXPECT_EQ(config.connect_timeout, 0ms);
    EXPECT_EQ(config.session_id, 0);
    EXPECT_FALSE(config.read_only);
    EXPECT_EQ(config.first_xid, 1);
}

TEST(ConfigTest, DefaultLimitsAreFinite) {
    const Config config;
    const auto& limits = config.limits;
    EXPECT_EQ(limits.request_bytes, 1'048'575U);  // the default limit of servers
    EXPECT_LT(config.set_watches_bytes, limits.request_bytes / 2);
    for (const auto limit :
         {limits.requests, limits.queued_bytes, limits.reply_bytes, limits.watches}) {
        EXPECT_GT(limit, 0U);
        EXPECT_LE(limit, std::size_t{1} << 30);
    }
}

TEST(ConfigTest, CredentialsAreComparedCompletely) {
    EXPECT_EQ((AuthData{"digest", "a:b"}), (AuthData{"digest", "a:b"}));
    EXPECT_NE((AuthData{"digest", "a:b"}), (AuthData{"digest", "a:c"}));
    EXPECT_NE((AuthData{"digest", "a:b"}), (AuthData{"x509", "a:b"}));
}

}  // namespace
}  // namespace kazoo::session
