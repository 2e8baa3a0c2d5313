// SPDX-License-Identifier: Apache-2.0
#include "server/tree/node.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace kazoo::server {
namespace {

constexpr std::int32_t last_number = std::numeric_limits<std::int32_t>::max();

TEST(NodeTest, IsNamedByTheEndOfItsPath) {
    Node node;
    node.path = "/a/b";
    EXPECT_EQ(node.name(), "b");
    node.path = "/";
    EXPECT_EQ(node.name(), "");
}

TEST(NodeTest, TheCounterOfChildrenStaysAtItsLimit) {
    Node node;
    node.created_children = last_number - 1;
    node.count_created_child(5, false);
    EXPECT_EQ(node.created_children, last_number);
    EXPECT_EQ(node.pzxid, 5);
    node.count_created_child(6, false);
    EXPECT_EQ(node.created_children, last_number);
    EXPECT_EQ(node.pzxid, 5);
}

TEST(NodeTest, TheCounterOfChildrenWrapsInOldReleases) {
    Node node;
    node.created_children = last_number;
    node.count_created_child(5, true);
    EXPECT_EQ(node.created_children, std::numeric_limits<std::int32_t>::min());
    EXPECT_EQ(node.pzxid, 5);
}

TEST(NodeTest, CversionWraps) {
    Node node;
    node.created_children = 1 << 30;
    EXPECT_EQ(node.stat().cversion, std::numeric_limits<std::int32_t>::min());
    node.created_children = last_number;
    EXPECT_EQ(node.stat().cversion, -2);
}

TEST(NodeTest, LargeDirectoriesReturnTheirMemory) {
    Node parent;
    std::vector<Node> nodes(1000);
    for (Node& node : nodes) {
        parent.reserve_child();
        node.attach_to(parent);
    }
    for (Node& node : nodes) {
        node.detach();
    }
    EXPECT_TRUE(parent.children.empty());
    EXPECT_GE(parent.children.capacity(), nodes.size()) << "reattach() must not allocate";
    parent.trim_children();
    EXPECT_LE(parent.children.capacity(), 64U);
}

}  // namespace
}  // namespace kazoo::server
