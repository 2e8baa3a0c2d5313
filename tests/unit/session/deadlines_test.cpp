// SPDX-License-Identifier: Apache-2.0
#include "session/deadlines.hpp"

#include "support/allocations/allocations.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace kazoo::session {
namespace {

TimePoint at(int second) {
    return TimePoint{} + std::chrono::seconds(second);
}

TEST(Deadlines, TheEarliestIsNext) {
    Deadlines deadlines;
    EXPECT_TRUE(deadlines.empty());
    EXPECT_EQ(deadlines.next(), TimePoint::max());
    deadlines.add(at(20), 1);
    deadlines.add(at(30), 2);
    deadlines.add(at(10), 3);
    deadlines.add(at(25), 4);
    EXPECT_EQ(deadlines.next(), at(10));
    EXPECT_EQ(deadlines.next_id(), 3U);
    deadlines.remove(at(10), 3);
    EXPECT_EQ(deadlines.next_id(), 1U);
    deadlines.remove(at(20), 1);
    EXPECT_EQ(deadlines.next_id(), 4U);
    deadlines.remove(at(25), 4);
    deadlines.remove(at(30), 2);
    EXPECT_TRUE(deadlines.empty());
}

TEST(Deadlines, OfEqualOnesTheOldestIsNext) {
    Deadlines deadlines;
    deadlines.add(at(10), 5);
    deadlines.add(at(10), 6);
    EXPECT_EQ(deadlines.next_id(), 5U);
}

/// The same as a map does, for requests that begin and end in any order.
TEST(Deadlines, AgreeWithAMap) {
    std::mt19937 random(4711);
    const auto below = [&](std::size_t n) { return random() % n; };
    Deadlines deadlines;
    std::map<Deadlines::Id, TimePoint> expected;
    for (Deadlines::Id id = 1; id < 5000; ++id) {
        const auto deadline = at(static_cast<int>(id / 10 + (below(4) == 0 ? below(500) : 600)));
        deadlines.add(deadline, id);
        expected.emplace(id, deadline);
        while (!expected.empty() && below(5) < (expected.size() > 50 ? 4U : 2U)) {
            const auto gone =
                std::next(expected.begin(), static_cast<long>(below(expected.size())));
            deadlines.remove(gone->second, gone->first);
            expected.erase(gone);
        }
        auto earliest = TimePoint::max();
        for (const auto& [_, one] : expected) {
            earliest = std::min(earliest, one);
        }
        ASSERT_EQ(deadlines.next(), earliest) << "after id " << id;
        if (!expected.empty()) {
            ASSERT_EQ(expected.at(deadlines.next_id()), earliest);
        }
    }
}

/// One request outlives all others: those that end behind it do not accumulate.
TEST(Deadlines, NeedNoMemoryPerRequest) {
    Deadlines deadlines;
    deadlines.add(at(0), 1);
    const auto live = testing_support::live_allocations();
    auto all = testing_support::all_allocations();
    for (int i = 2; i < 100'000; ++i) {
        deadlines.add(at(i), static_cast<Deadlines::Id>(i));
        deadlines.remove(at(i), static_cast<Deadlines::Id>(i));
        if (i == 100) {
            all = testing_support::all_allocations();
        }
    }
    EXPECT_EQ(testing_support::all_allocations(), all);
    EXPECT_LE(testing_support::live_allocations(), live);
    EXPECT_EQ(deadlines.next_id(), 1U);
}

}  // namespace
}  // namespace kazoo::session
