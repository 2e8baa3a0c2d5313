// SPDX-License-Identifier: Apache-2.0
// The data of counters, in each format.
#include "recipe/counter/counter_codec.hpp"

#include <kazoo/exceptions.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace kazoo::detail::recipe {
namespace {

using namespace std::string_literals;
using Ints = CounterCodec<std::int64_t>;
using Floats = CounterCodec<double>;

template <class Codec>
auto decode(const Codec& codec, const std::string& data) {
    return codec.decode(data, "value", "/c");
}
template <class Codec>
Error refusal(const Codec& codec, const std::string& data) {
    try {
        decode(codec, data);
    } catch (const MalformedDataError& error) {
        return error.error();
    }
    ADD_FAILURE() << data << " was accepted";
    return {};
}

TEST(CounterCodecTest, TextIsThatOfPython) {
    const Ints ints{CounterFormat::text, 7};
    EXPECT_EQ(ints.encode(-3), "-3");
    EXPECT_EQ(decode(ints, "-3"), -3);
    EXPECT_EQ(decode(ints, ""), 7);
    const Floats floats{CounterFormat::text, 0.5};
    EXPECT_EQ(floats.encode(2.0), "2.0");
    EXPECT_EQ(floats.encode(1e16), "1e+16");
    EXPECT_EQ(decode(floats, "2"), 2.0);
    EXPECT_EQ(decode(floats, ""), 0.5);
    EXPECT_EQ(floats.encode(std::numeric_limits<double>::infinity()), std::nullopt);
}

TEST(CounterCodecTest, BytesAreThoseOfCurator) {
    const Ints small{CounterFormat::int32_be, 0};
    EXPECT_EQ(small.encode(258), "\0\0\x01\x02"s);
    EXPECT_EQ(small.encode(-2), "\xff\xff\xff\xfe"s);
    EXPECT_EQ(decode(small, "\0\0\x01\x02"s), 258);
    EXPECT_EQ(decode(small, "\xff\xff\xff\xfe"s), -2);
    EXPECT_EQ(decode(small, "\x80\0\0\0"s), std::numeric_limits<std::int32_t>::min());
    const Ints large{CounterFormat::int64_be, 0};
    EXPECT_EQ(large.encode(258), "\0\0\0\0\0\0\x01\x02"s);
    EXPECT_EQ(decode(large, "\xff\xff\xff\xff\xff\xff\xff\xfe"s), -2);
    for (const auto number :
         {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
        EXPECT_EQ(decode(large, large.encode(number).value()), number);
    }
}

TEST(CounterCodecTest, ANumberThatDoesNotFitIsRefused) {
    const Ints small{CounterFormat::int32_be, 0};
    EXPECT_EQ(small.encode(2147483648), std::nullopt);
    EXPECT_EQ(small.encode(-2147483649), std::nullopt);
    EXPECT_TRUE(small.encode(2147483647).has_value());
    EXPECT_TRUE(small.encode(-2147483648).has_value());
}

TEST(CounterCodecTest, DataOfAnotherFormatAreMalformed) {
    const Ints ints{CounterFormat::text, 0};
    const auto error = refusal(ints, "2.0");
    EXPECT_EQ(error.path(), "/c");
    EXPECT_STREQ(error.operation(), "value");
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    EXPECT_EQ(error.detail(), "\"2.0\" is not an integer as text");
    EXPECT_EQ(
        refusal(ints, "9223372036854775808").detail(),
        "\"9223372036854775808\" has more than 64 bits"
    );
    EXPECT_EQ(
        refusal(Ints{CounterFormat::int32_be, 0}, "12345678").detail(),
        "there are 8 bytes instead of 4"
    );
    EXPECT_EQ(
        refusal(Ints{CounterFormat::int64_be, 0}, "1234").detail(), "there are 4 bytes instead of 8"
    );
    EXPECT_EQ(refusal(Floats{}, "a").detail(), "\"a\" is not a number as text");
    EXPECT_LT(refusal(ints, std::string(1000, 'a')).detail().size(), 100);
}

TEST(CounterCodecTest, AMissingNodeIsCreatedSoThatEveryReaderUnderstandsIt) {
    EXPECT_EQ((Ints{CounterFormat::text, 5}.initial()), "");
    EXPECT_EQ((Ints{CounterFormat::int64_be, 5}.initial()), "");
    EXPECT_EQ((Ints{CounterFormat::int32_be, 5}.initial()), "\0\0\0\x05"s);
    EXPECT_TRUE((Ints{CounterFormat::int64_be, 0}.is_possible()));
    EXPECT_TRUE(Floats{}.is_possible());
    EXPECT_FALSE((Floats{CounterFormat::int64_be, 0}.is_possible()));
}

}  // namespace
}  // namespace kazoo::detail::recipe
