// SPDX-License-Identifier: Apache-2.0
#include "codec/encoder.hpp"

#include "support/hex.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace kazoo::codec {
namespace {

class EncoderTest : public testing::Test {
protected:
    std::string hex() const { return testing_support::to_hex(out_.span()); }

    base::Buffer out_;
    Encoder encoder_{out_};
};

TEST_F(EncoderTest, WritesNumbersBigEndian) {
    encoder_.boolean(true);
    encoder_.boolean(false);
    encoder_.i32(0x01020304);
    encoder_.i32(-2);
    encoder_.i64(0x0102030405060708);
    encoder_.i64(std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(hex(), "010001020304fffffffe01020304050607088000000000000000");
}

TEST_F(EncoderTest, WritesStringsWithTheirLength) {
    encoder_.ustring("/a");
    encoder_.ustring(std::string_view("\0", 1));
    EXPECT_EQ(hex(), "000000022f610000000100");
}

TEST_F(EncoderTest, NeverWritesANullString) {
    encoder_.ustring("");
    encoder_.ustring(std::string_view());
    EXPECT_EQ(hex(), "0000000000000000");
}

TEST_F(EncoderTest, WritesNullAndEmptyBuffersApart) {
    encoder_.buffer(std::nullopt);
    encoder_.buffer("");
    encoder_.buffer(std::string_view());
    encoder_.buffer("x");
    EXPECT_EQ(hex(), "ffffffff00000000000000000000000178");
}

TEST_F(EncoderTest, RefusesLengthsThatDoNotFit) {
    EXPECT_TRUE(encoder_.count(2'147'483'647));
    EXPECT_TRUE(encoder_.ok());
    EXPECT_FALSE(encoder_.count(2'147'483'648));
    EXPECT_FALSE(encoder_.ok());
    encoder_.i32(1);
    EXPECT_FALSE(encoder_.ok());
    EXPECT_EQ(hex(), "7fffffff00000001");
}

TEST_F(EncoderTest, AStringThatIsTooLongIsNotRead) {
    // Only its length is real: a read would exceed the string.
    encoder_.ustring(std::string_view("x", std::size_t{1} << 31));
    EXPECT_FALSE(encoder_.ok());
    EXPECT_TRUE(out_.empty());
}

}  // namespace
}  // namespace kazoo::codec
