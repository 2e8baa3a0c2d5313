// SPDX-License-Identifier: Apache-2.0
#include "server/tree/tree.hpp"
#include "support/allocations/allocations.hpp"
#include "unit/server/rules/server_times.hpp"
#include "values/random.hpp"

#include <kazoo/security.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::server {
namespace {

struct Seen {
    ZnodeStat stat;
    std::optional<std::string> data;
    AclList acl;
    std::vector<std::string> children;
    std::int32_t created_children = 0;

    friend bool operator==(const Seen&, const Seen&) = default;
};

void look(const Tree& tree, const Node& node, std::map<std::string, Seen>& all) {
    Seen seen{tree.stat(node), node.data, tree.acl(node), {}, node.created_children};
    for (const std::string_view name : tree.children(node)) {
        seen.children.emplace_back(name);
        const std::string prefix = node.path == "/" ? "" : node.path;
        const Node* child = tree.find(prefix + "/" + std::string(name));
        ASSERT_NE(child, nullptr) << node.path << " " << name;
        ASSERT_EQ(child->parent, &node);
        look(tree, *child, all);
    }
    all.emplace(node.path, std::move(seen));
}

struct Whole {
    std::map<std::string, Seen> nodes;
    std::map<std::int64_t, std::vector<std::string>> ephemerals;
    std::vector<std::string> expired;
    std::size_t node_count;
    std::size_t ephemeral_count;
    std::int64_t data_size;

    friend bool operator==(const Whole&, const Whole&) = default;
};

Whole look(const Tree& tree) {
    Whole whole;
    look(tree, *tree.find("/"), whole.nodes);
    for (const std::int64_t owner : tree.ephemeral_owners()) {
        whole.ephemerals[owner] = tree.ephemerals(owner);
    }
    whole.expired = tree.expired_nodes(wall_at(1'000'000));
    whole.node_count = tree.node_count();
    whole.ephemeral_count = tree.ephemeral_count();
    whole.data_size = tree.approximate_data_size();
    return whole;
}

AclList some_acl(base::Random& random) {
    return {Acl(static_cast<std::int32_t>(random.below(5)), Id("world", "anyone"))};
}

std::optional<std::string> some_data(base::Random& random) {
    if (random.below(5) == 0) return std::nullopt;
    return std::string(static_cast<std::size_t>(random.below(40)), 'x');
}

/// Random paths and effects from a small set, so that most of them conflict.
std::string some_path(base::Random& random) {
    static const std::vector<std::string> names = {"/a", "/b", "/c", "/d"};
    static const std::string quota_path = "/zookeeper/quota";
    if (random.below(6) == 0) {
        static const std::vector<std::string> of_quotas = {
            quota_path + "/a",
            quota_path + "/a/zookeeper_limits",
            quota_path + "/a/zookeeper_stats"};
        return of_quotas[random.below(of_quotas.size())];
    }
    std::string path;
    for (std::uint64_t depth = 1 + random.below(3); depth > 0; --depth) {
        path += names[random.below(names.size())];
    }
    return path;
}

Effect some_effect(base::Random& random) {
    const std::string path = some_path(random);
    switch (random.below(5)) {
        case 0:
        case 1: {
            CreateEffect effect;
            effect.path = path;
            effect.data = some_data(random);
            effect.acl = some_acl(random);
            effect.kind = static_cast<NodeKind>(random.below(4));
            effect.owner = static_cast<std::int64_t>(1 + random.below(3));
            effect.ttl = Milliseconds(10);
            return effect;
        }
        case 2:
            return DeleteEffect{path};
        case 3:
            return SetDataEffect{path, some_data(random)};
        default:
            return SetAclEffect{path, some_acl(random)};
    }
}

std::vector<Effect> some_effects(base::Random& random) {
    std::vector<Effect> effects;
    for (int i = 0; i < 15; ++i) {
        effects.push_back(some_effect(random));
    }
    return effects;
}

int apply(Tree& tree, const std::vector<Effect>& effects, std::int64_t zxid) {
    int done = 0;
    for (const Effect& effect : effects) {
        done += tree.apply(effect, zxid, wall_at(100 + zxid)) ? 1 : 0;
    }
    return done;
}

TEST(TreeUndoTest, ARollbackRestoresEverything) {
    base::Random random(1);
    Tree tree;
    int done = 0;
    for (std::int64_t zxid = 1; zxid <= 300; ++zxid) {
        const Whole before = look(tree);
        tree.begin();
        done += apply(tree, some_effects(random), zxid);
        tree.rollback();
        ASSERT_EQ(look(tree), before) << zxid;
        apply(tree, some_effects(random), zxid);
    }
    EXPECT_GT(done, 600);
}

TEST(TreeUndoTest, ARolledBackTreeContinuesLikeAnUntouchedOne) {
    base::Random random(2);
    Tree plain;
    Tree tried;
    for (std::int64_t zxid = 1; zxid <= 300; ++zxid) {
        tried.begin();
        apply(tried, some_effects(random), zxid);
        tried.rollback();

        const std::vector<Effect> effects = some_effects(random);
        tried.begin();
        const int done = apply(tried, effects, zxid);
        tried.commit();
        ASSERT_EQ(apply(plain, effects, zxid), done);
        ASSERT_EQ(look(tried), look(plain)) << zxid;
    }
}

TEST(TreeUndoTest, ARollbackDoesNotAllocate) {
    base::Random random(3);
    Tree tree;
    for (std::int64_t zxid = 1; zxid <= 300; ++zxid) {
        tree.begin();
        apply(tree, some_effects(random), zxid);
        const long before = testing_support::all_allocations();
        tree.rollback();
        ASSERT_EQ(testing_support::all_allocations(), before) << zxid;
        apply(tree, some_effects(random), zxid);
    }
}

TEST(TreeUndoTest, ARollbackOfManyDeletesDoesNotAllocate) {
    constexpr int count = 1'000;
    Tree tree;
    for (int i = 0; i < count; ++i) {
        tree.apply(CreateEffect{"/" + std::to_string(i), {}, open_acl_unsafe()}, 1, wall_at(10));
    }
    const Whole whole = look(tree);
    tree.begin();
    for (int i = 0; i < count; ++i) {
        tree.apply(DeleteEffect{"/" + std::to_string(i)}, 2, wall_at(10));
        tree.apply(
            CreateEffect{"/new-" + std::to_string(i), {}, open_acl_unsafe()}, 2, wall_at(10)
        );
    }
    for (int i = 0; i < count; ++i) {
        tree.apply(DeleteEffect{"/new-" + std::to_string(i)}, 2, wall_at(10));
    }
    const long before = testing_support::all_allocations();
    tree.rollback();
    EXPECT_EQ(testing_support::all_allocations(), before);
    EXPECT_EQ(look(tree), whole);
}

TEST(TreeUndoTest, AnEffectThatRunsOutOfMemoryChangesNothing) {
    base::Random random(4);
    Tree tree;
    int failures = 0;
    for (std::int64_t zxid = 1; zxid <= 300; ++zxid) {
        const Effect effect = some_effect(random);
        const Whole before = look(tree);
        bool failed = true;
        for (long nth = 1; failed; ++nth) {
            const testing_support::Shortage shortage(nth);
            try {
                tree.apply(effect, zxid, wall_at(100 + zxid));
                failed = false;
            } catch (const std::bad_alloc&) {
                const testing_support::Spared spared;
                ++failures;
                ASSERT_EQ(look(tree), before) << zxid << " " << nth;
            }
        }
    }
    EXPECT_GT(failures, 100);
}

TEST(TreeUndoTest, ADeletedNodeIsRestored) {
    Tree tree;
    tree.apply(
        CreateEffect{"/a", "data", read_acl_unsafe(), NodeKind::ephemeral, 5, {}}, 1, wall_at(10)
    );
    const Whole before = look(tree);
    tree.begin();
    EXPECT_TRUE(tree.apply(DeleteEffect{"/a"}, 2, wall_at(20)));
    EXPECT_TRUE(tree.apply(CreateEffect{"/a", "new", open_acl_unsafe()}, 2, wall_at(20)));
    EXPECT_EQ(tree.ephemeral_count(), 0U);
    tree.rollback();
    EXPECT_EQ(look(tree), before);
}

TEST(TreeUndoTest, WithoutBeginThereIsNothingToRollBack) {
    Tree tree;
    tree.apply(CreateEffect{"/a", "data", open_acl_unsafe()}, 1, wall_at(10));
    tree.rollback();
    EXPECT_NE(tree.find("/a"), nullptr);
}

TEST(TreeUndoTest, CommittedChangesStay) {
    Tree tree;
    tree.begin();
    tree.apply(CreateEffect{"/a", "data", open_acl_unsafe()}, 1, wall_at(10));
    tree.begin();
    tree.apply(CreateEffect{"/b", "data", open_acl_unsafe()}, 2, wall_at(10));
    tree.rollback();
    EXPECT_NE(tree.find("/a"), nullptr);
    EXPECT_EQ(tree.find("/b"), nullptr);
}

}  // namespace
}  // namespace kazoo::server
