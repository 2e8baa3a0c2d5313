// SPDX-License-Identifier: Apache-2.0
// Which instance of a service is used next.
#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/provider_strategy.hpp>

#include <gtest/gtest.h>

#include <list>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace kazoo {
namespace {

class ProviderStrategyTest : public ::testing::Test {
protected:
    /// Returns candidates with these ids.
    ProviderStrategy::Candidates candidates(std::initializer_list<const char*> ids) {
        ProviderStrategy::Candidates made;
        for (const auto* const id : ids) {
            made.push_back(&instances_.emplace_back(ServiceInstance("s").id(id)));
        }
        return made;
    }
    /// Returns the id of the chosen one.
    static std::string choice(
        const ProviderStrategy& strategy, const ProviderStrategy::Candidates& candidates
    ) {
        const auto index = strategy.choose(candidates);
        return index ? candidates[*index]->id() : "none";
    }

private:
    std::list<ServiceInstance> instances_;
};

TEST_F(ProviderStrategyTest, ChoosesNoneOfNone) {
    const ProviderStrategy wrong([](const auto&) -> std::size_t {
        throw std::logic_error("called without candidates");
    });
    for (const auto& strategy :
         {ProviderStrategy::round_robin(),
          ProviderStrategy::random(),
          ProviderStrategy::sticky(),
          wrong}) {
        EXPECT_EQ(strategy.choose({}), std::nullopt);
    }
}

TEST_F(ProviderStrategyTest, RoundRobinTakesOneAfterTheOther) {
    const auto strategy = ProviderStrategy::round_robin();
    const auto three = candidates({"a", "b", "c"});
    std::string chosen;
    for (int i = 0; i < 7; ++i) {
        chosen += choice(strategy, three);
    }
    EXPECT_EQ(chosen, "abcabca");
    const auto copy = strategy;
    EXPECT_EQ(choice(copy, three), "b") << "copies take turns";
    EXPECT_EQ(choice(strategy, three), "c");
    EXPECT_EQ(choice(ProviderStrategy::round_robin(), three), "a");
}

TEST_F(ProviderStrategyTest, RoundRobinIsFairToThreads) {
    const auto strategy = ProviderStrategy::round_robin();
    const auto four = candidates({"a", "b", "c", "d"});
    std::vector<std::vector<int>> counts(4, std::vector<int>(4));
    std::vector<std::thread> threads;
    for (auto& count : counts) {
        threads.emplace_back([&] {
            for (int i = 0; i < 1000; ++i) {
                ++count[strategy.choose(four).value()];
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    for (std::size_t i = 0; i < 4; ++i) {
        int sum = 0;
        for (const auto& count : counts) {
            sum += count[i];
        }
        EXPECT_EQ(sum, 1000);
    }
}

TEST_F(ProviderStrategyTest, RandomReachesAllAndFollowsFromItsSeed) {
    const auto three = candidates({"a", "b", "c"});
    const auto first = ProviderStrategy::random(7);
    const auto second = ProviderStrategy::random(7);
    std::map<std::string, int> counts;
    for (int i = 0; i < 3000; ++i) {
        const auto chosen = choice(first, three);
        ++counts[chosen];
        ASSERT_EQ(choice(second, three), chosen);
    }
    for (const auto* const id : {"a", "b", "c"}) {
        EXPECT_GT(counts[id], 800) << id;
    }
    EXPECT_NE(choice(ProviderStrategy::random(), three), "none");
}

TEST_F(ProviderStrategyTest, StickyStaysWithItsInstanceWhileItIsThere) {
    const auto strategy = ProviderStrategy::sticky();
    EXPECT_EQ(choice(strategy, candidates({"b", "c"})), "b");
    EXPECT_EQ(choice(strategy, candidates({"a", "b", "c"})), "b") << "at another index";
    EXPECT_EQ(choice(strategy, candidates({"b"})), "b");
    EXPECT_EQ(choice(strategy, candidates({"a", "c"})), "c") << "the next of the first strategy";
    EXPECT_EQ(choice(strategy, candidates({"a", "b", "c"})), "c");
}

TEST_F(ProviderStrategyTest, AFunctionChooses) {
    const ProviderStrategy last([](const ProviderStrategy::Candidates& all) {
        return all.size() - 1;
    });
    EXPECT_EQ(choice(last, candidates({"a", "b"})), "b");
    EXPECT_EQ(choice(ProviderStrategy::sticky(last), candidates({"a", "b"})), "b");
}

TEST_F(ProviderStrategyTest, RefusesAFunctionThatChoosesNone) {
    EXPECT_THROW(ProviderStrategy{ProviderStrategy::Function()}, BadArgumentsError);
    const ProviderStrategy beyond([](const ProviderStrategy::Candidates& all) { return all.size(); }
    );
    EXPECT_THROW(static_cast<void>(beyond.choose(candidates({"a"}))), BadArgumentsError);
    const ProviderStrategy failing([](const ProviderStrategy::Candidates&) -> std::size_t {
        throw std::runtime_error("mine");
    });
    EXPECT_THROW(static_cast<void>(failing.choose(candidates({"a"}))), std::runtime_error);
}

}  // namespace
}  // namespace kazoo
