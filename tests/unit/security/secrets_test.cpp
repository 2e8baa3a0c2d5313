// SPDX-License-Identifier: Apache-2.0
#include "security/secrets.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace kazoo::base {
namespace {

std::string hex_of(std::string_view text) {
    const auto hash = md5(text);
    return hash ? to_hex(*hash) : "no MD5";
}

// The vectors of RFC 1321.
TEST(Secrets, Md5) {
    EXPECT_EQ(hex_of(""), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(hex_of("abc"), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(hex_of("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(Secrets, Base64) {
    const auto base64 = [](std::string_view text) {
        return to_base64(std::as_bytes(std::span(text)));
    };
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(base64(std::string(64, '\xff')).size(), 88U);
}

TEST(Secrets, SecretsAreEqualOnlyAsAWhole) {
    EXPECT_TRUE(equal_secrets("secret", "secret"));
    EXPECT_TRUE(equal_secrets("", ""));
    EXPECT_FALSE(equal_secrets("secret", "secreT"));
    EXPECT_FALSE(equal_secrets("Secret", "secret"));
    EXPECT_FALSE(equal_secrets("secret", "secret2"));
    EXPECT_FALSE(equal_secrets("", "s"));
}

TEST(Secrets, RandomBytesDiffer) {
    std::array<std::byte, 16> one{};
    std::array<std::byte, 16> other{};
    ASSERT_TRUE(fill_with_random(one));
    ASSERT_TRUE(fill_with_random(other));
    EXPECT_NE(one, other);
}

TEST(Secrets, CleansedMemoryIsZero) {
    std::string text(100, 's');
    const char* memory = text.data();
    cleanse(text);
    EXPECT_TRUE(text.empty());
    EXPECT_EQ(std::count(memory, memory + 100, 's'), 0);
    Md5 hash{std::byte(1), std::byte(2)};
    cleanse(hash);
    EXPECT_EQ(hash, Md5());
}

}  // namespace
}  // namespace kazoo::base
