// SPDX-License-Identifier: Apache-2.0
// Events and replies that a TreeModel receives in any order.
#include "tree_model_fixture.hpp"

#include <gtest/gtest.h>

namespace kazoo::detail::recipe {
namespace {

class TreeModelRaces : public TreeModelTest {};

TEST_F(TreeModelRaces, EventsThatAreContainedInWhatWasReadCauseNoRead) {
    for (const char* path : {"/r", "/r/a"}) tree.create(path);
    tree.set("/r/a", "1");
    load();  // the events arrive after the reads
    EXPECT_FALSE(model->has_work());
    EXPECT_EQ(events(), "+/r +/r/a initialized");
}

TEST_F(TreeModelRaces, AnEventWithoutAZxidIsVerifiedByARead) {
    tree.with_zxids = false;
    for (const char* path : {"/r", "/r/a"}) tree.create(path);
    load();
    read_all(*model, tree);
    events();
    model->event(EventType::DELETED, "/r/a", std::nullopt, true);  // of a former node
    read_all(*model, tree);
    EXPECT_EQ(events(), "");
    EXPECT_EQ(model->size(), 2);
}

TEST_F(TreeModelRaces, AnOldDeletionDoesNotRemoveANewNode) {
    tree.create("/r");
    tree.create("/r/a", "1");
    tree.events.clear();
    tree.remove("/r/a");
    tree.create("/r/a", "2");
    load();
    EXPECT_EQ(events(), "+/r +/r/a initialized");
    EXPECT_EQ(data("/r/a"), "2");
}

TEST_F(TreeModelRaces, OlderRepliesAreDropped) {
    tree.create("/r", "1");
    load();
    tree.set("/r", "2");
    pass_events(*model, tree);
    auto batch = model->next_batch();
    auto older = tree.read(batch.at(0));
    tree.set("/r", "3");
    auto newer = tree.read(batch.at(0));
    model->apply(batch.at(0), newer);
    events();
    model->event(EventType::CHANGED, "/r", std::nullopt, true);
    batch = model->next_batch();
    model->apply(batch.at(0), older);
    EXPECT_EQ(data("/r"), "3");
    EXPECT_EQ(events(), "");
}

TEST_F(TreeModelRaces, RepliesForARemovedNodeAreDropped) {
    for (const char* path : {"/r", "/r/a"}) tree.create(path);
    load();
    events();
    tree.set("/r/a", "1");
    pass_events(*model, tree);
    const auto batch = model->next_batch();
    auto reply = tree.read(batch.at(0));
    tree.remove("/r/a");
    pass_events(*model, tree);
    model->apply(batch.at(0), reply);
    EXPECT_EQ(events(), "-/r/a");
    EXPECT_EQ(model->size(), 1);
}

TEST_F(TreeModelRaces, AnEventDuringAReadLeadsToAnotherRead) {
    tree.create("/r", "1");
    load();
    tree.set("/r", "2");
    pass_events(*model, tree);
    const auto batch = model->next_batch();
    auto reply = tree.read(batch.at(0));
    tree.set("/r", "3");
    pass_events(*model, tree);
    EXPECT_FALSE(model->has_work()) << "one read at a time";
    model->apply(batch.at(0), reply);
    EXPECT_EQ(data("/r"), "2");
    read_all(*model, tree);
    EXPECT_EQ(data("/r"), "3");
}

TEST_F(TreeModelRaces, AChildThatIsCreatedWhileItsParentIsReadIsFound) {
    tree.create("/r");
    load();
    tree.create("/r/a");
    pass_events(*model, tree);
    const auto batch = model->next_batch();
    auto reply = tree.read(batch.at(0));  // without the child
    tree.create("/r/a/b");
    pass_events(*model, tree);
    model->apply(batch.at(0), reply);
    read_all(*model, tree);
    EXPECT_NE(model->find("/r/a/b"), no_slot);
}

TEST_F(TreeModelRaces, AChildThatIsCreatedDuringAListIsNotRemoved) {
    for (const char* path : {"/r", "/r/a"}) tree.create(path);
    model->watch_set(Watching::recursively);
    auto batch = model->next_batch();
    auto root = tree.read(batch.at(0));
    model->apply(batch.at(0), root);
    const auto listing = model->next_batch();
    auto list = tree.read(listing.at(0));
    tree.create("/r/b");
    pass_events(*model, tree);
    read_all(*model, tree);
    ASSERT_NE(model->find("/r/b"), no_slot);
    model->apply(listing.at(0), list);
    read_all(*model, tree);
    EXPECT_EQ(events(), "+/r +/r/a +/r/b initialized");
}

TEST_F(TreeModelRaces, AnEventAfterAGapDoesNotHideWhatWasLost) {
    for (const char* path : {"/r", "/r/a"}) tree.create(path);
    load();
    tree.create("/r/lost");
    tree.events.clear();
    model->resync();
    tree.create("/r/b");
    tree.set("/r/a", "1");
    pass_events(*model, tree);
    read_all(*model, tree);
    EXPECT_NE(model->find("/r/lost"), no_slot);
}

TEST_F(TreeModelRaces, AChildThatMayHaveBeenCreatedAgainIsReadBeforeItIsRemoved) {
    tree.with_zxids = false;
    for (const char* path : {"/r", "/r/a"}) tree.create(path);
    load();
    read_all(*model, tree);
    tree.create("/r/x");
    tree.events.clear();
    model->resync();
    for (const auto& read : model->next_batch()) {  // the stats
        auto reply = tree.read(read);
        model->apply(read, reply);
    }
    const auto listing = model->next_batch();
    ASSERT_EQ(listing.at(0).kinds, read_kind::list);
    tree.remove("/r/a");
    auto list = tree.read(listing.at(0));
    tree.create("/r/a", "again");
    pass_events(*model, tree);
    model->apply(listing.at(0), list);
    read_all(*model, tree);
    EXPECT_EQ(data("/r/a"), "again");
}

TEST_F(TreeModelRaces, AnAnswerThatANodeIsAbsentIsVerifiedIfAnEventCameMeanwhile) {
    for (const char* path : {"/r", "/r/a"}) tree.create(path);
    load();
    tree.set("/r/a", "1");
    pass_events(*model, tree);
    const auto batch = model->next_batch();
    tree.remove("/r/a");
    auto reply = tree.read(batch.at(0));
    tree.create("/r/a", "again");
    model->event(EventType::CREATED, "/r/a", tree.zxid(), true);
    model->event(EventType::CREATED, "/r/a/b", std::nullopt, true);
    model->apply(batch.at(0), reply);
    read_all(*model, tree);
    EXPECT_EQ(data("/r/a"), "again");
    EXPECT_EQ(model->size(), 2);
}

}  // namespace
}  // namespace kazoo::detail::recipe
