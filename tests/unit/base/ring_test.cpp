// SPDX-License-Identifier: Apache-2.0
#include "base/ring.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace kazoo::base {
namespace {

using Numbers = Ring<std::unique_ptr<int>>;

void add(Numbers& ring, int first, int last) {
    for (int i = first; i < last; ++i) {
        ring.push_back(std::make_unique<int>(i));
    }
}

std::vector<int> contents(const Numbers& ring) {
    std::vector<int> numbers;
    for (std::size_t i = 0; i < ring.size(); ++i) {
        numbers.push_back(*ring[i]);
    }
    return numbers;
}

TEST(Ring, KeepsTheOrderWhileItWrapsAndGrows) {
    Numbers ring;
    int added = 0;
    int removed = 0;
    for (int round = 0; round < 100; ++round) {
        add(ring, added, added + 7);
        added += 7;
        for (int i = 0; i < 6; ++i) {
            ASSERT_EQ(*ring.front(), removed++);
            ring.pop_front();
        }
    }
    ASSERT_EQ(ring.size(), 100U);
    for (std::size_t i = 0; i < ring.size(); ++i) {
        EXPECT_EQ(*ring[i], removed + static_cast<int>(i));
    }
}

TEST(Ring, AQueueOfConstantLengthDoesNotGrow) {
    Numbers ring;
    add(ring, 0, 5);
    const auto capacity = ring.capacity();
    for (int i = 5; i < 1000; ++i) {
        ring.pop_front();
        add(ring, i, i + 1);
    }
    EXPECT_EQ(ring.capacity(), capacity);
    EXPECT_EQ(contents(ring), (std::vector{995, 996, 997, 998, 999}));
}

TEST(Ring, ErasesFromTheMiddleAndTheBack) {
    Numbers ring;
    add(ring, -4, 6);
    for (int i = 0; i < 4; ++i) {
        ring.pop_front();  // so that the elements wrap
    }
    add(ring, 6, 10);
    ring.erase(2, 5);
    EXPECT_EQ(contents(ring), (std::vector{0, 1, 5, 6, 7, 8, 9}));
    ring.erase(3, 3);
    ring.erase(5, 7);
    EXPECT_EQ(contents(ring), (std::vector{0, 1, 5, 6, 7}));
    ring.resize_down(1);
    EXPECT_EQ(contents(ring), (std::vector{0}));
}

TEST(Ring, FindsThePartitionPoint) {
    Numbers ring;
    add(ring, 0, 10);
    const auto find = [&](std::size_t begin, std::size_t end, int limit) {
        return ring.partition_point(begin, end, [&](const auto& n) { return *n < limit; });
    };
    EXPECT_EQ(find(0, 10, 4), 4U);
    EXPECT_EQ(find(0, 10, 0), 0U);
    EXPECT_EQ(find(0, 10, 99), 10U);
    EXPECT_EQ(find(5, 8, 2), 5U);
    EXPECT_EQ(find(5, 8, 9), 8U);
}

TEST(Ring, FreesItsMemoryOnlyIfItIsEmpty) {
    Numbers ring;
    add(ring, 0, 20);
    ring.free_if_empty();
    EXPECT_EQ(ring.size(), 20U);
    ring.resize_down(0);
    ring.free_if_empty();
    EXPECT_EQ(ring.capacity(), 0U);
    add(ring, 1, 2);
    EXPECT_EQ(contents(ring), (std::vector{1}));
}

}  // namespace
}  // namespace kazoo::base
