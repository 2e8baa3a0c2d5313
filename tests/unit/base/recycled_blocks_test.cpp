// SPDX-License-Identifier: Apache-2.0
#include "base/recycled_blocks.hpp"

#include "support/allocations/allocations.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <thread>
#include <vector>

namespace kazoo::base {
namespace {

using recycled_blocks::allocate;
using recycled_blocks::block_size;
using recycled_blocks::deallocate;

#if defined(__SANITIZE_ADDRESS__)  // then nothing is kept
constexpr bool keeps_blocks = false;
#else
constexpr bool keeps_blocks = true;
#endif

class RecycledBlocks : public testing::Test {
protected:
    void SetUp() override { recycled_blocks::keep_freed(true); }
    void TearDown() override { recycled_blocks::keep_freed(false); }

    /// Allocates and writes to blocks.
    static std::vector<void*> take(std::size_t n) {
        std::vector<void*> blocks(n);
        for (auto& block : blocks) {
            block = allocate(block_size);
            std::memset(block, 0x5A, block_size);
        }
        return blocks;
    }
    static void give_back(const std::vector<void*>& blocks) {
        for (auto* const block : blocks) {
            deallocate(block, block_size);
        }
    }
};

TEST_F(RecycledBlocks, AreDistinct) {
    give_back(take(300));
    const auto blocks = take(300);
    EXPECT_EQ(std::set(blocks.begin(), blocks.end()).size(), 300U);
    give_back(blocks);
}

TEST_F(RecycledBlocks, AreUsedAgain) {
    give_back(take(1000));
    std::vector<void*> blocks;
    blocks.reserve(1000);
    const auto before = testing_support::all_allocations();
    for (int i = 0; i < 1000; ++i) {
        blocks.push_back(allocate(block_size));
    }
    EXPECT_EQ(testing_support::all_allocations() - before, keeps_blocks ? 0 : 1000);
    give_back(blocks);
}

TEST_F(RecycledBlocks, TravelFromThreadToThread) {
    for (int round = 0; round < 20; ++round) {
        const auto blocks = take(500);
        std::thread([&] { give_back(blocks); }).join();
    }
    // What the other threads have freed was stored, but for what each of them has kept to its end.
    const auto before = testing_support::all_allocations();
    const auto blocks = take(256);
    EXPECT_LT(testing_support::all_allocations() - before, keeps_blocks ? 10 : 300);
    give_back(blocks);
}

TEST_F(RecycledBlocks, WhatExceedsTheLimitsReturnsToTheHeap) {
    const auto before = testing_support::live_allocations();
    give_back(take(5000));
    EXPECT_LE(testing_support::live_allocations(), before + 2048 + 64);
    recycled_blocks::keep_freed(true);
    EXPECT_EQ(testing_support::live_allocations(), before);
}

TEST_F(RecycledBlocks, LargeOnesComeFromTheHeap) {
    void* const large = allocate(block_size + 1);
    std::memset(large, 1, block_size + 1);
    deallocate(large, block_size + 1);
}

TEST_F(RecycledBlocks, ManyThreadsAtOnce) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([t] {
            for (int round = 0; round < 200; ++round) {
                const auto blocks = take(static_cast<std::size_t>(20 + 30 * t));
                for (auto* const block : blocks) {
                    *static_cast<void**>(block) = block;
                }
                for (auto* const block : blocks) {
                    ASSERT_EQ(*static_cast<void**>(block), block);  // no other thread has it
                }
                give_back(blocks);
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
}

}  // namespace
}  // namespace kazoo::base
