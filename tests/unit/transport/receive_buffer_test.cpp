// SPDX-License-Identifier: Apache-2.0
#include "transport/receive_buffer.hpp"

#include "support/allocations/allocations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace kazoo::transport {
namespace {

class ReceiveBufferTest : public testing::Test {
protected:
    [[nodiscard]] std::size_t size() { return buffer.span().size(); }
    /// As many reads of this size.
    void read(int times, std::size_t n) {
        for (int i = 0; i < times; ++i) {
            buffer.adapt(n);
        }
    }

    void fill() {
        for (int i = 0; i < 3; ++i) {
            buffer.adapt(size());
        }
    }

    ReceiveBuffer buffer;
};

TEST_F(ReceiveBufferTest, IsSmallAtFirst) {
    EXPECT_EQ(size(), ReceiveBuffer::least);
    read(1000, 20);
    EXPECT_EQ(size(), ReceiveBuffer::least);
}

TEST_F(ReceiveBufferTest, ThreeFullReadsMakeItAsLargeAsItGets) {
    fill();
    EXPECT_EQ(size(), ReceiveBuffer::most);
    buffer.adapt(size());
    EXPECT_EQ(size(), ReceiveBuffer::most);
}

TEST_F(ReceiveBufferTest, SmallReadsInARowMakeItSmallAgain) {
    fill();
    ASSERT_EQ(size(), ReceiveBuffer::most);
    read(100, 20);
    EXPECT_EQ(size(), ReceiveBuffer::least);
}

TEST_F(ReceiveBufferTest, KeepsTheSizeThatSomeReadsNeed) {
    fill();
    for (int i = 0; i < 100; ++i) {
        read(10, 20);
        buffer.adapt(ReceiveBuffer::most / 2);
        ASSERT_EQ(size(), ReceiveBuffer::most);
    }
}

TEST_F(ReceiveBufferTest, WithoutMemoryTheSizeStays) {
    {
        const testing_support::Shortage shortage(1, 1000);
        buffer.adapt(size());
        ASSERT_TRUE(shortage.met());
    }
    EXPECT_EQ(size(), ReceiveBuffer::least);
    buffer.adapt(size());
    EXPECT_GT(size(), ReceiveBuffer::least);
}

TEST(ReceiveBufferSecretTest, LeavesNothingBehind) {
    constexpr std::string_view secret = "the password of the session";
    const testing_support::FreedSecret freed(secret);
    {
        ReceiveBuffer buffer;
        for (int i = 0; i < 2; ++i) {  // one block is replaced, the other one destroyed
            const auto into = buffer.span();
            std::copy(secret.begin(), secret.end(), reinterpret_cast<char*>(into.data()));
            buffer.adapt(into.size());
        }
        const auto into = buffer.span();
        std::copy(secret.begin(), secret.end(), reinterpret_cast<char*>(into.data()));
    }
    EXPECT_EQ(freed.found(), 0);
}

}  // namespace
}  // namespace kazoo::transport
