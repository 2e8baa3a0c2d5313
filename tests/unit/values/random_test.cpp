// SPDX-License-Identifier: Apache-2.0
#include "values/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <vector>

namespace {

using kazoo::base::Random;

// The first outputs of SplitMix64 for this seed, from its author's reference implementation.
TEST(Random, IsSplitMix64) {
    Random random(1234567);
    EXPECT_EQ(random.next(), 6457827717110365317U);
    EXPECT_EQ(random.next(), 3203168211198807973U);
    EXPECT_EQ(random.next(), 9817491932198370423U);
}

TEST(Random, UnitStaysBelowOneAndFillsTheRange) {
    Random random(1);
    double smallest = 1;
    double largest = 0;
    for (int i = 0; i < 10'000; ++i) {
        const double value = random.unit();
        smallest = std::min(smallest, value);
        largest = std::max(largest, value);
    }
    EXPECT_GE(smallest, 0.0);
    EXPECT_LT(smallest, 0.01);
    EXPECT_GT(largest, 0.99);
    EXPECT_LT(largest, 1.0);
}

TEST(Random, BelowReachesEveryValue) {
    Random random(1);
    std::array<int, 5> counts{};
    for (int i = 0; i < 1000; ++i) {
        ++counts.at(static_cast<std::size_t>(random.below(5)));
    }
    EXPECT_GT(*std::min_element(counts.begin(), counts.end()), 100);
}

TEST(Random, ShuffleReordersWithoutLosing) {
    std::vector<int> items(100);
    std::iota(items.begin(), items.end(), 0);
    const std::vector<int> sorted = items;
    Random random(1);
    random.shuffle(items);
    EXPECT_NE(items, sorted);
    EXPECT_TRUE(std::is_permutation(items.begin(), items.end(), sorted.begin(), sorted.end()));
}

TEST(Random, ShuffleTakesShortLists) {
    Random random(1);
    std::vector<int> none;
    random.shuffle(none);
    EXPECT_EQ(none, std::vector<int>());
    std::vector<int> one{7};
    random.shuffle(one);
    EXPECT_EQ(one, std::vector<int>({7}));
}

TEST(Random, ShuffleDependsOnTheSeed) {
    const auto shuffled = [](std::uint64_t seed) {
        std::vector<int> items(20);
        std::iota(items.begin(), items.end(), 0);
        Random(seed).shuffle(items);
        return items;
    };
    EXPECT_EQ(shuffled(1), shuffled(1));
    EXPECT_NE(shuffled(1), shuffled(2));
}

}  // namespace
