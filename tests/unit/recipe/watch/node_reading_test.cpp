// SPDX-License-Identifier: Apache-2.0
// Which readings of a node differ, and in what.
#include "recipe/watch/node_reading.hpp"

#include <gtest/gtest.h>

namespace kazoo::detail::recipe {
namespace {

using Names = std::vector<std::string>;

Reading data(std::int64_t czxid, std::int64_t mzxid) {
    Reading reading;
    reading.stat.emplace();
    reading.stat->czxid = czxid;
    reading.stat->mzxid = mzxid;
    return reading;
}

Reading children(std::int64_t czxid, std::int32_t cversion, Names names) {
    ChildrenAndStat node;
    node.stat.czxid = czxid;
    node.stat.cversion = cversion;
    node.children = std::move(names);
    return Reading(std::move(node));
}

LastReport after(const Reading& reading) {
    LastReport last;
    last.remember(reading);
    return last;
}

TEST(LastReport, TheFirstReadingDiffers) {
    EXPECT_TRUE(LastReport().data_differs(data(1, 1)));
    EXPECT_TRUE(LastReport().data_differs(Reading())) << "also of a node that does not exist";
    EXPECT_TRUE(LastReport().children_differ(Reading()));
}

TEST(LastReport, DataDiffersIfItWasSetOrTheNodeIsAnother) {
    const auto last = after(data(1, 2));
    EXPECT_FALSE(last.data_differs(data(1, 2)));
    EXPECT_TRUE(last.data_differs(data(1, 3)));
    EXPECT_TRUE(last.data_differs(data(3, 3)));
    EXPECT_TRUE(last.data_differs(Reading()));
    EXPECT_FALSE(after(Reading()).data_differs(Reading()));
    EXPECT_TRUE(after(Reading()).data_differs(data(1, 1)));
}

TEST(LastReport, ChildrenDifferIfOneWasCreatedOrDeleted) {
    const auto last = after(children(1, 2, {"b", "a"}));
    EXPECT_FALSE(last.children_differ(children(1, 2, {"a", "b"}))) << "the order does not count";
    EXPECT_TRUE(last.children_differ(children(1, 4, {"a", "b"}))) << "created again";
    EXPECT_TRUE(last.children_differ(children(1, 2, {"a"}))) << "not counted by the server";
    EXPECT_TRUE(last.children_differ(children(5, 2, {"a", "b"}))) << "another node";
    EXPECT_TRUE(last.children_differ(Reading()));
}

TEST(LastReport, ANodeFoundAmongOthersDiffersIfItIsAnotherOrThereIsNone) {
    const auto found = [](std::int64_t czxid, std::int64_t mzxid, Names names) {
        auto reading = data(czxid, mzxid);
        reading.children = std::move(names);
        return reading;
    };
    const auto last = after(found(5, 5, {"a"}));
    EXPECT_FALSE(last.found_differs(found(5, 5, {"a"})));
    EXPECT_TRUE(last.found_differs(found(5, 6, {"a"}))) << "its data was set";
    EXPECT_TRUE(last.found_differs(found(7, 7, {"b"})));
    EXPECT_TRUE(last.found_differs(found(1, 1, {})));
    EXPECT_TRUE(LastReport().found_differs(Reading()));
    const auto none = after(Reading());
    EXPECT_FALSE(none.found_differs(found(1, 1, {}))) << "there is a path, but no node";
    EXPECT_TRUE(none.found_differs(found(5, 5, {"a"})));
}

TEST(LastReport, TheDifferenceNamesWhatWasAddedAndRemoved) {
    const auto first = LastReport().change_to(children(1, 2, {"b", "a"}));
    EXPECT_EQ(first.now.children, (Names{"a", "b"}));
    EXPECT_EQ(first.added, (Names{"a", "b"}));
    EXPECT_EQ(first.removed, Names());
    const auto second = after(first.now).change_to(children(1, 4, {"c", "b"}));
    EXPECT_EQ(second.added, Names{"c"});
    EXPECT_EQ(second.removed, Names{"a"});
    const auto gone = after(second.now).change_to(Reading());
    EXPECT_EQ(gone.added, Names());
    EXPECT_EQ(gone.removed, (Names{"b", "c"}));
}

}  // namespace
}  // namespace kazoo::detail::recipe
