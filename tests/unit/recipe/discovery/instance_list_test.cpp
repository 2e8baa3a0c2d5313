// SPDX-License-Identifier: Apache-2.0
// The instances that a provider knows, and those that are down.
#include "recipe/discovery/instance_list.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

namespace kazoo::detail::recipe {
namespace {

using namespace std::chrono_literals;

const TimePoint start{1000s};

class DownInstancesTest : public ::testing::Test {
protected:
    void note(Duration when, int count = 1) {
        for (int i = 0; i < count; ++i) down_.note("i", start + when);
    }
    bool is_down(Duration when) { return down_.is_down("i", start + when); }

    DownInstances down_{DownInstancePolicy().threshold(3).window(30s).timeout(10s)};
};

TEST_F(DownInstancesTest, EnoughErrorsInTheWindowExcludeForATime) {
    EXPECT_FALSE(is_down(0s));
    note(0s);
    note(20s);
    EXPECT_FALSE(is_down(20s));
    note(29s);
    EXPECT_TRUE(is_down(29s));
    EXPECT_TRUE(is_down(39s - 1ns));
    EXPECT_FALSE(is_down(39s));
    EXPECT_FALSE(down_.is_down("other", start + 29s));
}

TEST_F(DownInstancesTest, ErrorsBeforeTheWindowDoNotCount) {
    note(0s, 2);
    note(30s, 2);
    EXPECT_FALSE(is_down(30s));
    note(59s);
    EXPECT_TRUE(is_down(59s));
}

TEST_F(DownInstancesTest, FurtherErrorsProlongTheExclusion) {
    note(0s, 3);
    note(9s);
    EXPECT_TRUE(is_down(18s));
    EXPECT_FALSE(is_down(19s));
}

TEST_F(DownInstancesTest, AnExclusionIsFollowedByAFreshStart) {
    note(0s, 3);
    EXPECT_FALSE(is_down(10s));
    note(10s);
    EXPECT_FALSE(is_down(10s)) << "the earlier errors have had their effect";
    note(11s, 2);
    EXPECT_TRUE(is_down(11s));
    down_.forget("i");
    EXPECT_FALSE(is_down(11s));
}

TEST(DownInstancePolicyTest, HasTheDefaultsOfCurator) {
    const DownInstancePolicy policy;
    EXPECT_EQ(policy.threshold(), 2);
    EXPECT_EQ(policy.window(), 30s);
    EXPECT_EQ(DownInstancePolicy().threshold(0).threshold(), 1);
}

class InstanceListTest : public ::testing::Test {
protected:
    static ServiceInstance instance(const std::string& id, bool enabled = true) {
        return ServiceInstance("s").id(id).enabled(enabled);
    }
    void set(const std::string& node, const ServiceInstance& instance) {
        list_.set(node, std::make_shared<const ServiceInstance>(instance));
    }
    static std::string ids(const InstanceList::Instances& instances) {
        std::string ids;
        for (const auto& one : instances) ids += one->id();
        return ids;
    }
    std::string available() { return ids(list_.available(start)); }

    InstanceList list_{DownInstancePolicy().threshold(1)};
};

TEST_F(InstanceListTest, IsSortedByTheNamesOfTheNodes) {
    set("b", instance("b"));
    set("a", instance("a"));
    set("c", instance("c", false));
    EXPECT_EQ(ids(list_.all()), "abc");
    EXPECT_EQ(available(), "ab") << "c is not enabled";
    list_.remove("a");
    list_.remove("a");
    EXPECT_EQ(ids(list_.all()), "bc");
}

TEST_F(InstanceListTest, LeavesOutInstancesThatAreDown) {
    set("a", instance("a"));
    set("b", instance("b"));
    list_.note_error(instance("a"), start);
    EXPECT_EQ(available(), "b");
    EXPECT_EQ(ids(list_.all()), "ab");
    EXPECT_EQ(ids(list_.available(start + 30s)), "ab");
}

TEST_F(InstanceListTest, ErrorsBelongToTheInstanceAsItWas) {
    set("a", instance("a"));
    list_.note_error(instance("a").port(1), start);
    list_.note_error(instance("b"), start);
    EXPECT_EQ(available(), "a") << "that is another one";
    list_.note_error(instance("a"), start);
    EXPECT_EQ(available(), "");
    set("a", instance("a").port(1));
    EXPECT_EQ(available(), "a") << "it has changed";
    list_.note_error(instance("a").port(1), start);
    list_.remove("a");
    set("a", instance("a").port(1));
    EXPECT_EQ(available(), "a") << "it was registered again";
}

TEST_F(InstanceListTest, FindsSequenceNodesByTheirInstances) {
    set("a0000000001", instance("a").port(1));
    set("a0000000002", instance("a").port(2));
    list_.note_error(instance("a").port(2), start);
    ASSERT_EQ(list_.available(start).size(), 1);
    EXPECT_EQ(list_.available(start)[0]->port(), 1);
}

}  // namespace
}  // namespace kazoo::detail::recipe
