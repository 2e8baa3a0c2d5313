// SPDX-License-Identifier: Apache-2.0
#include <kazoo/detail/ref_counted.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

namespace {

using kazoo::detail::make_ref;
using kazoo::detail::RefCounted;
using kazoo::detail::RefPtr;

std::atomic<int> living_objects{0};

class Base : public RefCounted {
public:
    Base() { ++living_objects; }

protected:
    ~Base() override { --living_objects; }
};

class Derived final : public Base {
public:
    explicit Derived(int x) : value(x) {}
    int value;
};

TEST(RefPtr, TheLastOwnerDestroys) {
    {
        auto first = make_ref<Derived>(1);
        EXPECT_TRUE(first->sole_owner());
        const auto second = first;
        EXPECT_FALSE(first->sole_owner());
        EXPECT_EQ(first, second);
        first = {};
        EXPECT_FALSE(first);
        EXPECT_EQ(living_objects, 1);
        EXPECT_TRUE(second->sole_owner());
        EXPECT_EQ(second->value, 1);
    }
    EXPECT_EQ(living_objects, 0);
}

TEST(RefPtr, MovesWithoutCounting) {
    auto first = make_ref<Derived>(1);
    auto second = std::move(first);
    EXPECT_FALSE(first);
    EXPECT_TRUE(second->sole_owner());
    first = std::move(second);
    EXPECT_TRUE(first->sole_owner());
    EXPECT_EQ(living_objects, 1);
}

TEST(RefPtr, ConvertsToItsBases) {
    RefPtr<Derived> derived = make_ref<Derived>(1);
    const RefPtr<Base> copied = derived;
    EXPECT_EQ(copied.get(), derived.get());
    EXPECT_FALSE(derived->sole_owner());
    const RefPtr<Base> moved = std::move(derived);
    EXPECT_FALSE(derived);
    static_assert(!std::is_convertible_v<RefPtr<Base>, RefPtr<Derived>>);
}

TEST(RefPtr, SurvivesAssignmentToItself) {
    auto pointer = make_ref<Derived>(1);
    auto& same = pointer;
    pointer = same;
    EXPECT_TRUE(pointer->sole_owner());
    pointer = std::move(same);
    EXPECT_EQ(pointer->value, 1);
}

TEST(RefPtr, ReleasesItsReference) {
    auto pointer = make_ref<Derived>(1);
    Derived* const raw = pointer.detach();
    EXPECT_FALSE(pointer);
    EXPECT_EQ(living_objects, 1);
    raw->release();
    EXPECT_EQ(living_objects, 0);
}

TEST(RefPtr, CountsAcrossThreads) {
    for (int round = 0; round < 200; ++round) {
        auto shared = make_ref<Derived>(round);
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([mine = shared, round] {
                for (int j = 0; j < 50; ++j) {
                    const auto copy = mine;
                    EXPECT_EQ(copy->value, round);
                }
            });
        }
        shared = {};
        for (auto& thread : threads) thread.join();
        threads.clear();
        ASSERT_EQ(living_objects, 0);
    }
}

}  // namespace
