// SPDX-License-Identifier: Apache-2.0
// Lists that are short on the wire and large in memory.
#include "codec/decoder.hpp"
#include "codec/encoder.hpp"
#include "codec/replies.hpp"

#include <gtest/gtest.h>

#include <string>

namespace kazoo::codec {
namespace {

base::Buffer empty_names(std::size_t count) {
    base::Buffer out;
    Encoder encoder(out);
    encode(encoder, GetChildrenReply{std::vector<std::string>(count)});
    return out;
}

TEST(ListMemoryTest, AListBeyondTheLimitFailsBeforeItsAllocation) {
    constexpr std::size_t count = 1000;
    const auto bytes = empty_names(count);
    Decoder decoder(bytes.span());
    decoder.limit_memory(count * sizeof(std::string) - 1);
    GetChildrenReply reply;
    EXPECT_FALSE(decode(decoder, reply));
    EXPECT_TRUE(decoder.too_large());
    EXPECT_EQ(reply.children.capacity(), 0U);
}

TEST(ListMemoryTest, AListWithinTheLimitIsDecoded) {
    constexpr std::size_t count = 1000;
    const auto bytes = empty_names(count);
    Decoder decoder(bytes.span());
    decoder.limit_memory(count * sizeof(std::string));
    GetChildrenReply reply;
    EXPECT_TRUE(decode(decoder, reply));
    EXPECT_FALSE(decoder.too_large());
    EXPECT_EQ(reply.children.size(), count);
}

TEST(ListMemoryTest, WithoutALimitOnlyTheBytesCount) {
    const auto bytes = empty_names(1000);
    Decoder decoder(bytes.span());
    GetChildrenReply reply;
    EXPECT_TRUE(decode(decoder, reply));
}

}  // namespace
}  // namespace kazoo::codec
