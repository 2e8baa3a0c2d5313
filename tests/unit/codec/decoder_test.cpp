// SPDX-License-Identifier: Apache-2.0
#include "codec/decoder.hpp"

#include "samples.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace kazoo::codec {
namespace {

TEST(DecoderTest, ReadsNumbersBigEndian) {
    const ExactBytes input("01 00 01020304 fffffffe 0102030405060708 8000000000000000");
    Decoder in(input);
    EXPECT_TRUE(in.boolean());
    EXPECT_FALSE(in.boolean());
    EXPECT_EQ(in.i32(), 0x01020304);
    EXPECT_EQ(in.i32(), -2);
    EXPECT_EQ(in.i64(), 0x0102030405060708);
    EXPECT_EQ(in.i64(), INT64_MIN);
    EXPECT_TRUE(in.ok());
    EXPECT_EQ(in.remaining(), 0U);
}

TEST(DecoderTest, AnyByteButZeroIsTrue) {
    const ExactBytes input("02 ff 80 00");
    Decoder in(input);
    EXPECT_TRUE(in.boolean());
    EXPECT_TRUE(in.boolean());
    EXPECT_TRUE(in.boolean());
    EXPECT_FALSE(in.boolean());
    EXPECT_TRUE(in.ok());
}

TEST(DecoderTest, DistinguishesNullFromEmpty) {
    const ExactBytes input("ffffffff 00000000 ffffffff 00000000");
    Decoder in(input);
    EXPECT_EQ(in.ustring().data(), nullptr);
    const auto empty = in.ustring();
    EXPECT_TRUE(empty.empty());
    EXPECT_NE(empty.data(), nullptr);
    EXPECT_EQ(in.buffer(), std::nullopt);
    EXPECT_EQ(in.buffer(), std::string_view());
    EXPECT_TRUE(in.ok());
    EXPECT_FALSE(in.saw_null());  // only for vectors
}

TEST(DecoderTest, StringsPointIntoTheInput) {
    const ExactBytes input("00000002 2f61 00000001 78");
    Decoder in(input);
    const auto path = in.ustring();
    EXPECT_EQ(path, "/a");
    EXPECT_EQ(static_cast<const void*>(path.data()), input.span().data() + 4);
    EXPECT_EQ(in.buffer(), "x");
}

TEST(DecoderTest, FailsOnImpossibleLengths) {
    for (const std::string_view hex :
         {"fffffffe 2f61", "80000000 2f61", "7fffffff 2f61", "00000003 2f61", "000000"}) {
        const ExactBytes input(hex);
        Decoder as_string(input);
        EXPECT_EQ(as_string.ustring().data(), nullptr) << hex;
        EXPECT_FALSE(as_string.ok()) << hex;
        Decoder as_buffer(input);
        EXPECT_EQ(as_buffer.buffer(), std::nullopt) << hex;
        EXPECT_FALSE(as_buffer.ok()) << hex;
    }
}

TEST(DecoderTest, CountsMustFitTheRemainingBytes) {
    const auto count = [](std::string_view hex, std::size_t min_element_size, bool& ok) {
        const ExactBytes input(hex);
        Decoder in(input);
        const std::size_t n = in.count(min_element_size);
        ok = in.ok();
        return n;
    };
    bool ok = false;
    EXPECT_EQ(count("00000002 00000000 00000000", 4, ok), 2U);
    EXPECT_TRUE(ok);
    EXPECT_EQ(count("00000003 00000000 00000000", 4, ok), 0U);
    EXPECT_FALSE(ok);
    EXPECT_EQ(count("00000008 00000000 00000000", 1, ok), 8U);
    EXPECT_TRUE(ok);
    EXPECT_EQ(count("00000000", 68, ok), 0U);
    EXPECT_TRUE(ok);
    EXPECT_EQ(count("7fffffff", 1, ok), 0U);
    EXPECT_FALSE(ok);
    EXPECT_EQ(count("fffffffe", 1, ok), 0U);
    EXPECT_FALSE(ok);
    EXPECT_EQ(count("000000", 1, ok), 0U);
    EXPECT_FALSE(ok);
}

TEST(DecoderTest, ReportsNullVectors) {
    const ExactBytes input("ffffffff 00000000");
    Decoder in(input);
    EXPECT_EQ(in.count(4), 0U);
    EXPECT_TRUE(in.saw_null());
    EXPECT_EQ(in.count(4), 0U);
    EXPECT_TRUE(in.saw_null());
    EXPECT_TRUE(in.ok());
}

TEST(DecoderTest, FailureIsPermanent) {
    const ExactBytes input("00000001 00000001 78");
    Decoder in(input);
    EXPECT_EQ(in.i32(), 1);
    EXPECT_EQ(in.i64(), 0);  // three bytes short
    EXPECT_FALSE(in.ok());
    EXPECT_EQ(in.remaining(), 0U);
    EXPECT_EQ(in.i32(), 0);
    EXPECT_FALSE(in.boolean());
    EXPECT_EQ(in.ustring().data(), nullptr);
    EXPECT_EQ(in.buffer(), std::nullopt);
    EXPECT_EQ(in.count(1), 0U);
    EXPECT_FALSE(in.ok());
    EXPECT_FALSE(in.saw_null());
}

TEST(DecoderTest, NegativeCountsAreEmptyVectorsOnRequest) {
    const ExactBytes input("fffffff9 ffffffff 00000002");
    Decoder in(input);
    in.accept_negative_counts();
    EXPECT_EQ(in.count(4), 0U);
    EXPECT_TRUE(in.ok());
    EXPECT_FALSE(in.saw_null());
    EXPECT_EQ(in.count(4), 0U);
    EXPECT_TRUE(in.saw_null());
    EXPECT_EQ(in.count(4), 0U);  // more than the remaining bytes allow
    EXPECT_FALSE(in.ok());
}

TEST(DecoderTest, NullTextIsMarkedOnRequest) {
    const ExactBytes input("ffffffff 00000000 00000001 78 ffffffff 00000009");
    Decoder in(input);
    EXPECT_EQ(in.text(), "");
    EXPECT_EQ(in.text(), "");
    EXPECT_EQ(in.text(), "x");
    in.mark_null_text();
    EXPECT_EQ(in.text(), Decoder::null_text);
    EXPECT_EQ(in.text(), "");  // truncated
    EXPECT_FALSE(in.ok());
}

TEST(DecoderTest, CanBeFailedByItsUser) {
    const ExactBytes input("00000001");
    Decoder in(input);
    in.fail();
    EXPECT_FALSE(in.ok());
    EXPECT_EQ(in.i32(), 0);
}

TEST(DecoderTest, EmptyInputFailsOnlyWhenRead) {
    Decoder in({});
    EXPECT_TRUE(in.ok());
    EXPECT_EQ(in.remaining(), 0U);
    EXPECT_FALSE(in.boolean());
    EXPECT_FALSE(in.ok());
}

}  // namespace
}  // namespace kazoo::codec
