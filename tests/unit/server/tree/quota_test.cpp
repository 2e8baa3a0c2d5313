// SPDX-License-Identifier: Apache-2.0
#include "server/tree/quota.hpp"

#include "server/tree/tree.hpp"
#include "unit/server/rules/server_times.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace kazoo::server {
namespace {

const std::string quota = "/zookeeper/quota";
const std::string stats_of_a = quota + "/a/zookeeper_stats";

class QuotaTest : public testing::Test {
protected:
    bool create(std::string path, std::string data = "") {
        return tree.apply(
            CreateEffect{std::move(path), std::move(data), open_acl_unsafe()}, 1, wall_at(1)
        );
    }
    std::optional<std::string> data(std::string_view path) const { return tree.find(path)->data; }

    /// In the order that clients use: the limits first.
    void set_quota_on_a() {
        ASSERT_TRUE(create(quota + "/a"));
        ASSERT_TRUE(create(quota + "/a/zookeeper_limits", "count=10,bytes=-1"));
        ASSERT_TRUE(create(stats_of_a, "count=0,bytes=0"));
    }

    Tree tree;
};

TEST_F(QuotaTest, CountsExistingNodes) {
    create("/a", "123");
    create("/a/b", "45");
    create("/apple", "6");
    set_quota_on_a();
    EXPECT_EQ(data(stats_of_a), "count=2,bytes=5");
}

TEST_F(QuotaTest, FollowsEveryChangeBelow) {
    create("/a");
    set_quota_on_a();
    create("/a/b", "123");
    create("/apple", "123");
    EXPECT_EQ(data(stats_of_a), "count=2,bytes=3");
    tree.apply(SetDataEffect{"/a/b", "1"}, 2, wall_at(2));
    tree.apply(SetDataEffect{"/a", "12"}, 2, wall_at(2));
    EXPECT_EQ(data(stats_of_a), "count=2,bytes=3");
    tree.apply(DeleteEffect{"/a/b"}, 3, wall_at(3));
    EXPECT_EQ(data(stats_of_a), "count=1,bytes=2");
}

TEST_F(QuotaTest, TheStatsNodeKeepsItsVersion) {
    create("/a");
    set_quota_on_a();
    const ZnodeStat before = tree.stat(*tree.find(stats_of_a));
    tree.apply(SetDataEffect{"/a", "12"}, 2, wall_at(2));
    EXPECT_EQ(data(stats_of_a), "count=1,bytes=2");
    EXPECT_EQ(tree.stat(*tree.find(stats_of_a)), before);
}

TEST_F(QuotaTest, TheClosestQuotaApplies) {
    create("/a");
    set_quota_on_a();
    create("/a/b");
    create(quota + "/a/b");
    create(quota + "/a/b/zookeeper_limits");
    create(quota + "/a/b/zookeeper_stats");
    create("/a/b/c");
    EXPECT_EQ(data(quota + "/a/b/zookeeper_stats"), "count=2,bytes=0");
    EXPECT_EQ(data(stats_of_a), "count=2,bytes=0");
}

TEST_F(QuotaTest, EndsWithItsLimits) {
    create("/a");
    set_quota_on_a();
    tree.apply(DeleteEffect{quota + "/a/zookeeper_limits"}, 2, wall_at(2));
    create("/a/b");
    EXPECT_EQ(data(stats_of_a), "count=1,bytes=0");
}

TEST_F(QuotaTest, TheRootHasNone) {
    create(quota + "/zookeeper_limits", "count=1,bytes=1");
    create(quota + "/zookeeper_stats");
    EXPECT_EQ(data(quota + "/zookeeper_stats"), "count=6,bytes=15");
    create("/a");
    EXPECT_EQ(data(quota + "/zookeeper_stats"), "count=6,bytes=15");
}

TEST_F(QuotaTest, WorksWithoutStatsOrWithInvalidOnes) {
    create("/a");
    create(quota + "/a");
    create(quota + "/a/zookeeper_limits");
    EXPECT_TRUE(create("/a/b"));
    create(stats_of_a);
    tree.apply(SetDataEffect{stats_of_a, "nonsense"}, 2, wall_at(2));
    EXPECT_TRUE(create("/a/c"));
    EXPECT_EQ(data(stats_of_a), "count=0,bytes=-1");
    tree.apply(SetDataEffect{stats_of_a, std::nullopt}, 2, wall_at(2));
    EXPECT_TRUE(create("/a/d"));
    EXPECT_EQ(data(stats_of_a), "count=0,bytes=-1");
}

TEST(UsageTest, IsParsedLeniently) {
    EXPECT_EQ(Usage::parse("count=3,bytes=-1=;byteHardLimit=7").print(), "count=3,bytes=-1");
    EXPECT_EQ(Usage::parse("count=3,bytes=5=;byteHardLimit=7").print(), "count=3,bytes=5");
    EXPECT_EQ(Usage::parse("bytes=4;count=3").print(), "count=3,bytes=4");
    EXPECT_EQ(Usage::parse("").print(), "count=-1,bytes=-1");
    EXPECT_EQ(Usage::parse(",,=;count,bytes=99999999999999999999").print(), "count=-1,bytes=-1");
}

TEST(UsageTest, WrapsInsteadOfOverflowing) {
    Usage usage;
    usage.bytes = std::numeric_limits<std::int64_t>::max();
    usage.add(-1, 1);
    EXPECT_EQ(usage.count, -1);
    EXPECT_EQ(usage.bytes, std::numeric_limits<std::int64_t>::min());
}

TEST(QuotasTest, MapTheirNodesToPaths) {
    EXPECT_EQ(Quotas::limited_by(quota + "/a/b/zookeeper_limits"), "/a/b");
    EXPECT_EQ(Quotas::limited_by(quota + "/zookeeper_limits"), "");
    EXPECT_EQ(Quotas::limited_by(quota + "/a/zookeeper_stats"), std::nullopt);
    EXPECT_EQ(Quotas::limited_by("/a/zookeeper_limits"), std::nullopt);
    EXPECT_EQ(Quotas::limited_by(quota + "s/zookeeper_limits"), std::nullopt);
    EXPECT_EQ(Quotas::counted_by(quota + "/a/zookeeper_stats"), "/a");
    EXPECT_EQ(Quotas::counted_by(quota), std::nullopt);
}

TEST(HardLimitsTest, AreReadFromTheirOwnKeys) {
    const auto limits = HardLimits::parse("count=1,bytes=2=;byteHardLimit=10;countHardLimit=3");
    EXPECT_EQ(limits.count, 3);
    EXPECT_EQ(limits.bytes, 10);
    EXPECT_EQ(HardLimits::parse("count=1,bytes=2").count, -1);
    EXPECT_EQ(HardLimits::parse("countHardLimit=x").count, -1);
}

TEST(HardLimitsTest, ChangesThatDoNotGrowAreAllowed) {
    const auto limits = HardLimits::parse("byteHardLimit=10;countHardLimit=3");
    const auto usage = [](std::int64_t count, std::int64_t bytes) {
        Usage made;
        made.add(count, bytes);
        return made;
    };
    EXPECT_TRUE(limits.allow(usage(2, 4), usage(1, 6)));
    EXPECT_FALSE(limits.allow(usage(3, 4), usage(1, 0)));
    EXPECT_FALSE(limits.allow(usage(2, 4), usage(1, 7)));
    EXPECT_TRUE(limits.allow(usage(9, 99), usage(0, 0)));
    EXPECT_FALSE(limits.allow(usage(1, 99), usage(0, -1)));
    EXPECT_TRUE(HardLimits().allow(usage(9, 99), usage(1, 1)));
}

}  // namespace
}  // namespace kazoo::server
