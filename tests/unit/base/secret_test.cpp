// SPDX-License-Identifier: Apache-2.0
#include "base/secret.hpp"

#include "base/buffer.hpp"
#include "support/allocations/allocations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::base {
namespace {

using testing_support::FreedSecret;

constexpr const char* secret = "a secret that is too long for the string itself";
constexpr const char* short_secret = "short secret";

bool is_zero(const char* bytes, std::size_t size) {
    return std::all_of(bytes, bytes + size, [](char c) { return c == 0; });
}

bool is_zero(const std::byte* bytes, std::size_t size) {
    return is_zero(reinterpret_cast<const char*>(bytes), size);
}

void append_secret(Buffer& buffer) {
    buffer.append(secret, std::string_view(secret).size());
}

// Proves that the other tests can fail.
TEST(FreedSecretTest, AStringThatIsNotOverwrittenIsFound) {
    const FreedSecret freed(secret);
    { const std::string plain(secret); }
    EXPECT_EQ(freed.found(), 1);
}

TEST(OverwriteTest, TheWholeMemoryOfATextIsOverwritten) {
    for (const auto* text : {secret, short_secret}) {
        std::string overwritten(text);
        const char* const memory = overwritten.data();
        const auto size = overwritten.size();
        overwritten.resize(4);  // what was behind it is still there
        overwrite(overwritten);
        EXPECT_TRUE(overwritten.empty());
        EXPECT_EQ(overwritten.data(), memory);
        EXPECT_TRUE(is_zero(memory, size));
    }
}

TEST(SecretStringTest, IsOverwrittenWhereverItIsFreed) {
    const FreedSecret freed(secret);
    {
        SecretString first(secret);
        SecretString copy(first);
        SecretString moved(std::move(first));
        copy = "another one, which is also too long for the string itself";
        moved = copy;
        SecretString(secret).swap(copy);
        std::vector<SecretString> many{copy};
        many.resize(100);
        many.erase(many.begin());
        copy = {};
    }
    EXPECT_EQ(freed.found(), 0);
}

TEST(SecretStringTest, AShortOneDoesNotStayInTheObjectThatItIsMovedFrom) {
    alignas(SecretString) char memory[sizeof(SecretString)];
    {
        auto* const from = new (memory) SecretString(short_secret);
        const SecretString to(std::move(*from));
        EXPECT_EQ(to, short_secret);
        from->~SecretString();
    }
    EXPECT_EQ(std::string_view(memory, sizeof memory).find(short_secret), std::string_view::npos);
}

TEST(SecretBufferTest, ClearOverwritesTheBytesAndEndsTheMark) {
    Buffer buffer;
    buffer.mark_secret();
    append_secret(buffer);
    const auto size = buffer.size();
    EXPECT_TRUE(buffer.secret());
    buffer.clear();
    EXPECT_TRUE(is_zero(buffer.data(), size));
    EXPECT_FALSE(buffer.secret());
}

TEST(SecretBufferTest, WhatIsRemovedIsOverwrittenBehindTheRest) {
    Buffer buffer;
    buffer.mark_secret();
    append_secret(buffer);
    const auto size = buffer.size();
    buffer.erase(0, size - 2);
    EXPECT_TRUE(is_zero(buffer.data() + 2, size - 2));
}

TEST(SecretBufferTest, NoMemoryIsFreedWithTheSecret) {
    const FreedSecret freed(secret);
    {
        Buffer buffer;
        buffer.mark_secret();
        append_secret(buffer);
        buffer.reserve(100'000);  // moves the bytes
        Buffer other;
        other.swap(buffer);  // the mark goes with the bytes
        EXPECT_TRUE(other.secret());
        EXPECT_FALSE(buffer.secret());
        append_secret(other);
        Buffer third(std::move(other));
        buffer = std::move(third);
    }
    EXPECT_EQ(freed.found(), 0);
}

TEST(SecretBufferTest, OtherBuffersAreNotOverwritten) {
    Buffer buffer;
    append_secret(buffer);
    const auto size = buffer.size();
    buffer.clear();
    EXPECT_FALSE(is_zero(buffer.data(), size));
}

}  // namespace
}  // namespace kazoo::base
