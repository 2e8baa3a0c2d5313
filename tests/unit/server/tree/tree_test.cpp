// SPDX-License-Identifier: Apache-2.0
#include "server/tree/tree.hpp"

#include "unit/server/rules/server_times.hpp"

#include <kazoo/security.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace kazoo::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

CreateEffect node_at(std::string path, std::optional<std::string> data = "") {
    CreateEffect effect;
    effect.path = std::move(path);
    effect.data = std::move(data);
    effect.acl = open_acl_unsafe();
    return effect;
}

CreateEffect ephemeral_at(std::string path, std::int64_t session) {
    CreateEffect effect = node_at(std::move(path));
    effect.kind = NodeKind::ephemeral;
    effect.owner = session;
    return effect;
}

class TreeTest : public testing::Test {
protected:
    /// At the next zxid, one millisecond after the previous change.
    bool apply(const Effect& effect) {
        ++zxid;
        return tree.apply(effect, zxid, wall_at(1000 + zxid));
    }
    ZnodeStat stat(std::string_view path) const { return tree.stat(*tree.find(path)); }

    Tree tree;
    std::int64_t zxid = 0;
};

TEST_F(TreeTest, StartsWithTheSystemNodes) {
    for (const char* path : {"/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"}) {
        const Node* node = tree.find(path);
        ASSERT_NE(node, nullptr) << path;
        EXPECT_EQ(node->data, "") << path;
        const bool is_config = node->name() == "config";
        EXPECT_EQ(tree.acl(*node), is_config ? read_acl_unsafe() : open_acl_unsafe()) << path;
        EXPECT_EQ(node->aversion, is_config ? -1 : 0) << path;
    }
    ZnodeStat root;
    root.cversion = -1;
    root.num_children = 1;
    EXPECT_EQ(stat("/"), root);
    EXPECT_EQ(stat("/zookeeper").cversion, -2);
    EXPECT_EQ(stat("/zookeeper/quota"), ZnodeStat());
    EXPECT_EQ(tree.find(""), tree.find("/"));
    EXPECT_THAT(tree.children(*tree.find("/zookeeper")), ElementsAre("quota", "config"));
    EXPECT_EQ(tree.count_descendants(*tree.find("/")), 3);
    EXPECT_EQ(tree.node_count(), 5U);
    EXPECT_EQ(tree.approximate_data_size(), 44);
}

TEST_F(TreeTest, ACreateSetsTheStatOfBoth) {
    ASSERT_TRUE(apply(node_at("/a", "four")));
    ZnodeStat created;
    created.czxid = created.mzxid = created.pzxid = 1;
    created.ctime = created.mtime = 1001;
    created.data_length = 4;
    EXPECT_EQ(stat("/a"), created);
    ZnodeStat root;
    root.cversion = 0;
    root.num_children = 2;
    root.pzxid = 1;
    EXPECT_EQ(stat("/"), root);
    EXPECT_EQ(tree.node_count(), 6U);
    EXPECT_EQ(tree.approximate_data_size(), 44 + 6);
}

TEST_F(TreeTest, NullAndEmptyDataDiffer) {
    apply(node_at("/null", std::nullopt));
    apply(node_at("/empty", ""));
    EXPECT_FALSE(tree.find("/null")->data.has_value());
    EXPECT_TRUE(tree.find("/empty")->data.has_value());
    EXPECT_EQ(stat("/null").data_length, 0);
    apply(SetDataEffect{"/empty", std::nullopt});
    EXPECT_FALSE(tree.find("/empty")->data.has_value());
}

TEST_F(TreeTest, CversionCountsCreationsAndDeletions) {
    apply(node_at("/p"));
    EXPECT_EQ(stat("/p").cversion, 0);
    apply(node_at("/p/a"));
    apply(node_at("/p/b"));
    EXPECT_EQ(stat("/p").cversion, 2);
    apply(DeleteEffect{"/p/a"});
    EXPECT_EQ(stat("/p").cversion, 3);
    EXPECT_EQ(stat("/p").num_children, 1);
    EXPECT_EQ(stat("/p").pzxid, 4);
    EXPECT_EQ(stat("/p").mzxid, 1);
    EXPECT_EQ(stat("/p").version, 0);
    EXPECT_EQ(tree.find("/p")->created_children, 2);
}

TEST_F(TreeTest, SetDataChangesOnlyTheNode) {
    apply(node_at("/a"));
    const ZnodeStat root = stat("/");
    ASSERT_TRUE(apply(SetDataEffect{"/a", "data"}));
    ZnodeStat expected;
    expected.czxid = expected.pzxid = 1;
    expected.ctime = 1001;
    expected.mzxid = 2;
    expected.mtime = 1002;
    expected.version = 1;
    expected.data_length = 4;
    EXPECT_EQ(stat("/a"), expected);
    EXPECT_EQ(stat("/"), root);
}

TEST_F(TreeTest, SetAclChangesOnlyAversion) {
    apply(node_at("/a"));
    ZnodeStat expected = stat("/a");
    ASSERT_TRUE(apply(SetAclEffect{"/a", read_acl_unsafe()}));
    expected.aversion = 1;
    EXPECT_EQ(stat("/a"), expected);
    EXPECT_EQ(*tree.shared_acl(*tree.find("/a")), read_acl_unsafe());
}

TEST_F(TreeTest, AnAclOutlivesItsNode) {
    apply(node_at("/a"));
    apply(SetAclEffect{"/a", {Acl(3, Id("ip", "10.0.0.1"))}});
    const auto acl = tree.shared_acl(*tree.find("/a"));
    apply(DeleteEffect{"/a"});
    EXPECT_EQ(acl->front().id.id, "10.0.0.1");
}

TEST_F(TreeTest, RefusesImpossibleEffects) {
    apply(node_at("/a"));
    apply(node_at("/a/b"));
    const ZnodeStat before = stat("/a");
    EXPECT_FALSE(apply(node_at("/a")));
    EXPECT_FALSE(apply(node_at("/none/b")));
    for (const char* path : {"", "/", "a", "/a/", "/a/b/", "//"}) {
        EXPECT_FALSE(apply(node_at(path))) << path;
    }
    EXPECT_FALSE(apply(DeleteEffect{"/a"})) << "has a child";
    EXPECT_FALSE(apply(DeleteEffect{"/"}));
    EXPECT_FALSE(apply(DeleteEffect{""}));
    EXPECT_FALSE(apply(DeleteEffect{"/none"}));
    EXPECT_FALSE(apply(SetDataEffect{"/none", "x"}));
    EXPECT_FALSE(apply(SetAclEffect{"/none", {}}));
    EXPECT_EQ(stat("/a"), before);
    EXPECT_EQ(tree.node_count(), 7U);
}

TEST_F(TreeTest, TheLastChildTakesThePlaceOfADeletedOne) {
    apply(node_at("/p"));
    for (const char* name : {"a", "b", "c", "d"}) {
        apply(node_at(std::string("/p/") + name));
    }
    apply(DeleteEffect{"/p/a"});
    EXPECT_THAT(tree.children(*tree.find("/p")), ElementsAre("d", "b", "c"));
    apply(DeleteEffect{"/p/c"});
    apply(DeleteEffect{"/p/d"});
    EXPECT_THAT(tree.children(*tree.find("/p")), ElementsAre("b"));
    apply(DeleteEffect{"/p/b"});
    EXPECT_THAT(tree.children(*tree.find("/p")), IsEmpty());
}

TEST_F(TreeTest, CountsTheNodesBelow) {
    std::string path;
    for (int depth = 0; depth < 2000; ++depth) {
        path += "/d";
        apply(node_at(path));
    }
    apply(node_at("/d/e"));
    apply(node_at("/d/d/e"));
    EXPECT_EQ(tree.count_descendants(*tree.find("/d")), 2001);
    EXPECT_EQ(tree.count_descendants(*tree.find("/d/d")), 1999);
    EXPECT_EQ(tree.count_descendants(*tree.find("/d/e")), 0);
}

TEST_F(TreeTest, ListsTheEphemeralsOfASession) {
    apply(ephemeral_at("/z", 7));
    apply(ephemeral_at("/a", 7));
    apply(ephemeral_at("/other", -3));
    EXPECT_THAT(tree.ephemerals(7), ElementsAre("/a", "/z"));
    EXPECT_THAT(tree.ephemerals(8), IsEmpty());
    EXPECT_THAT(tree.ephemeral_owners(), ElementsAre(-3, 7));
    EXPECT_EQ(tree.ephemeral_count(), 3U);
    EXPECT_EQ(stat("/a").ephemeral_owner, 7);

    apply(DeleteEffect{"/other"});
    apply(DeleteEffect{"/a"});
    EXPECT_THAT(tree.ephemeral_owners(), ElementsAre(7));
    EXPECT_THAT(tree.ephemerals(7), ElementsAre("/z"));
    EXPECT_EQ(tree.ephemeral_count(), 1U);
}

TEST_F(TreeTest, AContainerIsDueOnceItsChildrenAreGone) {
    CreateEffect container = node_at("/c");
    container.kind = NodeKind::container;
    apply(container);
    EXPECT_EQ(stat("/c").ephemeral_owner, 0);
    EXPECT_THAT(tree.expired_nodes(wall_at(1'000'000)), IsEmpty()) << "never used";
    apply(node_at("/c/a"));
    EXPECT_THAT(tree.expired_nodes(wall_at(1'000'000)), IsEmpty());
    apply(DeleteEffect{"/c/a"});
    EXPECT_THAT(tree.expired_nodes(wall_at(0)), ElementsAre("/c"));
    apply(DeleteEffect{"/c"});
    EXPECT_THAT(tree.expired_nodes(wall_at(0)), IsEmpty());
}

TEST_F(TreeTest, ATtlNodeIsDueSomeTimeAfterItsLastData) {
    CreateEffect with_ttl = node_at("/t");
    with_ttl.kind = NodeKind::ttl;
    with_ttl.ttl = Milliseconds(100);
    apply(with_ttl);  // at 1001
    EXPECT_EQ(stat("/t").ephemeral_owner, 0);
    EXPECT_THAT(tree.expired_nodes(wall_at(1101)), IsEmpty());
    EXPECT_THAT(tree.expired_nodes(wall_at(1102)), ElementsAre("/t"));
    apply(SetDataEffect{"/t", "x"});  // at 1002
    EXPECT_THAT(tree.expired_nodes(wall_at(1102)), IsEmpty());
    EXPECT_THAT(tree.expired_nodes(wall_at(1103)), ElementsAre("/t"));
    apply(node_at("/t/child"));
    EXPECT_THAT(tree.expired_nodes(wall_at(9999)), IsEmpty());
    apply(DeleteEffect{"/t/child"});
    EXPECT_THAT(tree.expired_nodes(wall_at(1103)), ElementsAre("/t"));
    EXPECT_THAT(tree.expired_nodes(wall_at(std::numeric_limits<std::int64_t>::min())), IsEmpty());
}

TEST_F(TreeTest, FindsEveryNodeOfMany) {
    apply(node_at("/many"));
    for (int i = 0; i < 5000; ++i) {
        ASSERT_TRUE(apply(node_at("/many/" + std::to_string(i))));
    }
    for (int i = 0; i < 5000; i += 2) {
        ASSERT_TRUE(apply(DeleteEffect{"/many/" + std::to_string(i)}));
    }
    for (int i = 0; i < 5000; ++i) {
        const Node* node = tree.find("/many/" + std::to_string(i));
        ASSERT_EQ(node != nullptr, i % 2 == 1);
    }
    EXPECT_EQ(stat("/many").num_children, 2500);
    EXPECT_EQ(stat("/many").cversion, 7500);
    EXPECT_EQ(tree.children(*tree.find("/many")).size(), 2500U);
}

}  // namespace
}  // namespace kazoo::server
