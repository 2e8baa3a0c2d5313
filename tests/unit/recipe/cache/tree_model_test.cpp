// SPDX-License-Identifier: Apache-2.0
// What a TreeModel reads, keeps and reports.
#include "tree_model_fixture.hpp"

#include <kazoo/exceptions.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace kazoo::detail::recipe {
namespace {

TEST_F(TreeModelTest, LoadsLevelByLevelAndReportsParentsFirst) {
    for (const char* path : {"/r", "/r/b", "/r/a", "/r/b/c", "/s"}) tree.create(path, path);
    load();
    EXPECT_EQ(events(), "+/r +/r/a +/r/b +/r/b/c initialized");
    EXPECT_EQ(data("/r/b/c"), "/r/b/c");
    EXPECT_EQ(model->children(model->find("/r")), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(model->find("/s"), no_slot);
    EXPECT_EQ(model->size(), 4);
}

TEST_F(TreeModelTest, DoesNotListNodesWithoutChildren) {
    for (const char* path : {"/r", "/r/a", "/r/b"}) tree.create(path);
    model->watch_set(Watching::recursively);
    EXPECT_EQ(read_all(*model, tree), 4) << "three nodes, one list";
}

TEST_F(TreeModelTest, ARootThatDoesNotExistIsAnEmptyTree) {
    load();
    EXPECT_EQ(events(), "initialized");
    tree.create("/r", "1");
    EXPECT_EQ(follow(), "+/r");
    tree.create("/r/a");
    EXPECT_EQ(follow(), "+/r/a");
    tree.remove("/r/a");
    tree.remove("/r");
    EXPECT_EQ(follow(), "-/r/a -/r");
    tree.create("/r", "2");
    EXPECT_EQ(follow(), "+/r");
    EXPECT_EQ(data("/r"), "2");
}

TEST_F(TreeModelTest, ANodeThatIsCreatedAgainIsRemovedAndAdded) {
    for (const char* path : {"/r", "/r/a", "/r/a/b"}) tree.create(path);
    load();
    events();
    tree.remove("/r/a/b");
    tree.remove("/r/a");
    tree.create("/r/a", "again");
    tree.events.clear();
    model->resync();
    read_all(*model, tree);
    EXPECT_EQ(events(), "-/r/a/b -/r/a +/r/a resynced");
    EXPECT_EQ(data("/r/a"), "again");
}

TEST_F(TreeModelTest, AResyncReadsOnlyWhatHasChanged) {
    tree.create("/r");
    for (int i = 0; i < 50; ++i) {
        tree.create("/r/" + std::to_string(i));
        tree.create("/r/" + std::to_string(i) + "/x");
    }
    load();
    events();
    tree.set("/r/7/x", "changed");
    tree.create("/r/8/new");
    tree.remove("/r/9/x");
    tree.remove("/r/9");
    tree.events.clear();
    model->resync();
    std::size_t looks = 0;
    std::vector<std::string> others;
    for (auto batch = model->next_batch(); !batch.empty(); batch = model->next_batch()) {
        for (const auto& read : batch) {
            (read.kinds == read_kind::look) ? ++looks : (others.push_back(read.path), looks);
            auto reply = tree.read(read);
            model->apply(read, reply);
        }
    }
    EXPECT_LE(looks, 101);
    EXPECT_EQ(others, (std::vector<std::string>{"/r", "/r/7/x", "/r/8", "/r/8/new"}));
    EXPECT_EQ(events(), "-/r/9/x -/r/9 ~/r/7/x +/r/8/new resynced");
}

TEST_F(TreeModelTest, ChildrenKnownFromEventsAreNotListedAgain) {
    for (const char* path : {"/r", "/r/a", "/r/b"}) tree.create(path);
    load();
    tree.create("/r/a/x");
    tree.remove("/r/b");
    tree.set("/r", "1");  // later than the changes of children
    follow();
    model->resync();
    std::size_t lists = 0;
    for (auto batch = model->next_batch(); !batch.empty(); batch = model->next_batch()) {
        for (const auto& read : batch) {
            lists += (read.kinds & read_kind::list) != 0 ? 1 : 0;
            auto reply = tree.read(read);
            model->apply(read, reply);
        }
    }
    EXPECT_EQ(lists, 0);
    EXPECT_EQ(events(), "resynced");
}

TEST_F(TreeModelTest, ALostEventOfTheLastTransactionIsFound) {
    for (const char* path : {"/r", "/r/a"}) tree.create(path);
    load();
    tree.create("/r/b");
    follow();
    // A transaction created two nodes, and the event of one of them was lost.
    model->event(EventType::CREATED, "/r/b", tree.zxid(), true);
    model->resync();
    bool listed = false;
    for (auto batch = model->next_batch(); !batch.empty(); batch = model->next_batch()) {
        for (const auto& read : batch) {
            listed = listed || (read.path == "/r" && (read.kinds & read_kind::list) != 0);
            auto reply = tree.read(read);
            model->apply(read, reply);
        }
    }
    EXPECT_TRUE(listed);
}

TEST_F(TreeModelTest, BatchesAreBoundedByNumberAndBytes) {
    tree.create("/r");
    for (int i = 0; i < 250; ++i) tree.create("/r/" + std::to_string(i), std::string(10'000, 'x'));
    model->watch_set(Watching::recursively);
    std::vector<std::size_t> sizes;
    for (auto batch = model->next_batch(); !batch.empty(); batch = model->next_batch()) {
        sizes.push_back(batch.size());
        for (const auto& read : batch) {
            auto reply = tree.read(read);
            model->apply(read, reply);
        }
    }
    EXPECT_EQ(sizes[0], 1);
    EXPECT_EQ(sizes[1], 1);
    for (std::size_t i = 3; i < sizes.size(); ++i) {
        EXPECT_LE(sizes[i], 32) << "256 KiB of 10,000 bytes each";
    }
    EXPECT_LE(*std::max_element(sizes.begin(), sizes.end()), 100);
}

TEST_F(TreeModelTest, AFailedReadIsRepeatedAloneOnRequest) {
    for (const char* path : {"/r", "/r/a", "/r/b"}) tree.create(path);
    load();
    model->resync();
    const auto batch = model->next_batch();
    ASSERT_EQ(batch.size(), 3);
    for (const auto& read : batch) model->failed(read, true);
    EXPECT_EQ(model->next_batch().size(), 1);
    EXPECT_EQ(model->next_batch().size(), 1);
}

TEST_F(TreeModelTest, ARefusedNodeDoesNotDelayTheOthers) {
    for (const char* path : {"/r", "/r/a"}) tree.create(path);
    model->watch_set(Watching::recursively);
    for (auto batch = model->next_batch(); !batch.empty(); batch = model->next_batch()) {
        for (const auto& read : batch) {
            auto reply = tree.read(read);
            read.path == "/r/a" ? model->refused(read) : model->apply(read, reply);
        }
    }
    EXPECT_EQ(events(), "+/r initialized");
    model->resync();
    read_all(*model, tree);
    EXPECT_EQ(events(), "+/r/a resynced") << "it may be read now";
}

TEST_F(TreeModelTest, ANodeThatChangesAllTheTimeDoesNotDelayTheEndOfTheLoad) {
    for (const char* path : {"/r", "/r/a"}) tree.create(path);
    model->watch_set(Watching::recursively);
    for (int i = 0; i < 10; ++i) {
        for (const auto& read : model->next_batch()) {
            tree.set("/r", std::to_string(i));
            pass_events(*model, tree);
            auto reply = tree.read(read);
            model->apply(read, reply);
        }
        model->event(EventType::CHANGED, "/r", std::nullopt, true);
    }
    EXPECT_TRUE(model->initialized());
}

TEST_F(TreeModelTest, DepthNamesAndSelectionLimitWhatIsKept) {
    for (const char* path : {"/r", "/r/a", "/r/a/b", "/r/a/b/c"}) tree.create(path, "data");
    auto rules = any_size();
    rules.max_depth = 1;
    rules.names_only = true;
    renew(rules);
    load();
    EXPECT_EQ(events(), "+/r +/r/a initialized");
    EXPECT_EQ(data("/r/a"), "");
    EXPECT_EQ(model->node(model->find("/r/a")).stat.num_children, 1);
    tree.create("/r/a/d");
    tree.create("/r/e");
    tree.set("/r/a", "x");
    EXPECT_EQ(follow(), "+/r/e ~/r/a");
    model->event(EventType::CREATED, "/r/f", std::nullopt, false);
    EXPECT_FALSE(model->has_work()) << "not selected";
}

TEST_F(TreeModelTest, LimitsAreErrorsThatNameTheOption) {
    auto rules = any_size();
    rules.max_nodes = 3;
    renew(rules);
    for (const char* path : {"/r", "/r/a", "/r/b"}) tree.create(path);
    load();
    tree.create("/r/c");
    try {
        pass_events(*model, tree);
        FAIL() << "no error";
    } catch (const ConfigurationError& error) {
        EXPECT_NE(std::string(error.what()).find("max_nodes is 3"), std::string::npos);
    }
    rules = any_size();
    rules.max_bytes = 10'000;
    renew(rules);
    tree.set("/r/a", std::string(20'000, 'x'));
    EXPECT_THROW(load(), ConfigurationError);
}

TEST_F(TreeModelTest, WaitingChangesAreCombined) {
    for (const char* path : {"/r", "/r/a"}) tree.create(path);
    load();
    events();
    tree.set("/r/a", "1");
    pass_events(*model, tree);
    read_all(*model, tree);
    tree.set("/r/a", "2");
    tree.create("/r/b");
    tree.create("/r/c");
    pass_events(*model, tree);
    read_all(*model, tree);
    tree.remove("/r/b");
    tree.remove("/r/a");
    EXPECT_EQ(follow(), "+/r/c -/r/a") << "what came and went is not reported";
    for (int i = 0; i < 3; ++i) {
        model->note(Note::suspended);
        model->note(Note::reconnected);
    }
    EXPECT_EQ(events(), "suspended reconnected");
}

TEST_F(TreeModelTest, ARemovedNodeIsKeptUntilAllReadersHaveSeenIt) {
    for (const char* path : {"/r", "/r/a"}) tree.create(path);
    tree.create("/r/a/b", "old");
    load();
    events();
    ChangeQueue other;
    model->add_queue(other, false);
    for (const char* path : {"/r/a/b", "/r/a"}) tree.remove(path);
    pass_events(*model, tree);
    tree.create("/r/a", "new");
    pass_events(*model, tree);
    read_all(*model, tree);
    EXPECT_EQ(drain(*model, other), "-/r/a/b -/r/a +/r/a");
    const auto removed = queue.front();
    ASSERT_TRUE(removed);
    EXPECT_EQ(model->store().path(removed->node), "/r/a/b");
    EXPECT_EQ(model->node(removed->node).data, "old");
    EXPECT_EQ(model->store().used(), 4) << "two removed ones";
    EXPECT_EQ(events(), "-/r/a/b -/r/a +/r/a");
    EXPECT_EQ(model->store().used(), 2);
    model->remove_queue(other);
}

TEST_F(TreeModelTest, AReaderFromTheBeginningSeesAllNodes) {
    for (const char* path : {"/r", "/r/b", "/r/a", "/r/b/c"}) tree.create(path);
    load();
    ChangeQueue late;
    model->add_queue(late, true);
    EXPECT_EQ(drain(*model, late), "+/r +/r/a +/r/b +/r/b/c initialized");
    model->remove_queue(late);
}

TEST_F(TreeModelTest, WithoutARecursiveWatchEachNodeIsWatched) {
    tree.by_node = true;
    tree.with_zxids = false;
    model->watch_set(Watching::by_node);
    read_all(*model, tree);
    EXPECT_EQ(events(), "initialized");
    tree.create("/r");
    EXPECT_EQ(follow(), "+/r");
    tree.create("/r/a", "1");
    EXPECT_EQ(follow(), "+/r/a");
    tree.set("/r/a", "2");
    tree.create("/r/a/b");
    EXPECT_EQ(follow(), "~/r/a +/r/a/b");
    for (const char* path : {"/r/a/b", "/r/a", "/r"}) {
        tree.remove(path);
        pass_events(*model, tree);
        read_all(*model, tree);
    }
    EXPECT_EQ(events(), "-/r/a/b -/r/a -/r");
    tree.create("/r", "again");
    EXPECT_EQ(follow(), "+/r");
    // A new session, without watches.
    tree.data_watches.clear();
    tree.child_watches.clear();
    tree.create("/r/c");
    model->watch_set(Watching::by_node);
    read_all(*model, tree);
    EXPECT_EQ(events(), "+/r/c resynced");
    tree.set("/r/c", "x");
    EXPECT_EQ(follow(), "~/r/c") << "the watches are set again";
}

}  // namespace
}  // namespace kazoo::detail::recipe
