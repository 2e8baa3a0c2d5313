// SPDX-License-Identifier: Apache-2.0
#include "base/buffer.hpp"

#include "support/hex.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <limits>
#include <new>
#include <string_view>
#include <utility>

namespace kazoo::base {
namespace {

std::string_view text_of(const Buffer& buffer) {
    return {reinterpret_cast<const char*>(buffer.data()), buffer.size()};
}

Buffer buffer_of(std::string_view text) {
    Buffer buffer;
    buffer.append(text.data(), text.size());
    return buffer;
}

TEST(BufferTest, IsEmptyAndHoldsNoMemoryAtFirst) {
    const Buffer buffer;
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(buffer.size(), 0U);
    EXPECT_EQ(buffer.capacity(), 0U);
    EXPECT_TRUE(buffer.span().empty());
}

TEST(BufferTest, AppendsAcrossManyReallocations) {
    Buffer buffer;
    for (int i = 0; i < 100'000; ++i) {
        const auto byte = static_cast<std::byte>(i % 251);
        buffer.append(&byte, 1);
    }
    ASSERT_EQ(buffer.size(), 100'000U);
    for (std::size_t i = 0; i < buffer.size(); ++i) {
        ASSERT_EQ(buffer.data()[i], static_cast<std::byte>(i % 251)) << i;
    }
}

TEST(BufferTest, AppendingNothingNeedsNoAddress) {
    Buffer buffer;
    buffer.append(nullptr, 0);
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(buffer.capacity(), 0U);
}

TEST(BufferTest, GrowReturnsTheNewBytes) {
    Buffer buffer = buffer_of("head");
    std::memcpy(buffer.grow(4), "tail", 4);
    EXPECT_EQ(text_of(buffer), "headtail");
}

TEST(BufferTest, ReserveMovesTheBytesOnceAtMost) {
    Buffer buffer = buffer_of("head");
    buffer.reserve(10'000);
    const std::byte* before = buffer.data();
    buffer.grow(9'996);
    EXPECT_EQ(buffer.data(), before);
    EXPECT_EQ(text_of(buffer).substr(0, 4), "head");
}

TEST(BufferTest, ReserveNeverShrinks) {
    Buffer buffer;
    buffer.reserve(1000);
    const std::size_t capacity = buffer.capacity();
    buffer.reserve(10);
    EXPECT_EQ(buffer.capacity(), capacity);
}

TEST(BufferTest, ErasesAtTheStartInTheMiddleAndAtTheEnd) {
    Buffer buffer = buffer_of("abcdefgh");
    buffer.erase(0, 2);
    EXPECT_EQ(text_of(buffer), "cdefgh");
    buffer.erase(2, 2);
    EXPECT_EQ(text_of(buffer), "cdgh");
    buffer.erase(3, 1);
    EXPECT_EQ(text_of(buffer), "cdg");
    buffer.erase(3, 0);
    buffer.erase(0, 3);
    EXPECT_TRUE(buffer.empty());
    buffer.erase(0, 0);
    EXPECT_TRUE(buffer.empty());
}

TEST(BufferTest, PatchesBigEndian) {
    Buffer buffer = buffer_of("abcdefgh");
    buffer.patch_i32(1, -2);
    EXPECT_EQ(testing_support::to_hex(buffer.span()), "61fffffffe666768");
    buffer.patch_i32(4, 0x01020304);
    EXPECT_EQ(testing_support::to_hex(buffer.span()), "61ffffff01020304");
}

TEST(BufferTest, LoadsStoredValues) {
    std::byte bytes[8];
    store_be64(bytes, 0x0102030405060708U);
    EXPECT_EQ(testing_support::to_hex(bytes), "0102030405060708");
    EXPECT_EQ(load_be64(bytes), 0x0102030405060708U);
    EXPECT_EQ(load_be32(bytes + 2), 0x03040506U);
    store_be32(bytes, 0xfffefdfcU);
    EXPECT_EQ(load_be32(bytes), 0xfffefdfcU);
}

TEST(BufferTest, ClearKeepsTheMemory) {
    Buffer buffer = buffer_of("abc");
    const std::size_t capacity = buffer.capacity();
    buffer.clear();
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(buffer.capacity(), capacity);
}

TEST(BufferTest, ReleasesOnlyEmptyOversizedMemory) {
    Buffer buffer;
    buffer.grow(5000);
    buffer.release_if_larger_than(1000);
    EXPECT_EQ(buffer.size(), 5000U);
    buffer.clear();
    buffer.release_if_larger_than(buffer.capacity());
    EXPECT_GE(buffer.capacity(), 5000U);
    buffer.release_if_larger_than(buffer.capacity() - 1);
    EXPECT_EQ(buffer.capacity(), 0U);
    buffer.append("again", 5);
    EXPECT_EQ(text_of(buffer), "again");
}

TEST(BufferTest, MovesAndSwaps) {
    Buffer first = buffer_of("first");
    Buffer second = buffer_of("second");
    swap(first, second);
    EXPECT_EQ(text_of(first), "second");
    EXPECT_EQ(text_of(second), "first");

    const Buffer third(std::move(first));
    EXPECT_EQ(text_of(third), "second");
    first = std::move(second);
    EXPECT_EQ(text_of(first), "first");
}

TEST(BufferTest, IsEmptyAfterBeingMovedFrom) {
    Buffer source = buffer_of("abc");
    Buffer target;
    target = std::move(source);
    source.append("xyz", 3);  // a moved-from buffer is empty and usable
    EXPECT_EQ(text_of(source), "xyz");
    EXPECT_EQ(text_of(target), "abc");
}

TEST(BufferTest, AnImpossibleSizeThrowsBadAllocAndChangesNothing) {
    Buffer buffer = buffer_of("abc");
    EXPECT_THROW(buffer.grow(std::numeric_limits<std::size_t>::max() - 1), std::bad_alloc);
    EXPECT_THROW(buffer.reserve(std::numeric_limits<std::size_t>::max()), std::bad_alloc);
    EXPECT_EQ(text_of(buffer), "abc");
}

#ifndef NDEBUG
TEST(BufferDeathTest, RangesMustLieInside) {
    Buffer buffer = buffer_of("abcd");
    EXPECT_DEATH(buffer.erase(2, 3), "");
    EXPECT_DEATH(buffer.erase(5, 0), "");
    EXPECT_DEATH(buffer.patch_i32(1, 0), "");
}
#endif

}  // namespace
}  // namespace kazoo::base
