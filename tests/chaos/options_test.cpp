// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace kazoo::chaos {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

std::string read(std::vector<const char*> words, Options& options) {
    words.insert(words.begin(), "chaos");
    return read_options(static_cast<int>(words.size()), const_cast<char**>(words.data()), options);
}

TEST(OptionsTest, AllOfThem) {
    Options options;
    EXPECT_THAT(read({"--minutes", "3", "--seed", "18446744073709551615"}, options), IsEmpty());
    EXPECT_EQ(options.length, 180s);
    EXPECT_EQ(options.seed, 18446744073709551615U);
    EXPECT_FALSE(options.keep);
    EXPECT_FALSE(options.careless);
    EXPECT_THAT(read({"--seconds", "25", "--keep", "--careless"}, options), IsEmpty());
    EXPECT_EQ(options.length, 25s);
    EXPECT_TRUE(options.keep);
    EXPECT_TRUE(options.careless);
}

TEST(OptionsTest, InvalidOptions) {
    Options options;
    EXPECT_THAT(read({"--hours", "3"}, options), HasSubstr("--hours: not an option"));
    for (const auto* number : {"", "0", "x", "3x", "-3", "1000001"}) {
        EXPECT_THAT(read({"--minutes", number}, options), HasSubstr("not a valid value"));
    }
    EXPECT_THAT(read({"--seed"}, options), HasSubstr("--seed: its value is missing"));
}

}  // namespace
}  // namespace kazoo::chaos
