// SPDX-License-Identifier: Apache-2.0
#include "srv/records.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace kazoo::srv {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> names(const std::vector<HostPort>& hosts) {
    std::vector<std::string> all;
    for (const auto& host : hosts) {
        all.push_back(to_string(host));
    }
    return all;
}

TEST(SrvRecordsTest, LowerPrioritiesComeFirst) {
    base::Random random(1);
    for (int i = 0; i < 50; ++i) {
        const auto drawn = names(draw_servers(
            {{20, 9, 1, "c"}, {10, 0, 2, "a"}, {10, 5, 3, "b"}, {30, 1, 4, "d"}}, random
        ));
        ASSERT_EQ(drawn.size(), 4U);
        EXPECT_THAT((std::vector{drawn[0], drawn[1]}), UnorderedElementsAre("a:2", "b:3"));
        EXPECT_THAT((std::vector{drawn[2], drawn[3]}), ElementsAre("c:1", "d:4"));
    }
}

TEST(SrvRecordsTest, WeightsAreShares) {
    base::Random random(1);
    constexpr int draws = 10'000;
    std::map<std::string, double> first;
    for (int i = 0; i < draws; ++i) {
        const auto drawn =
            draw_servers({{1, 60, 1, "a"}, {1, 30, 1, "b"}, {1, 10, 1, "c"}}, random);
        first[drawn.front().host] += 1.0 / draws;
    }
    EXPECT_NEAR(first["a"], 0.6, 0.02);
    EXPECT_NEAR(first["b"], 0.3, 0.02);
    EXPECT_NEAR(first["c"], 0.1, 0.02);
}

TEST(SrvRecordsTest, EqualRecordsAreEquallyLikely) {
    base::Random random(1);
    constexpr int draws = 10'000;
    std::map<std::string, double> first;
    for (int i = 0; i < draws; ++i) {
        first[draw_servers({{1, 0, 1, "a"}, {1, 0, 1, "b"}}, random).front().host] += 1.0 / draws;
    }
    EXPECT_NEAR(first["a"], 0.5, 0.02) << "of weight 0";
}

TEST(SrvRecordsTest, ARecordOfWeightZeroIsChosenSeldomIfOthersHaveWeight) {
    base::Random random(1);
    int chosen = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto drawn = draw_servers({{1, 0, 1, "a"}, {1, 99, 1, "b"}}, random);
        chosen += drawn.front().host == "a" ? 1 : 0;
    }
    EXPECT_GT(chosen, 0);
    EXPECT_LT(chosen, 300);
}

TEST(SrvRecordsTest, RecordsThatNameNoServerAreLeftOut) {
    base::Random random(1);
    EXPECT_THAT(
        names(draw_servers({{1, 1, 0, "a"}, {1, 1, 1, ""}, {1, 1, 1, "b"}}, random)),
        ElementsAre("b:1")
    );
    EXPECT_THAT(draw_servers({}, random), IsEmpty());
}

}  // namespace
}  // namespace kazoo::srv
